import Link from "next/link";
import { useTranslations } from "next-intl";
import { PageHead } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import type { SchemaView } from "@/lib/operations/schema/views";
import { diagramHref, schemaHref } from "./links";
import type { TargetChoiceEntry } from "./load";
import { ReadAgain } from "./read-now";
import { TargetChoice } from "./target-choice";

interface Props {
  project: string;
  targets: TargetChoiceEntry[];
  view: SchemaView;
  here: "objects" | "diagram";
}

/** Which database, read when, and the other ways to look at it. */
export function SchemaHead({ project, targets, view, here }: Props) {
  const t = useTranslations("schema");
  const { target, read } = view;
  const path = here === "objects" ? `/${project}/schema` : `/${project}/schema/diagram`;
  return (
    <PageHead
      className="ed-head"
      title={here === "objects" ? t("title") : t("diagram.title")}
      facts={[
        <TargetChoice key="target" path={path} targets={targets} chosen={target.id} />,
        read ? t("counts", { tables: read.tables, objects: read.objects }) : null,
        read ? t("server", { version: versionText(read.serverVersion) }) : null,
        read ? t.rich("readAt", { at: () => <RelativeTime key="at" at={read.at} /> }) : null,
      ]}
      actions={
        <>
          {read ? <ReadAgain project={project} targetId={target.id} /> : null}
          <Button asChild>
            {here === "objects" ? (
              <Link href={diagramHref(project, target.id)}>{t("diagram.open")}</Link>
            ) : (
              <Link href={schemaHref(project, target.id)}>{t("objects")}</Link>
            )}
          </Button>
          <Button asChild>
            <Link href={`/${project}/compare?source=target:${target.id}`}>{t("compare")}</Link>
          </Button>
        </>
      }
    />
  );
}

/** 180004 as "18.4". */
export function versionText(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`;
}
