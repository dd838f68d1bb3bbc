import Link from "next/link";
import { useTranslations } from "next-intl";
import { DataTable } from "@/components/data-table";
import { Bytes, Count } from "@/components/figures";
import { Mark } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import { whatIsNotBack } from "@/lib/core/undo/not-back";
import type { UndoView } from "@/lib/operations/undo/list";
import { RemoveRows } from "./remove-rows";

interface Props {
  project: string;
  targetId: string;
  rows: UndoView[];
  removes: boolean;
}

export function KeptTable({ project, targetId, rows, removes }: Props) {
  const t = useTranslations("undo.page");
  return (
    <DataTable
      caption={t("title")}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        { key: "what", header: t("what"), cell: (row) => <What row={row} /> },
        {
          key: "migration",
          header: t("migration"),
          cell: (row) =>
            row.deployment === null ? (
              <code>{row.migration}</code>
            ) : (
              <Link href={`/${project}/deployments/${row.deployment}`}>
                <code>{row.migration}</code>
              </Link>
            ),
        },
        {
          key: "rows",
          header: t("rows"),
          num: true,
          phoneLabel: t("rows"),
          cell: (row) => <Count value={row.rows} />,
        },
        {
          key: "size",
          header: t("size"),
          num: true,
          phoneLabel: t("size"),
          cell: (row) => (
            <span className="nowrap">
              <Bytes bytes={row.bytes} />
            </span>
          ),
        },
        {
          key: "until",
          header: t("until"),
          phoneLabel: t("until"),
          cell: (row) => (
            <span className="nowrap">
              <RelativeTime at={row.until} />
            </span>
          ),
        },
        { key: "state", header: t("state"), cell: (row) => <State row={row} /> },
        ...(removes
          ? [
              {
                key: "actions",
                header: "",
                label: t("actions"),
                cell: (row: UndoView) =>
                  row.state === "purged" ? null : <RemoveRows targetId={targetId} row={row} />,
              },
            ]
          : []),
      ]}
    />
  );
}

function What({ row }: { row: UndoView }) {
  const t = useTranslations("undo.review");
  const columns = row.columns.join(", ");
  return <span>{t(`kinds.${row.kind}`, { relation: row.relation, columns })}</span>;
}

function State({ row }: { row: UndoView }) {
  const t = useTranslations("undo.page");
  if (row.state === "kept" && !row.mergeable)
    return <Mark meaning="warning">{t("states.byHand", { table: `dbmigrator_undo.d${row.id}` })}</Mark>;
  const mark = <Mark meaning={row.state === "kept" ? "safe" : "neutral"}>{t(`states.${row.state}`)}</Mark>;
  if (!row.outcome) return mark;
  // What became of them is told also when the copy is gone.
  return (
    <div className="flex flex-col gap-1">
      {row.state === "reverted" ? null : mark}
      <Outcome row={row} outcome={row.outcome} />
    </div>
  );
}

/** What came back, what did not and why, and where the copy of it is while there is one. */
function Outcome({ row, outcome }: { row: UndoView; outcome: NonNullable<UndoView["outcome"]> }) {
  const t = useTranslations("undo.page");
  const { restored, newer, gone, orphaned, refused = 0, examples, reason, message = "" } = outcome;
  const lost = newer + gone + orphaned + refused;
  const why = reason
    ? [t(`notBackReasons.${reason}`, { message })]
    : [
        ...whatIsNotBack(outcome).map(({ kind, ...values }) => t(`lost.${kind}`, values)),
        ...(examples.length > 0 ? [t("lost.examples", { keys: examples.join("; ") })] : []),
      ];
  if (why.length > 0 && row.state === "reverted")
    why.push(t("byHand", { table: `dbmigrator_undo.d${row.id}` }));
  return (
    <>
      <Mark meaning={why.length > 0 ? "warning" : "safe"}>
        {reason ? t("notBack") : t("outcome", { restored, lost })}
      </Mark>
      {why.map((line) => (
        <span key={line} className="muted [overflow-wrap:anywhere]">
          {line}
        </span>
      ))}
    </>
  );
}
