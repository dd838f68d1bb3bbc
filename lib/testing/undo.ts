import type pg from "pg";
import { parseScript, treeOf } from "../core/sql/parse-script";
import { lossesOf } from "../core/undo/losses";
import { rowsOfTag } from "../postgres/runner-message";
import { keepLosses } from "../postgres/undo/keep";
import { beginPutBack, finishPutBack } from "../postgres/undo/put-back";
import { listUndo, type PutBack } from "../postgres/undo/store";

const context = { runId: "r1", service: "s", filename: "1_a", days: 7, maxBytes: 2 ** 30 };

/** As the runner does it: keep, run, compare, one statement after the other in one transaction. */
export async function migrateKeeping(
  client: pg.Client,
  script: string,
  options: { days?: number; maxBytes?: number } = {},
): Promise<void> {
  await client.query("BEGIN");
  try {
    for (const statement of parseScript(script).statements) {
      const losses = lossesOf(treeOf(statement), statement.text);
      const kept = await keepLosses(client, { ...context, ...options, statement: statement.index }, losses);
      const result = await client.query(statement.text);
      await kept.finish(rowsOfTag(`${result.command} ${result.rowCount}`));
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** The way back, with the rows; what came of each entry, in the order in which they were put back. */
export async function revertKeeping(client: pg.Client, down: string): Promise<({ of: string } & PutBack)[]> {
  await client.query("BEGIN");
  try {
    const plan = await beginPutBack(client, await listUndo(client, { kept: true, runId: "r1" }));
    if (down) await client.query(down);
    const told = await finishPutBack(client, plan);
    await client.query("COMMIT");
    return told.map(({ entry, outcome }) => ({ of: entry.relation, ...outcome }));
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
