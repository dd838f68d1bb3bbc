import { useLocale, useTranslations } from "next-intl";
import { type Column, DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { formatBytes } from "@/components/format";
import { Icon } from "@/components/icon";
import { RelativeTime } from "@/components/relative-time";
import type { BackupRow } from "@/lib/operations/backup/views";
import { BackupMark, ProofMark } from "./marks";

interface BackupsTableProps {
  project: string;
  rows: BackupRow[];
  empty: React.ReactNode;
}

export function BackupsTable({ project, rows, empty }: BackupsTableProps) {
  const t = useTranslations("backups");
  return (
    <DataTable
      caption={t("list.title")}
      columns={useColumns()}
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `/${project}/backups/${row.id}`}
      empty={empty}
    />
  );
}

function useColumns(): Column<BackupRow>[] {
  const t = useTranslations("backups");
  const locale = useLocale();
  return [
    {
      key: "what",
      header: t("list.columns.backup"),
      cell: (row) => (
        <>
          <span className="whitespace-nowrap">
            {row.service}
            {row.pinned ? (
              <>
                {" "}
                <Icon name="lock" small className="inline" />
                <span className="sr-only">{t("list.pinned")}</span>
              </>
            ) : null}
          </span>{" "}
          <span className="muted">
            {/* A part is never mistaken for the whole, whatever somebody called it. */}
            {row.description === "" || row.scope.kind !== "database" ? <WhatPart row={row} /> : null}
            {row.description !== "" && row.scope.kind !== "database" ? " · " : null}
            {row.description}
          </span>
        </>
      ),
    },
    {
      key: "environment",
      header: t("list.columns.environment"),
      width: "150px",
      cell: (row) =>
        row.environment ? (
          <EnvironmentChip environment={row.environment} plain />
        ) : (
          <span className="muted">{row.environmentName}</span>
        ),
    },
    {
      key: "origin",
      header: t("list.columns.origin"),
      width: "150px",
      wideOnly: true,
      cell: (row) => (
        <span className="muted">{t(`origin.${row.origin}`, { number: row.deployment ?? 0 })}</span>
      ),
    },
    {
      key: "size",
      header: t("list.columns.size"),
      num: true,
      width: "110px",
      cell: (row) => (row.bytes === null ? null : formatBytes(row.bytes, locale)),
    },
    {
      key: "proof",
      header: t("list.columns.proof"),
      width: "210px",
      cell: (row) =>
        row.state === "succeeded" ? <ProofMark backup={row} /> : <BackupMark state={row.state} />,
    },
    {
      key: "age",
      header: t("list.columns.age"),
      num: true,
      width: "120px",
      cell: (row) => (
        <span className="muted nowrap">
          <RelativeTime at={row.at} />
        </span>
      ),
    },
  ];
}

function WhatPart({ row }: { row: BackupRow }) {
  const t = useTranslations("backups");
  const { scope } = row;
  const count =
    scope.kind === "tables" ? scope.tables.length : scope.kind === "schemas" ? scope.schemas.length : 0;
  return <>{t(`scope.${scope.kind}`, { count })}</>;
}
