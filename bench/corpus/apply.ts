import type pg from "pg";
import type { PlannedStatement } from "../../lib/core/diff/plan";
import { type PlanScript, scriptsOf } from "../../lib/core/diff/scripts";

/** Runs a plan as a migration would: its pieces in transactions of their own, or outside of one. null: all went well. */
export async function applyPlan(
  client: pg.Client,
  plan: { statements: PlannedStatement[] },
): Promise<string | null> {
  await client.query("SET check_function_bodies = off; SET search_path = ''");
  for (const script of scriptsOf(plan)) {
    const failure = await applyScript(client, script);
    if (failure !== null) return `${failure}\n  in ${script.up}`;
  }
  return null;
}

async function applyScript(client: pg.Client, { up, transaction }: PlanScript): Promise<string | null> {
  const text = transaction ? `BEGIN;\n${up}COMMIT` : up;
  const failure = await client.query(text).then(
    () => null,
    (error: Error & { internalQuery?: string }) => error.message,
  );
  if (failure !== null && transaction) await client.query("ROLLBACK");
  return failure;
}
