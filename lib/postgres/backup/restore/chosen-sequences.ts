import type pg from "pg";
import type { TableName } from "../../../core/backup/types";
import type { OpenArchive } from "../archive-reader";
import { keyOf } from "../inventory";
import { quoteTable, quoteText } from "../sql-text";
import { filesOf } from "./fill-database";
import { runLines } from "./run-lines";

const SETVAL = /^SELECT pg_catalog\.setval\(('(?:[^']|'')*'), (-?\d+), (true|false)\);$/;

interface Owned extends TableName {
  sequence: TableName;
  descends: boolean;
}

/** Sequences of tables made anew get their values; those of the others never go back. */
export async function moveSequences(
  client: pg.Client,
  archive: OpenArchive,
  tables: readonly TableName[],
  missing: readonly TableName[],
): Promise<void> {
  const { rows } = await client.query<Owned>(
    `SELECT n.nspname::text AS schema, t.relname::text AS name, q.seqincrement < 0 AS descends,
            json_build_object('schema', sn.nspname, 'name', s.relname) AS sequence
       FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
       JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
       JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
        AND d.deptype IN ('a', 'i') AND t.oid = ANY ($1::regclass[])`,
    [tables.map(quoteTable)],
  );
  const made = new Set(missing.map(keyOf));
  const isBehind = new Map<string, (value: bigint, isCalled: boolean) => boolean>();
  for (const row of rows) {
    const text = quoteText(quoteTable(row.sequence));
    if (made.has(keyOf(row))) isBehind.set(text, () => true);
    else isBehind.set(text, await positionOf(client, row));
  }
  const wanted = (line: string) => {
    const [, sequence = "", value = "0", isCalled] = SETVAL.exec(line) ?? [];
    return isBehind.get(sequence)?.(BigInt(value), isCalled === "true") ?? false;
  };
  for (const file of filesOf(archive, "sequences")) await runLines(client, archive.read(file), wanted);
}

async function positionOf(client: pg.Client, { sequence, descends }: Owned) {
  const { rows } = await client.query<{ value: string; called: boolean }>(
    `SELECT last_value::text AS value, is_called AS called FROM ${quoteTable(sequence)}`,
  );
  const [own] = rows;
  return (value: bigint, isCalled: boolean): boolean => {
    const at = BigInt(own?.value ?? 0);
    if (value === at) return isCalled && !own?.called;
    return descends ? value < at : value > at;
  };
}
