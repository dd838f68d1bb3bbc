import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { listDrift } from "@/lib/operations/drift/list";
import { getFrame } from "@/lib/operations/frame/get";
import { runForPage } from "@/lib/transport/action";
import { DriftTable } from "./_drift/drift-table";

interface PageProps {
  params: Promise<{ project: string }>;
}

export async function generateMetadata() {
  const t = await getTranslations("drift");
  return { title: t("title") };
}

export default async function DriftPage({ params }: PageProps) {
  const [{ project }, t] = await Promise.all([params, getTranslations("drift")]);
  const [{ targets }, frame] = await Promise.all([
    runForPage(listDrift, { project }),
    runForPage(getFrame, { project }),
  ]);
  const drifted = targets.filter((one) => one.state === "drifted").length;
  return (
    <Page>
      <PageHead
        title={t("title")}
        facts={[t("text"), targets.length > 0 ? t("drifted", { count: drifted }) : null]}
        actions={
          targets.length > 0 ? (
            <Button asChild>
              <Link href={`/${project}/compare`}>{t("compare")}</Link>
            </Button>
          ) : null
        }
      />
      <div className="sec first">
        {targets.length === 0 ? (
          <EmptyState
            title={t("noTargets")}
            text={t("noTargetsText")}
            action={
              can(frame.role, "target.write") ? (
                <Button asChild>
                  <Link href={`/${project}/settings/targets`}>{t("addTarget")}</Link>
                </Button>
              ) : null
            }
          />
        ) : (
          <DriftTable project={project} rows={targets} />
        )}
      </div>
    </Page>
  );
}
