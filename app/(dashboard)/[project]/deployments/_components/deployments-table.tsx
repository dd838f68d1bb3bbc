"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { type Column, DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { Mark } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { DeploymentAlone } from "@/lib/operations/deployment/views";
import { versionRange } from "../../_overview/links";
import { StateMark } from "./state-mark";

interface DeploymentsTableProps {
  project: string;
  rows: DeploymentAlone[];
  filtered: boolean;
  mayCreate: boolean;
}

/** Rows go to the browser as data and not as what is drawn of them, which is four times as much. */
export function DeploymentsTable({ project, rows, filtered, mayCreate }: DeploymentsTableProps) {
  const t = useTranslations("deployments");
  return (
    <DataTable
      caption={t("list.title")}
      columns={useColumns()}
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `/${project}/deployments/${row.number}`}
      empty={
        filtered ? (
          <EmptyState
            title={t("list.noneFound")}
            action={
              <Button asChild>
                <Link href={`/${project}/deployments`}>{t("list.clear")}</Link>
              </Button>
            }
          />
        ) : (
          <EmptyState
            title={t("list.none")}
            text={t("list.noneText")}
            action={
              mayCreate ? (
                <Button asChild variant="go">
                  <Link href={`/${project}/deployments/new`} data-new="">
                    {t("list.new")}
                  </Link>
                </Button>
              ) : null
            }
          />
        )
      }
    />
  );
}

function useColumns(): Column<DeploymentAlone>[] {
  const t = useTranslations("deployments");
  return [
    {
      key: "number",
      header: t("list.columns.deployment"),
      cell: (row) => (
        <>
          <span className="row-number">{row.number}</span>{" "}
          <span className="muted">
            {t(`list.what.${row.direction}`, { count: row.migrations, service: row.service.name })}
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
      key: "versions",
      header: t("list.columns.version"),
      width: "260px",
      wideOnly: true,
      cell: (row) => <VersionRange from={row.fromVersion} to={row.toVersion} />,
    },
    {
      key: "risk",
      header: t("list.columns.risk"),
      width: "110px",
      cell: (row) => (row.severity ? <Mark meaning={row.severity} /> : null),
    },
    {
      key: "state",
      header: t("list.columns.state"),
      width: "190px",
      cell: (row) => (
        <>
          <StateMark state={row.state} />
          {row.state === "awaiting_approval" ? (
            <span className="muted">
              {" "}
              {row.approvals.changesRequested
                ? t("list.changes")
                : t("list.approvals", { given: row.approvals.given, needed: row.approvals.needed })}
            </span>
          ) : null}
        </>
      ),
    },
    {
      key: "who",
      header: t("list.columns.by"),
      width: "180px",
      wideOnly: true,
      cell: (row) => <span className="truncate block max-w-[180px]">{row.createdBy.label}</span>,
    },
    {
      key: "when",
      header: t("list.columns.when"),
      width: "110px",
      num: true,
      cell: (row) => (
        <span className="muted nowrap">
          <RelativeTime at={row.createdAt} />
        </span>
      ),
    },
  ];
}

function VersionRange({ from, to }: { from: string | null; to: string | null }) {
  const nothing = useTranslations("deployments")("nothing");
  const short = versionRange(from, to, nothing);
  return (
    <code className="muted" title={`${from ?? nothing} → ${to ?? nothing}`}>
      {from === to ? short.to : `${short.from} → ${short.to}`}
    </code>
  );
}
