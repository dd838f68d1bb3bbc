import { useTranslations } from "next-intl";
import { type Column, DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { useFailureText } from "@/components/failure-text";
import { RelativeTime } from "@/components/relative-time";
import type { DriftRow } from "@/lib/operations/drift/views";
import { CountsText } from "./counts";
import { DriftMark } from "./state-mark";

export function DriftTable({ project, rows }: { project: string; rows: DriftRow[] }) {
  const t = useTranslations("drift");
  const columns: Column<DriftRow>[] = [
    {
      key: "service",
      header: t("columns.service"),
      cell: (row) => (
        <>
          {row.service.name}
          <code className="second">{row.database}</code>
        </>
      ),
    },
    {
      key: "environment",
      header: t("columns.environment"),
      width: "150px",
      cell: (row) => <EnvironmentChip environment={row.environment} plain />,
    },
    {
      key: "state",
      header: t("columns.state"),
      width: "200px",
      cell: (row) => <DriftMark state={row.state} />,
    },
    {
      key: "what",
      header: t("columns.what"),
      width: "34%",
      cell: (row) => <What row={row} />,
    },
    {
      key: "since",
      header: t("columns.since"),
      width: "110px",
      num: true,
      phoneLabel: t("columns.since"),
      cell: (row) => (row.since ? <RelativeTime at={row.since} /> : null),
    },
    {
      key: "checked",
      header: t("columns.checked"),
      width: "130px",
      num: true,
      phoneLabel: t("columns.checked"),
      cell: (row) => (
        <span className="muted nowrap">
          {row.checking ? t("checking") : row.checkedAt ? <RelativeTime at={row.checkedAt} /> : t("never")}
        </span>
      ),
    },
  ];
  return (
    <DataTable
      caption={t("title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.targetId}
      rowHref={(row) => `/${project}/drift/${row.targetId}`}
    />
  );
}

function What({ row }: { row: DriftRow }) {
  const t = useTranslations("drift");
  const say = useFailureText();
  if (row.state === "unknown")
    return <span className="line-clamp-2">{row.reason ? say(row.reason).message : null}</span>;
  if (row.state === "unmanaged") return <span className="muted">{t("unmanagedShort")}</span>;
  if (row.state !== "drifted") return null;
  return <CountsText counts={row.counts} />;
}
