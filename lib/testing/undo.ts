import type pg from "pg";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { loadParser, parseScript, treeOf } from "../core/sql/parse-script";
import { lossesOf } from "../core/undo/losses";
import { closeConnection, openConnection } from "../postgres/connection/connect";
import type { ConnectionSpec } from "../postgres/connection/connection-spec";
import type { EmbeddedMajor } from "../postgres/embedded/embedded";
import { rowsOfTag } from "../postgres/runner/message";
import { foreseenLosses } from "../postgres/undo/foreseen";
import { keepLosses } from "../postgres/undo/keep";
import { beginPutBack, finishPutBack } from "../postgres/undo/put-back";
import { BEFORE_REFUSAL, putOffAtOnce, putOffRefused } from "../postgres/undo/put-off";
import { ensureUndoStore, listUndo, type PutBack } from "../postgres/undo/store";
import { type TestDatabase, testDatabase } from "./postgres";

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
      const losses = await foreseenLosses(client, lossesOf(treeOf(statement), statement.text));
      const kept = await keepLosses(client, { ...context, ...options, statement: statement.index }, losses);
      const result = await client.query(statement.text);
      // The client takes the tag apart; an INSERT's has an oid too.
      const tag = result.command === "INSERT" ? "INSERT 0" : result.command;
      await kept.finish(rowsOfTag(`${tag} ${result.rowCount}`));
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
    for (const statement of down ? parseScript(down).statements : []) {
      const text = putOffAtOnce(client, plan, statement.text);
      await client.query(BEFORE_REFUSAL);
      await client.query(text).catch(async (error: pg.DatabaseError) => {
        if (!(await putOffRefused(client, plan, text, error))) throw error;
      });
    }
    const told = await finishPutBack(client, plan);
    await client.query("COMMIT");
    return told.map(({ entry, outcome }) => ({ of: entry.relation, ...outcome }));
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

interface OpenUndoDatabase {
  client: pg.Client;
  spec: ConnectionSpec;
  all(sql: string): Promise<unknown[][]>;
}

/**
 * A database for the tests of one describe, empty and with its store of kept rows before each of them.
 * @returns what is open, once the tests begin
 */
export function undoDatabase(major: EmbeddedMajor): () => OpenUndoDatabase {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    await loadParser();
    database = await testDatabase({ major });
    client = await openConnection(database.spec);
  });
  afterAll(async () => {
    await closeConnection(client);
    await database.drop();
  });
  beforeEach(async () => {
    await client.query(
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS dbmigrator_undo CASCADE",
    );
    await ensureUndoStore(client);
  });
  return () => ({
    client,
    spec: database.spec,
    all: async (sql) => (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows,
  });
}
