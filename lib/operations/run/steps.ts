import type { PlanStep } from "../../core/plan/types";
import { maskSecrets } from "../../core/query/mask";
import { parseScriptAsync } from "../../core/sql/parse-script";
import type { Db } from "../../db/client";
import { scriptOf } from "../deployment/planned-migration";
import type { Claim } from "./claim";

/** Longest text of a statement that a step keeps. */
const MAX_SQL = 2000;

export interface PlannedStep {
  position: number;
  migration: string;
  statement: number;
  line: number;
  sql: string;
}

/** Every statement of the scripts, numbered through. */
export async function planSteps(steps: readonly PlanStep[]): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const { statements } = await parseScriptAsync(scriptOf(step));
    for (const { index, line, text: script } of statements) {
      const text = maskSecrets(script);
      const sql = text.length > MAX_SQL ? `${text.slice(0, MAX_SQL)}…` : text;
      planned.push({
        position: planned.length + 1,
        migration: step.migration.filename,
        statement: index,
        line,
        sql,
      });
    }
  }
  return planned;
}

/** Writes the steps of a run, in the place of those of an attempt that is started over. */
export async function insertSteps(db: Db, claim: Claim, steps: readonly PlannedStep[]): Promise<void> {
  await db.$transaction([
    db.runStep.deleteMany({ where: { runId: claim.runId, run: { fence: claim.fence } } }),
    db.$executeRaw`
      INSERT INTO run_step (run_id, position, migration, statement, line, sql)
      SELECT r.id, s.position, s.migration, s.statement, s.line, s.sql
      FROM run r, jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) AS s(position int, migration text, statement int, line int, sql text)
      WHERE r.id = ${claim.runId}::uuid AND r.fence = ${claim.fence} AND r.state = 'running'`,
  ]);
}
