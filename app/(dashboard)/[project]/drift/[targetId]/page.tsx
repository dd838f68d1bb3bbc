import { getTranslations } from "next-intl/server";
import { Crumbs } from "@/components/crumbs";
import { EnvironmentLine } from "@/components/environment";
import { Page, PageHead, Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Note } from "@/components/states";
import { getDrift } from "@/lib/operations/drift/get";
import { runForPage } from "@/lib/transport/action";
import { Changes } from "../_drift/changes";
import { CheckButton } from "../_drift/check-button";
import { History } from "../_drift/history";
import { Ignored } from "../_drift/ignored";
import { Policy } from "../_drift/policy";
import { DriftMark } from "../_drift/state-mark";
import { Verdict } from "../_drift/verdict";
import { WaitForCheck } from "../_drift/wait-for-check";

interface PageProps {
  params: Promise<{ project: string; targetId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("drift");
  return { title: t("title") };
}

const UUID = /^[0-9a-f-]{36}$/;

export default async function DriftOfTargetPage({ params, searchParams }: PageProps) {
  const [{ project, targetId }, query, t] = await Promise.all([
    params,
    searchParams,
    getTranslations("drift"),
  ]);
  const reportId = typeof query.report === "string" && UUID.test(query.report) ? query.report : undefined;
  const view = await runForPage(getDrift, { targetId, ...(reportId ? { reportId } : {}) });
  const { service, environment } = view;
  const isOlder = reportId !== undefined && view.history[0]?.reportId !== reportId;
  return (
    <Page>
      <EnvironmentLine color={environment.color} />
      <Crumbs
        items={[
          { label: project, href: `/${project}` },
          { label: t("title"), href: `/${project}/drift` },
          { label: service.name },
        ]}
        environment={environment}
      />
      <PageHead
        title={t("of", { service: service.name, environment: environment.name })}
        facts={[
          <DriftMark key="state" state={view.state} />,
          <code key="database">{view.database}</code>,
          view.since ? t.rich("since", { at: () => <RelativeTime key="at" at={view.since ?? ""} /> }) : null,
          view.checkedAt
            ? t.rich("checkedAt", { at: () => <RelativeTime key="at" at={view.checkedAt ?? ""} /> })
            : null,
        ]}
        actions={isOlder ? null : <CheckButton view={view} />}
      />
      {view.checking ? <WaitForCheck /> : null}
      {isOlder ? (
        <div className="sec first">
          <Note>
            {t("older")}{" "}
            <a className="link" href={`/${project}/drift/${targetId}`}>
              {t("newest")}
            </a>
          </Note>
        </div>
      ) : null}
      <Verdict view={view} />
      <Changes view={view} />
      <Ignored view={view} />
      <div className="cols even">
        <Policy view={view} project={project} />
        <Section title={t("history")}>
          <History view={view} project={project} shown={view.reportId} />
        </Section>
      </div>
    </Page>
  );
}
