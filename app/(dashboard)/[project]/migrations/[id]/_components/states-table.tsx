import Link from "next/link";
import { useTranslations } from "next-intl";
import { DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { Duration } from "@/components/figures";
import { RelativeTime } from "@/components/relative-time";
import type { EnvironmentState, MigrationView } from "@/lib/operations/migration/views";
import { StateMark } from "../../_components/state-mark";

/** A row per environment: whether it is there, since when, by whom, and how long it took. */
export function StatesTable({ states, draft }: { states: EnvironmentState[]; draft: boolean }) {
  const t = useTranslations("migrations");
  return (
    <div className="quiet-safe">
      <DataTable
        caption={t("detail.states")}
        rows={states}
        rowKey={(row) => row.environment.id}
        empty={<p className="muted">{t("detail.noEnvironments")}</p>}
        columns={[
          {
            key: "environment",
            header: t("list.environment"),
            cell: (row) => <EnvironmentChip environment={row.environment} plain />,
          },
          {
            key: "state",
            header: t("list.state"),
            cell: (row) => (
              <>
                <StateMark of={row} draft={draft} long />
                {row.error ? <span className="second">{row.error}</span> : null}
              </>
            ),
          },
          {
            key: "at",
            header: t("detail.appliedAt"),
            width: "140px",
            phoneLabel: t("detail.appliedAt"),
            cell: (row) => (row.appliedAt ? <RelativeTime at={row.appliedAt} /> : null),
          },
          {
            key: "by",
            header: t("detail.appliedBy"),
            width: "200px",
            phoneLabel: t("detail.appliedBy"),
            cell: (row) => row.appliedBy,
          },
          {
            key: "took",
            header: t("detail.took"),
            num: true,
            width: "96px",
            phoneLabel: t("detail.took"),
            cell: (row) => (row.executionMs === null ? null : <Duration ms={row.executionMs} />),
          },
          {
            key: "read",
            header: t("detail.read"),
            width: "140px",
            wideOnly: true,
            cell: (row) => (
              <span className="muted">
                {row.syncedAt ? <RelativeTime at={row.syncedAt} /> : row.targetId ? t("detail.never") : null}
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}

/** Deployments that hold the migration in their plan, newest first. */
export function DeploymentsList({
  project,
  deployments,
}: {
  project: string;
  deployments: MigrationView["deployments"];
}) {
  const t = useTranslations("migrations");
  return (
    <ul className="panel lines">
      {deployments.map((one) => (
        <li key={one.number}>
          <Link className="link" href={`/${project}/deployments/${one.number}`}>
            {t("detail.deployment", { number: one.number })}
          </Link>
          <span>{one.environment}</span>
          <span className="muted">
            <RelativeTime at={one.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
