import type pg from "pg";
import { quoteName } from "../../core/schema/sql-text";
import type { RowLoss, UpsertLoss } from "../../core/undo/losses";
import type { UndoColumn, UndoRelation } from "./relation";
import { UNDO_SCHEMA } from "./store";

/** A unique index that ON CONFLICT may mean. */
export interface Arbiter {
  /** What it compares, as SQL over the table's columns, in its collations. */
  keys: string[];
  /** Columns that decide about it, as the catalog has them; of an expression, all whose names occur in it. */
  columns: string[];
  /** `=` says of two keys what the index does. */
  usual: boolean;
}

/**
 * The indexes that an INSERT … ON CONFLICT may mean (documentation: "INSERT", conflict_target); one too many finds rows
 * that the statement would fail for. Which rows a partial one holds is not asked: the others stay where they lie.
 */
export async function readArbiters(
  client: pg.ClientBase,
  { oid }: UndoRelation,
  { arbiter }: UpsertLoss,
): Promise<Arbiter[]> {
  const { rows } = await client.query<Arbiter & { name: string; plain: boolean; own: string[] }>(
    `SELECT c.relname AS name, x.indexprs IS NULL AS plain, own.columns AS own,
       NOT coalesce((pg_catalog.to_jsonb(x) ->> 'indnullsnotdistinct')::bool, false) AND NOT EXISTS (
         SELECT FROM pg_catalog.unnest(x.indclass::oid[]) o (oid) JOIN pg_catalog.pg_opclass k ON k.oid = o.oid WHERE NOT k.opcdefault) AS usual,
       (SELECT pg_catalog.json_agg('(' || pg_catalog.pg_get_indexdef(x.indexrelid, k, true) || ')' || coalesce((
           SELECT pg_catalog.format(' COLLATE %I.%I', n.nspname, o.collname) FROM pg_catalog.pg_collation o
             JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = (x.indcollation::oid[])[k - 1]), '') ORDER BY k)
          FROM pg_catalog.generate_series(1, x.indnkeyatts) k) AS keys,
       (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute a, pg_catalog.generate_series(1, x.indnkeyatts) k
         WHERE a.attrelid = x.indrelid AND a.attnum > 0 AND NOT a.attisdropped
           AND pg_catalog.quote_ident(a.attname) IN (SELECT w[1] FROM pg_catalog.regexp_matches(
             pg_catalog.pg_get_indexdef(x.indexrelid, k, true), '"(?:[^"]|"")+"|[[:alnum:]_$]+', 'g') w)
           AND (x.indexprs IS NOT NULL OR pg_catalog.to_jsonb(a.attname) <@ own.columns)) AS columns
     FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
       CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.jsonb_agg(a.attname), '[]') AS columns FROM pg_catalog.generate_series(1, x.indnkeyatts) k
         JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = (x.indkey::int2[])[k - 1]) own
     WHERE x.indrelid = $1 AND x.indisunique ORDER BY x.indexrelid`,
    [oid],
  );
  return rows.filter(({ name, plain, own }) => {
    if ("constraint" in arbiter) return name === arbiter.constraint;
    const { columns } = arbiter;
    if (columns === null) return !plain;
    return plain && own.every((one) => columns.includes(one)) && columns.every((one) => own.includes(one));
  });
}

/** The columns that the statement inserts into, in the source's order. */
export function targetColumns(from: UndoRelation, { inserts, width }: UpsertLoss): UndoColumn[] {
  if (!inserts) return from.columns.slice(0, width ?? from.columns.length);
  return inserts.flatMap((name) => from.columns.find(({ attribute }) => attribute === name) ?? []);
}

/** What the statement would insert, computed once and beside its table: there for as long as rows are looked for. */
export interface Scratch {
  make: string[];
  drop: string;
  /** The statement, whose plan says how many rows its source has. */
  text: string;
}

/** By a table of the target's own types, so that values are converted as the statement will convert them. */
export function scratchOf(from: UndoRelation, loss: UpsertLoss): Scratch {
  const table = scratchTable(from);
  const columns = targetColumns(from, loss).map(({ name }) => name);
  const into = loss.inserts ? ` (${loss.inserts.map(quoteName).join(", ")})` : "";
  const source = `${loss.with ? `${loss.with}\n` : ""}INSERT INTO ${table}${into} ${loss.source}`;
  return {
    make: [
      `CREATE TABLE ${table} AS SELECT ${columns.join(", ")} FROM ${from.relation} WITH NO DATA`,
      source,
    ],
    drop: `DROP TABLE ${table}`,
    text: loss.text,
  };
}

const scratchTable = ({ oid }: UndoRelation) => `${UNDO_SCHEMA}.s${oid}`;

/** The rows that stand where the statement inserts, as an UPDATE would name them. */
export function conflictingRows(
  from: UndoRelation,
  { relation, columns }: UpsertLoss,
  arbiters: readonly Arbiter[],
): RowLoss {
  const conflicts = arbiters.map(
    ({ keys }) => `(${keys.join(", ")}) IN (SELECT ${keys.join(", ")} FROM ${scratchTable(from)})`,
  );
  return {
    ...{ kind: "update", relation, columns, only: true, alias: "t", with: null, sources: null },
    where: conflicts.join(" OR ") || "false",
  };
}
