import type pg from "pg";
import { KNOWN } from "./known-ledgers";

/** A migration as another tool's own table records it. */
export interface ForeignRecord {
  /** What the tool calls it: a file name, a version, an id. */
  key: string;
  version: string;
  at: string | null;
  failed: boolean;
  /** It stands for everything up to it: the tool keeps only where it is, or began there. */
  upTo?: boolean;
}

export interface ForeignLedger {
  tool: string;
  /** Qualified and quoted. */
  table: string;
  records: ForeignRecord[];
}

/**
 * What other migration tools say is applied in a database. Reads their tables, writes nothing; a table of theirs that
 * the role may not read has no records and `table` ends in a word about it.
 */
export async function readOtherLedgers(client: pg.Client): Promise<ForeignLedger[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    table: string;
    columns: string[];
    readable: boolean;
    neighbours: string[];
  }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS table,
       array_agg(a.attname::text) AS columns, has_table_privilege(c.oid, 'SELECT') AS readable,
       ARRAY(SELECT b.relname::text FROM pg_class b WHERE b.relnamespace = c.relnamespace AND b.relname = 'ar_internal_metadata') AS neighbours
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1) AND n.nspname NOT IN ('dbmigrator', 'dbmigrator_undo')
     GROUP BY n.nspname, c.relname, c.relnamespace, c.oid ORDER BY 1, 2`,
    [KNOWN.map((one) => one.table)],
  );
  const ledgers: ForeignLedger[] = [];
  for (const row of rows) {
    const known = KNOWN.find(
      (one) =>
        one.table === row.name &&
        (one.schema === undefined || one.schema === row.schema) &&
        one.columns.every((column) => row.columns.includes(column)) &&
        !(one.without ?? []).some((column) => row.columns.includes(column)) &&
        (one.beside === undefined || row.neighbours.includes(one.beside)),
    );
    if (!known) continue;
    if (!row.readable) {
      ledgers.push({ tool: known.tool, table: `${row.table} (not readable)`, records: [] });
      continue;
    }
    const found = await client.query<ForeignRecord>(
      `SELECT ${known.select.replace("%t", row.table)} ORDER BY ${known.order}`,
    );
    ledgers.push({ tool: known.tool, table: row.table, records: found.rows });
  }
  return ledgers;
}

/** Facts that are a tool's own table, or schema, and not the schema that migrations make; for filterSnapshot. */
export function ownTables(ledgers: readonly ForeignLedger[]): string[] {
  return ledgers.flatMap(({ tool, table }) => {
    const plain = table.replace(/ \(not readable\)$/, "").replaceAll('"', "");
    const at = plain.lastIndexOf(".");
    const [schema, name] = [plain.slice(0, at), plain.slice(at + 1)];
    const known = KNOWN.find((one) => one.tool === tool && one.table === name);
    if (known?.ownSchema === schema) return [schema];
    return [name, ...(known?.others ?? [])].flatMap((one) => [
      `${schema}.${one}`,
      `${schema}.${one}_id_seq`,
      `${schema}.${one}_index_seq`,
    ]);
  });
}
