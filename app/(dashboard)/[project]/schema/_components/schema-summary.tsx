import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useOwnWords } from "@/components/own-words";
import { Section } from "@/components/page";
import { EmptyState, Note } from "@/components/states";
import { GROUPS } from "@/lib/core/outline/outline";
import type { SchemaView } from "@/lib/operations/schema/views";
import { schemaHref } from "./links";
import { TableSection } from "./table-section";

interface Props {
  project: string;
  targetId: string;
  read: NonNullable<SchemaView["read"]>;
  /** An object that was asked for and is not there. */
  missing: string | null;
}

/** Before an object is chosen: how much of what there is, and what is not shown. */
export function SchemaSummary({ project, targetId, read, missing }: Props) {
  const t = useTranslations("schema");
  const locale = useLocale();
  const schemas = [...new Set(read.groups.map((group) => group.schema))];
  const groups = GROUPS.filter((name) => read.groups.some((group) => group.group === name));
  const count = (schema: string | null, name: string) =>
    read.groups.find((group) => group.schema === schema && group.group === name)?.count;
  if (read.objects === 0) return <EmptyState title={t("empty")} text={t("emptyText")} />;
  return (
    <>
      {missing ? (
        <Note
          meaning="warning"
          action={
            <Link className="link" href={schemaHref(project, targetId)}>
              {t("toSummary")}
            </Link>
          }
        >
          {t.rich("missing", { name: () => <code>{missing.slice(missing.indexOf(":") + 1)}</code> })}
        </Note>
      ) : null}
      <TableSection
        className="first"
        title={t("summary")}
        note={t("summaryNote")}
        heads={[
          { label: t("schemaColumn") },
          ...groups.map((name) => ({ label: t(`groups.${name}`), numbers: true })),
        ]}
      >
        {schemas.map((schema) => (
          <tr key={schema ?? ""}>
            <th scope="row" className="row-head">
              {schema === null ? t("outside") : <code>{schema}</code>}
            </th>
            {groups.map((name) => (
              <td key={name} className="num">
                {count(schema, name)?.toLocaleString(locale) ?? <span className="muted">–</span>}
              </td>
            ))}
          </tr>
        ))}
      </TableSection>
      <BlindSpots read={read} />
    </>
  );
}

/** What exists and is not shown is named, never left out in silence. */
function BlindSpots({ read }: { read: NonNullable<SchemaView["read"]> }) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  const own = useOwnWords();
  if (read.unsupported.length + read.unreadable.length === 0) return null;
  return (
    <Section title={t("blind.title")} note={t("blind.note")}>
      <ul className="panel lines">
        {read.unreadable.map((one) => (
          <li key={`${one.what} ${one.reason}`}>
            <span>{t("blind.unreadable", { what: kinds(one.what as "table") })}</span>
            <span className="muted">{own(one.reason)}</span>
          </li>
        ))}
        {read.unsupported.map((one) => (
          <li key={`${one.what} ${one.name}`}>
            <span>{t("blind.unsupported", { what: t(`blind.kinds.${one.what as "tablespace"}`) })}</span>
            <code>{one.name}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}
