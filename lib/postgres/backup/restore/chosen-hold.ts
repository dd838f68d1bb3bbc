import type pg from "pg";
import type { ManifestTable, TableName } from "../../../core/backup/types";
import { keyOf } from "../inventory";
import { quoteName, quoteTable } from "../sql-text";
import { type TakenConstraints, takeConstraints } from "./chosen-keys";

export interface HeldTables extends Pick<TakenConstraints, "foreignKeys"> {
  /** They bring back triggers, row security and constraints that were never checked. */
  statements: string[];
}

/**
 * Locks tables whose rows are replaced, takes off what would act on the rows or refuse them, and empties them, inside
 * of the caller's transaction.
 */
export async function holdTables(client: pg.Client, tables: readonly ManifestTable[]): Promise<HeldTables> {
  if (tables.length === 0) return { statements: [], foreignKeys: [] };
  // Its own triggers would see the rows of its partitions pass.
  const through = new Map(tables.flatMap(({ loadInto }) => (loadInto ? [[keyOf(loadInto), loadInto]] : [])));
  const written = [...tables, ...through.values()];
  await client.query(`LOCK TABLE ONLY ${written.map(quoteTable).join(", ONLY ")} IN ACCESS EXCLUSIVE MODE`);
  const { unchecked, foreignKeys } = await takeConstraints(client, tables);
  const statements = [
    ...unchecked,
    ...(await readTriggers(client, written)),
    ...(await lowerPolicies(client, written)),
  ];
  for (const table of written)
    await client.query(`ALTER TABLE ONLY ${quoteTable(table)} DISABLE TRIGGER USER`);
  for (const table of tables) await client.query(`TRUNCATE ONLY ${quoteTable(table)}`);
  return { statements, foreignKeys };
}

const TRIGGER_STATE: Record<string, string> = {
  O: "ENABLE",
  D: "DISABLE",
  R: "ENABLE REPLICA",
  A: "ENABLE ALWAYS",
};

/** Statements that bring back the state of each trigger; until PostgreSQL 14, those of partitions count as internal. */
async function readTriggers(client: pg.Client, tables: readonly TableName[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; state: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table, t.tgname::text AS name, t.tgenabled::text AS state
       FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE t.tgrelid = ANY ($1::regclass[]) AND (NOT t.tgisinternal OR (t.tgparentid <> 0 AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype <> 't')))`,
    [tables.map(quoteTable)],
  );
  return rows.map(
    (row) =>
      `ALTER TABLE ONLY ${row.table} ${TRIGGER_STATE[row.state] ?? "ENABLE"} TRIGGER ${quoteName(row.name)}`,
  );
}

/** COPY takes no rows where policies hold for the owner too. @returns statements that bring that back */
async function lowerPolicies(client: pg.Client, tables: readonly TableName[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relforcerowsecurity AND pg_catalog.row_security_active(c.oid) AND c.oid = ANY ($1::regclass[])`,
    [tables.map(quoteTable)],
  );
  for (const { table } of rows) await client.query(`ALTER TABLE ONLY ${table} NO FORCE ROW LEVEL SECURITY`);
  return rows.map(({ table }) => `ALTER TABLE ONLY ${table} FORCE ROW LEVEL SECURITY`);
}
