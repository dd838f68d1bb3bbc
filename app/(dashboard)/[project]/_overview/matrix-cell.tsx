import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFailureText } from "@/components/failure-text";
import { Mark, type Meaning } from "@/components/mark";
import { ClockTime, RelativeTime } from "@/components/relative-time";
import { BEFORE_RUN } from "@/lib/core/policy/state-machine";
import type { CellMark, MatrixCell } from "@/lib/operations/overview/views";

const meanings: Record<CellMark, Meaning> = {
  up_to_date: "safe",
  pending: "notice",
  running: "notice",
  waiting: "notice",
  failed: "danger",
  in_doubt: "unknown",
  problem: "warning",
  drift: "warning",
  unreachable: "warning",
  never_read: "neutral",
};

export function CellMarkWord({ cell }: { cell: MatrixCell }) {
  const t = useTranslations("overview");
  // One that did not go through waits as those do that were never tried.
  const count = cell.mark === "problem" ? cell.problems : cell.pending + cell.failed;
  return <Mark meaning={meanings[cell.mark]}>{t(`matrix.mark.${cell.mark}`, { count })}</Mark>;
}

/** At most two lines: what is going on or went wrong, then how it came to be as it is. */
export function CellLines({ cell, drafts }: { cell: MatrixCell; drafts: number }) {
  const t = useTranslations("overview");
  const say = useFailureText();
  const lines: [string, ReactNode][] = [];
  if (cell.active) lines.push(["active", <Active key="active" active={cell.active} />]);
  if (cell.failure) {
    lines.push([
      "failure",
      t("matrix.failure", { statement: cell.failure.statement ?? 0, message: say(cell.failure).message }),
    ]);
  }
  if (cell.syncError) lines.push(["away", say(cell.syncError).message]);
  if (cell.problems > 0) lines.push(["problems", t("matrix.problems", { count: cell.problems })]);
  if (cell.drift?.state === "drifted")
    lines.push(["drift", t("matrix.drifted", { count: cell.drift.changes })]);
  if (cell.lastDeployment) {
    const { at, by, state } = cell.lastDeployment;
    const key =
      state === "succeeded"
        ? "matrix.deployed"
        : BEFORE_RUN.includes(state)
          ? "matrix.asked"
          : "matrix.tried";
    lines.push(["last", t.rich(key, { at: () => <RelativeTime at={at} />, by })]);
  }
  if (cell.backup && lines.length < 2) {
    const { at, state, overdue } = cell.backup;
    lines.push([
      "backup",
      overdue
        ? t("matrix.backup.overdue")
        : t.rich(`matrix.backup.${state}`, { at: () => <ClockTime at={at} brief /> }),
    ]);
  }
  if (drafts > 0 && cell.mark === "up_to_date" && lines.length < 2)
    lines.push(["drafts", t("matrix.drafts", { count: drafts })]);
  if (cell.drift?.state === "none" && lines.length < 2) lines.push(["drift", t("matrix.noDrift")]);
  if (cell.syncedAt && lines.length < 2) {
    const at = cell.syncedAt;
    lines.push(["read", t.rich("matrix.read", { at: () => <RelativeTime at={at} /> })]);
  }
  return (
    <ul>
      {lines.slice(0, 2).map(([key, line]) => (
        <li key={key}>
          <span className="truncate">{line}</span>
        </li>
      ))}
    </ul>
  );
}

function Active({ active }: { active: NonNullable<MatrixCell["active"]> }) {
  const t = useTranslations("overview");
  const { number, approvals, progress } = active;
  if (active.state === "running" && progress) {
    return t("matrix.active.progress", {
      number,
      done: progress.statements.done,
      of: progress.statements.of,
    });
  }
  const state = active.state === "awaiting_approval" && approvals.changesRequested ? "changes" : active.state;
  return t(`matrix.active.${state}`, { number, given: approvals.given, needed: approvals.needed });
}
