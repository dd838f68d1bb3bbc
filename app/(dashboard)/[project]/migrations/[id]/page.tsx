import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { Crumbs } from "@/components/crumbs";
import { Page, PageHead, Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { getFrame } from "@/lib/operations/frame/get";
import { getMigration } from "@/lib/operations/migration/get";
import { lintScript } from "@/lib/operations/migration/lint";
import { runForPage } from "@/lib/transport/action";
import { FindingsList } from "./_components/findings-list";
import { More } from "./_components/more";
import { Script } from "./_components/script";
import { DeploymentsList, StatesTable } from "./_components/states-table";

interface PageProps {
  params: Promise<{ project: string; id: string }>;
}

const load = cache((id: string) => runForPage(getMigration, { id }));

export async function generateMetadata({ params }: PageProps) {
  const { id } = await params;
  return { title: (await load(id)).name };
}

export default async function MigrationPage({ params }: PageProps) {
  const [{ project, id }, t] = await Promise.all([params, getTranslations("migrations")]);
  const [view, frame] = await Promise.all([load(id), runForPage(getFrame, { project })]);
  const lint = await runForPage(lintScript, { id, script: view.up });
  const mayWrite = can(frame.role, "migration.write");
  const next = can(frame.role, "deployment.create")
    ? view.states.find((one) => one.targetId !== null && one.state !== "applied")
    : undefined;
  const path = `/${project}/migrations`;
  return (
    <Page>
      <Crumbs
        items={[
          { label: frame.project.name, href: `/${project}` },
          { label: view.service.name, href: `${path}?service=${encodeURIComponent(view.service.name)}` },
          { label: view.name },
        ]}
      />
      <PageHead
        title={view.name}
        facts={[
          <code key="version">{view.version || view.filename}</code>,
          view.draft ? t("state.draft") : view.kind === "repeatable" ? t("list.repeatable") : null,
          view.updatedBy ? (
            <span key="by">
              {t.rich("detail.savedBy", {
                name: view.updatedBy.name,
                at: () => <RelativeTime at={view.updatedAt} />,
              })}
            </span>
          ) : (
            <span key="at">{t.rich("detail.saved", { at: () => <RelativeTime at={view.updatedAt} /> })}</span>
          ),
          view.ownDraft ? <b key="own">{t("detail.ownDraft")}</b> : null,
        ]}
        actions={
          <>
            <More project={project} view={view} mayWrite={mayWrite} />
            <Button asChild>
              <Link href={`${path}/${id}/edit`} data-key="e">
                {mayWrite ? t("detail.edit") : t("detail.open")} <kbd>e</kbd>
              </Link>
            </Button>
            {next ? (
              <Button asChild variant="go">
                <Link
                  href={`/${project}/deployments/new?target=${next.targetId}&to=${encodeURIComponent(view.filename)}`}
                >
                  {t("detail.deploy", { environment: next.environment.name })}
                </Link>
              </Button>
            ) : null}
          </>
        }
      />
      <Section title={t("detail.states")} className="first">
        <StatesTable states={view.states} draft={view.draft} />
      </Section>
      <Section
        title={t("detail.findings")}
        note={
          lint.problems.length + lint.findings.length > 0 ? lint.problems.length + lint.findings.length : null
        }
      >
        <FindingsList lint={lint} edit={mayWrite ? `${path}/${id}/edit` : null} />
      </Section>
      <Section title={t("detail.up")} note={t(`detail.runs.${lint.transaction}`, { count: lint.statements })}>
        <Script sql={view.up} label={t("detail.up")} />
      </Section>
      <Section title={t("detail.down")}>
        {view.down ? (
          <Script sql={view.down} label={t("detail.down")} />
        ) : (
          <p className="muted">{t("detail.noDown")}</p>
        )}
      </Section>
      {view.deployments.length > 0 ? (
        <Section title={t("detail.deployments")}>
          <DeploymentsList project={project} deployments={view.deployments} />
        </Section>
      ) : null}
    </Page>
  );
}
