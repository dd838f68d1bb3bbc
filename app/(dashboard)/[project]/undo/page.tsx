import { getLocale, getTranslations } from "next-intl/server";
import { EnvironmentLine } from "@/components/environment";
import { formatBytes } from "@/components/format";
import { Page, PageHead } from "@/components/page";
import { Retry } from "@/components/retry";
import { EmptyState, ErrorState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { DomainError } from "@/lib/errors";
import { listRuns } from "@/lib/operations/run/list";
import { listKeptRows, type UndoView } from "@/lib/operations/undo/list";
import { type ActionError, describeError, runForPage } from "@/lib/transport/action";
import { loadTargets, type TargetChoiceEntry } from "../schema/_components/load";
import { NoTargets } from "../schema/_components/no-targets";
import { TargetChoice } from "../schema/_components/target-choice";
import { KeptTable } from "./_components/kept-table";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("undo.page");
  return { title: t("title") };
}

/** Rows that migrations took away from one database, with their sizes, until when they can return. */
export default async function KeptRowsPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t, locale] = await Promise.all([
    params,
    searchParams,
    getTranslations("undo.page"),
    getLocale(),
  ]);
  const { role, targets } = await loadTargets(project);
  const target =
    targets.find((one) => one.id === query.target) ?? (await lastRunOn(project, targets)) ?? targets[0];
  if (!target) return <NoTargets project={project} role={role} title={t("title")} />;
  const read = await readRows(target.id);
  const held = "rows" in read ? read.rows.filter(({ state }) => state !== "purged") : [];
  const bytes = held.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <Page>
      <EnvironmentLine color={target.environment.color} />
      <PageHead
        title={t("title")}
        facts={[
          <TargetChoice key="target" path={`/${project}/undo`} targets={targets} chosen={target.id} />,
          held.length > 0 ? t("facts", { count: held.length, size: formatBytes(bytes, locale) }) : null,
        ]}
      />
      <p className="mt-2 text-muted">{t("note")}</p>
      <div className="sec first">
        {"error" in read ? (
          <ErrorState title={read.error.message} hint={read.error.hint} action={<Retry />} />
        ) : read.rows.length === 0 ? (
          <EmptyState title={t("emptyTitle")} text={t("emptyText")} />
        ) : (
          <KeptTable
            project={project}
            targetId={target.id}
            rows={read.rows}
            removes={can(role, "backup.delete", target.environment.protected)}
          />
        )}
      </div>
    </Page>
  );
}

/** Where the last run was: whoever comes by the navigation mostly looks for what it took away. */
async function lastRunOn(
  project: string,
  targets: readonly TargetChoiceEntry[],
): Promise<TargetChoiceEntry | undefined> {
  const { rows } = await runForPage(listRuns, { project, limit: 1 });
  const last = rows[0];
  return targets.find(
    (one) => one.service.id === last?.service.id && one.environment.id === last.environment.id,
  );
}

/** A target that is away is told on the page: the choice of another one must stay in reach. */
async function readRows(targetId: string): Promise<{ rows: UndoView[] } | { error: ActionError }> {
  try {
    return { rows: await runForPage(listKeptRows, { targetId }) };
  } catch (error) {
    if (error instanceof DomainError && error.kind === "target")
      return { error: await describeError(error, listKeptRows.name) };
    throw error;
  }
}
