import Link from "next/link";
import { useTranslations } from "next-intl";
import { type Column, DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { useFailureText } from "@/components/failure-text";
import { Duration } from "@/components/figures";
import { RelativeTime } from "@/components/relative-time";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { RunRow } from "@/lib/operations/deployment/views";
import { StateMark } from "../deployments/_components/state-mark";

export function RunsTable({
  project,
  rows,
  filtered,
}: {
  project: string;
  rows: RunRow[];
  filtered: boolean;
}) {
  const t = useTranslations("deployments");
  return (
    <DataTable
      caption={t("runs.title")}
      columns={useColumns()}
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `/${project}/deployments/${row.deploymentNumber}`}
      empty={
        <EmptyState
          title={filtered ? t("runs.noneFound") : t("runs.none")}
          text={filtered ? null : t("runs.noneText")}
          action={
            <Button asChild>
              <Link href={filtered ? `/${project}/runs` : `/${project}/deployments`}>
                {filtered ? t("list.clear") : t("runs.toDeployments")}
              </Link>
            </Button>
          }
        />
      }
    />
  );
}

function useColumns(): Column<RunRow>[] {
  const t = useTranslations("deployments");
  const say = useFailureText();
  return [
    {
      key: "deployment",
      header: t("list.columns.deployment"),
      cell: (row) => (
        <>
          <span className="row-number">{row.deploymentNumber}</span>{" "}
          <span className="muted">
            {row.service.name}
            {row.attempt > 1 ? `, ${t("runs.attempt", { attempt: row.attempt })}` : ""}
          </span>
        </>
      ),
    },
    {
      key: "environment",
      header: t("list.columns.environment"),
      width: "150px",
      cell: (row) => <EnvironmentChip environment={row.environment} plain />,
    },
    {
      key: "state",
      header: t("list.columns.state"),
      width: "140px",
      cell: (row) => <StateMark state={row.state} />,
    },
    {
      key: "progress",
      header: t("runs.statements"),
      width: "120px",
      num: true,
      phoneLabel: t("runs.statements"),
      cell: (row) => t("runs.doneOf", row.progress.statements),
    },
    {
      key: "failure",
      header: t("runs.said"),
      width: "30%",
      wideOnly: true,
      cell: (row) => (row.failure ? <span className="line-clamp-2">{say(row.failure).message}</span> : null),
    },
    {
      key: "took",
      header: t("runs.took"),
      width: "110px",
      num: true,
      phoneLabel: t("runs.took"),
      cell: (row) => (row.durationMs === null ? null : <Duration ms={row.durationMs} />),
    },
    {
      key: "when",
      header: t("list.columns.when"),
      width: "110px",
      num: true,
      cell: (row) => (
        <span className="muted nowrap">
          <RelativeTime at={row.startedAt ?? row.createdAt} />
        </span>
      ),
    },
  ];
}
