import { isPartlyDone, type LedgerRow } from "../../core/plan/types";
import type { PlannedMigration, RunOutcome } from "../../core/run/types";
import type { EvidenceView } from "../deployment/views";

type Line = EvidenceView["lines"][number];
type Outcome = RunOutcome["migrations"][number]["outcome"];

export interface Judgement {
  kind: "succeeded" | "failed" | "untouched" | "in_doubt";
  migrations: RunOutcome["migrations"];
  lines: Line[];
  /** Something of it is in effect. */
  changed: boolean;
}

/**
 * What became of a run whose worker is gone, by the ledger of its target alone: each migration is recorded together
 * with its effect, so a row says what happened and no row that nothing did. What the ledger itself calls unclear
 * stays in doubt.
 */
export function judgeByLedger(
  plan: readonly PlannedMigration[],
  ledger: readonly LedgerRow[],
  runId: string,
): Judgement {
  const rows = new Map(ledger.map((row) => [`${row.service}/${row.filename}`, row]));
  const judged = plan.map((one) => ({
    one,
    ...judgeMigration(one, rows.get(`${one.service}/${one.filename}`), runId),
  }));
  const migrations = judged.map(({ one, outcome }) => ({ migration: one.filename, outcome, durationMs: 0 }));
  const lines = judged.map(({ line }) => line);
  const is = (outcome: Outcome) => judged.some((one) => one.outcome === outcome);
  const changed = is("applied") || is("reverted") || judged.some((one) => one.partial);
  if (is("in_doubt")) return { kind: "in_doubt", migrations, lines, changed: true };
  if (judged.every((one) => one.outcome === "applied" || one.outcome === "reverted"))
    return { kind: "succeeded", migrations, lines, changed };
  const untouched = judged.every((one) => one.outcome === "not_reached" && !one.partial);
  return { kind: untouched ? "untouched" : "failed", migrations, lines, changed };
}

interface OneJudgement {
  outcome: Outcome;
  line: Line;
  partial?: boolean;
}

function judgeMigration(one: PlannedMigration, row: LedgerRow | undefined, runId: string): OneJudgement {
  const params = { migration: one.filename };
  const done = row?.steps?.done.length ?? 0;
  if (row?.status === "in_doubt") {
    return {
      outcome: "in_doubt",
      line: { code: "ledger_in_doubt", params: { ...params, evidence: row.steps?.evidence ?? "" } },
    };
  }
  if (row?.status === "running") {
    return {
      outcome: "failed",
      partial: true,
      line: { code: "ledger_interrupted", params: { ...params, done, total: row.steps?.total ?? 0 } },
    };
  }
  if (row?.status === "failed" && row.runId === runId) {
    const partial = isPartlyDone(row.steps);
    const code = partial ? "ledger_interrupted" : "ledger_failed";
    const more = partial ? { done, total: row.steps?.total ?? 0 } : { message: row.errorMessage ?? "" };
    return { outcome: "failed", partial, line: { code, params: { ...params, ...more } } };
  }
  const inEffect = row?.status === "applied" || row?.status === "baseline";
  if (one.direction === "up") {
    const applied = inEffect && row.checksum === one.checksum;
    return applied
      ? { outcome: "applied", line: { code: "ledger_applied", params } }
      : { outcome: "not_reached", line: { code: "ledger_nothing", params } };
  }
  return inEffect
    ? { outcome: "not_reached", line: { code: "ledger_still_applied", params } }
    : { outcome: "reverted", line: { code: "ledger_reverted", params } };
}
