import type pg from "pg";
import type { Loss, RowLoss, TypeChange } from "../../core/undo/losses";
import { isLossless } from "../../core/undo/lossless";
import { goneWith } from "./cascade";
import {
  kindOfName,
  ownRows,
  readHeirs,
  readReferences,
  readRelation,
  type UndoColumn,
  type UndoRelation,
} from "./relation";
import { UNDO_SCHEMA, type UndoKind } from "./store";
import { withTriggers } from "./trigger-columns";
import { conflictingRows, readArbiters, type Scratch, scratchOf } from "./upsert";

/** What makes keeping impossible; the statement must not run then. */
export class UndoRefusal extends Error {
  override readonly name = "UndoRefusal";
  constructor(
    readonly code: "undo.too_large" | "undo.incomplete" | "undo.no_table" | "undo.moves_rows",
    message: string,
    readonly hint: string,
    readonly details: Record<string, string | number> = {},
  ) {
    super(message);
  }
}

/** One table's part: which columns of which rows are copied. */
export interface Copy {
  kind: UndoKind;
  from: UndoRelation;
  columns: UndoColumn[];
  /** Quoted columns that tell the rows apart and keep their values; empty: none. */
  key: string[];
  /** Quoted columns of a key that the statement itself changes, where there is no other; else empty. */
  moves: string[];
  /** `FROM … WHERE …` of the query that reads the rows; its columns are named by `as`. */
  source: string;
  as: string;
  /** `WITH …`, when the statement has one. */
  with: string | null;
  /** The statement's own rows, whose number its tag tells; not those that a foreign key drags along. */
  own: boolean;
  /** The statement's tag counts other rows as well, and some of these rows it may leave as they are. */
  mixed?: boolean;
  /** Of what `source` speaks, where that has to be made first. */
  scratch?: Scratch;
}

/** Tables, columns and rows behind a loss. Nothing where the table does not exist (IF EXISTS). @throws UndoRefusal */
export async function copiesOf(client: pg.ClientBase, loss: Loss): Promise<Copy[]> {
  if (loss.kind === "uncovered") return [];
  if (loss.kind === "drop_cascade") return cascaded(client, loss);
  const from = await readRelation(client, loss.relation);
  if (!from) {
    await requireNoView(client, loss);
    return [];
  }
  const all = async () => [from, ...(await readHeirs(client, from))];
  if (loss.kind === "drop_table") {
    if (!loss.cascade) return [wholeTable("drop_table", from)];
    return cascaded(client, { kind: "drop_cascade", object: "table", name: loss.relation });
  }
  if (loss.kind === "truncate") return truncated(client, loss.only ? [from] : await all(), loss.cascade);
  if (loss.kind === "drop_column" || loss.kind === "change_type")
    return (await all()).flatMap((one) => columnCopies(loss, one));
  if (loss.kind === "upsert") {
    const rows = conflictingRows(from, loss, await readArbiters(client, from, loss));
    return [{ ...(await rowCopy(client, rows, from, from)), mixed: true, scratch: scratchOf(from, loss) }];
  }
  const copies: Copy[] = [];
  for (const one of loss.only ? [from] : await all()) copies.push(await rowCopy(client, loss, from, one));
  return copies;
}

/** The rows behind a view or a foreign table are others' and not seen by its name. */
async function requireNoView(
  client: pg.ClientBase,
  { kind, relation }: Exclude<Loss, { kind: "uncovered" | "drop_cascade" }>,
): Promise<void> {
  if (kind !== "update" && kind !== "delete" && kind !== "truncate" && kind !== "upsert") return;
  const found = await kindOfName(client, relation);
  if (found !== "v" && found !== "f") return;
  throw new UndoRefusal(
    "undo.no_table",
    `Rows of ${relation} cannot be kept: it is a ${found === "v" ? "view" : "foreign table"}.`,
    "Name the table itself, or take a backup and run without keeping rows.",
    { relation },
  );
}

/**
 * Before PostgreSQL 15, a row that an UPDATE takes to another partition counts as deleted there for what refers to
 * it: rows of other tables go, or lose what they refer to.
 */
async function requireNoMove(
  client: pg.ClientBase,
  { oid, root, relation, partitioned }: UndoRelation,
  columns: readonly UndoColumn[],
): Promise<void> {
  if (!partitioned) return;
  const { rows } = await client.query<{ child: string }>(
    `SELECT f.conrelid::pg_catalog.regclass::text AS child FROM pg_catalog.pg_constraint f
      WHERE pg_catalog.current_setting('server_version_num')::int4 < 150000 AND f.contype = 'f' AND f.confdeltype IN ('c', 'n', 'd')
        AND f.confrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree($2::oid::pg_catalog.regclass))
        AND (SELECT pg_catalog.count(*) FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass) t WHERE t.isleaf) > 1
        AND EXISTS (SELECT FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass) t
          JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = t.relid JOIN pg_catalog.pg_attribute a ON a.attrelid = k.partrelid
         WHERE a.attname = ANY ($3) AND (k.partexprs IS NOT NULL OR a.attnum = ANY (k.partattrs::int2[])))
      ORDER BY f.oid LIMIT 1`,
    [oid, root, columns.map(({ attribute }) => attribute)],
  );
  const [found] = rows;
  if (!found) return;
  throw new UndoRefusal(
    "undo.moves_rows",
    `Rows of ${found.child} that refer to ${relation} cannot be kept: this server takes them along where a row moves to another partition.`,
    `Take a backup of ${found.child} and run without keeping rows.`,
    { relation: found.child },
  );
}

async function cascaded(
  client: pg.ClientBase,
  loss: Extract<Loss, { kind: "drop_cascade" }>,
): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const { oid, columns } of await goneWith(client, loss)) {
    const from = await readRelation(client, oid);
    if (from && columns === null) copies.push(wholeTable("drop_table", from));
    else if (from) copies.push(...columnCopies({ kind: "drop_column", columns: columns ?? [] }, from));
  }
  return copies;
}

function wholeTable(kind: "drop_table" | "truncate", from: UndoRelation): Copy {
  const columns = from.columns.filter(({ generated }) => !generated);
  const source = `FROM ${ownRows(from)} AS t`;
  return { kind, from, columns, key: from.keys[0] ?? [], moves: [], source, as: "t", with: null, own: true };
}

async function truncated(
  client: pg.ClientBase,
  first: readonly UndoRelation[],
  cascade: boolean,
): Promise<Copy[]> {
  const found = new Map(first.map((one) => [one.oid, one]));
  for (const one of cascade ? found.values() : []) {
    for (const { childOid } of await readReferences(client, one.oid)) {
      if (found.has(childOid)) continue;
      const child = await readRelation(client, childOid);
      // A Map hands out what is added while it is walked through. What inherits from it is not emptied with it.
      if (child) found.set(child.oid, child);
    }
  }
  return [...found.values()].map((from) => wholeTable("truncate", from));
}

type ColumnLoss =
  | Pick<Extract<Loss, { kind: "drop_column" }>, "kind" | "columns">
  | Pick<Extract<Loss, { kind: "change_type" }>, "kind" | "changes">;

function columnCopies(loss: ColumnLoss, from: UndoRelation): Copy[] {
  const lost =
    loss.kind === "drop_column"
      ? loss.columns
      : loss.changes.filter((change) => losesValues(from, change)).map(({ column }) => column);
  const columns = from.columns.filter(({ attribute, generated }) => lost.includes(attribute) && !generated);
  if (columns.length === 0) return [];
  return [{ ...wholeTable("drop_table", from), kind: loss.kind, columns, key: keyBeside(from, columns) }];
}

/** Key columns that are not among those whose values are lost: only these find the rows again. */
function keyBeside({ keys }: UndoRelation, columns: readonly UndoColumn[]): string[] {
  const lost = new Set(columns.map(({ name }) => name));
  return keys.find((key) => !key.some((name) => lost.has(name))) ?? [];
}

/** A change of type that keeps every value needs nothing kept. */
function losesValues(from: UndoRelation, { column, type, using }: TypeChange): boolean {
  const old = from.columns.find(({ attribute }) => attribute === column);
  return old !== undefined && (using || !isLossless(old.type, type));
}

/** @param from the table that the statement names, or one that inherits from it */
async function rowCopy(
  client: pg.ClientBase,
  loss: RowLoss,
  named: UndoRelation,
  from: UndoRelation,
): Promise<Copy> {
  const name = loss.alias ?? named.name;
  // The line break closes a comment at the end of a clause.
  const where = loss.where === null ? "true" : `(${loss.where}\n)`;
  const condition = loss.sources === null ? where : `EXISTS (SELECT FROM ${loss.sources}\nWHERE ${where})`;
  const isNamed = from.oid === named.oid;
  const only = isNamed ? from.inherited || (loss.only && !from.partitioned) : false;
  const meant = `FROM ${only ? "ONLY " : ""}${loss.relation}${loss.alias ? ` AS ${loss.alias}` : ""} WHERE ${condition}`;
  const same = `${name}.tableoid = ${HEIR}.tableoid AND ${name}.ctid = ${HEIR}.ctid`;
  const all = from.columns.filter(({ generated }) => !generated);
  const set = all.filter(({ attribute }) => loss.columns.includes(attribute));
  const key = loss.kind === "delete" ? (from.keys[0] ?? []) : keyBeside(from, set);
  const moves = loss.kind === "update" && key.length === 0 ? (from.keys[0] ?? []) : [];
  const lost = from.columns.filter((column) => set.includes(column) || moves.includes(column.name));
  const columns = loss.kind === "delete" ? all : await withTriggers(client, from, lost, key);
  if (loss.kind === "update") await requireNoMove(client, from, columns);
  return {
    ...{ kind: loss.kind, from, columns, key, moves, as: isNamed ? name : HEIR, with: loss.with, own: true },
    ...(loss.part ? { mixed: true } : {}),
    source: isNamed ? meant : `FROM ${ownRows(from)} AS ${HEIR} WHERE EXISTS (SELECT ${meant} AND ${same})`,
  };
}

/** Its rows are found by their places: the condition speaks of the table that it inherits from. */
const HEIR = "dbmigrator_heir";

export function isWhole({ kind }: Copy): boolean {
  return kind === "drop_table" || kind === "truncate";
}

/** Rows of DROP TABLE, TRUNCATE and DELETE come back whole; of the others only values. */
export function bringsRows(kind: UndoKind): boolean {
  return kind === "drop_table" || kind === "truncate" || kind === "delete";
}

/** Which rows a statement of rows means: where each lies at this moment (docs: "System Columns"). */
export const PLACE = { table: "dbmigrator_table", row: "dbmigrator_row" } as const;

/** Only statements of rows leave any: they name them by a condition, and foreign keys drag others along. */
export function hasPlaces({ kind }: Pick<Copy, "kind">): boolean {
  return kind === "update" || kind === "delete";
}

/**
 * What is stored of a column: types of the target's own as text, or its types could not be dropped any more.
 * @param steady the same text whatever the session's settings; only where the store is there
 */
export function storedValue(as: string, column: UndoColumn, steady = true): string {
  const value = `${as}.${column.name}`;
  if (column.plain) return value;
  const text = column.unsteady && steady ? `${UNDO_SCHEMA}.as_text(${value})` : `${value}::pg_catalog.text`;
  return `${text} COLLATE "C"`;
}

/** The same under the column's name. */
export function stored(as: string, column: UndoColumn, steady = true): string {
  const value = storedValue(as, column, steady);
  return column.plain ? value : `${value} AS ${column.name}`;
}

/** Columns of a copy in its table: the key, unless the rows are whole and hold it anyway, and what is kept. */
export function storedColumns({ kind, from, columns, key }: Copy): UndoColumn[] {
  if (bringsRows(kind)) return columns;
  return [...from.columns.filter(({ name }) => key.includes(name)), ...columns];
}

/** @param steady false: only to be foretold */
export function selectOf(copy: Copy, steady = true): string {
  const { as } = copy;
  const places = hasPlaces(copy) ? [`${as}.tableoid AS ${PLACE.table}`, `${as}.ctid AS ${PLACE.row}`] : [];
  const list = [...places, ...storedColumns(copy).map((column) => stored(as, column, steady))].join(", ");
  return `${copy.with ? `${copy.with}\n` : ""}SELECT ${list} ${copy.source}`;
}

/** Without a key, values cannot find their rows again. */
export function isMergeable({ kind, key, moves }: Pick<Copy, "kind" | "key" | "moves">): boolean {
  return bringsRows(kind) || key.length > 0 || moves.length > 0;
}
