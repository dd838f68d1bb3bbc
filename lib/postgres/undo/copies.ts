import type pg from "pg";
import type { Loss, RowLoss, TypeChange } from "../../core/undo/losses";
import { isLossless } from "../../core/undo/lossless";
import { readReferences, readRelation, tablesOfSchema, type UndoColumn, type UndoRelation } from "./relation";
import type { UndoKind } from "./store";

/** What makes keeping impossible; the statement must not run then. */
export class UndoRefusal extends Error {
  override readonly name = "UndoRefusal";
  constructor(
    readonly code: "undo.too_large" | "undo.incomplete" | "undo.inherited",
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
  /** `FROM … WHERE …` of the query that reads the rows; its columns are named by `as`. */
  source: string;
  as: string;
  /** `WITH …`, when the statement has one. */
  with: string | null;
  /** The statement's own rows, whose number its tag tells; not those that a foreign key drags along. */
  own: boolean;
}

/** Tables, columns and rows behind a loss. Nothing where the table does not exist (IF EXISTS). */
export async function copiesOf(client: pg.ClientBase, loss: Loss): Promise<Copy[]> {
  if (loss.kind === "uncovered") return [];
  if (loss.kind === "drop_schema") {
    const tables = await tablesOfSchema(client, loss.schema);
    const all = await Promise.all(tables.map((table) => readRelation(client, table)));
    return all.flatMap((from) => (from ? [wholeTable("drop_table", from)] : []));
  }
  const from = await readRelation(client, loss.relation);
  if (!from) return [];
  if (loss.kind === "drop_table") return [wholeTable("drop_table", from)];
  if (loss.kind === "truncate") return truncated(client, from, loss.cascade);
  if (loss.kind === "drop_column" || loss.kind === "change_type") return columnCopies(loss, from);
  return [rowCopy(loss as RowLoss, from)];
}

function wholeTable(kind: "drop_table" | "truncate", from: UndoRelation): Copy {
  const only = from.inherited ? "ONLY " : "";
  const columns = from.columns.filter(({ generated }) => !generated);
  return { kind, from, columns, source: `FROM ${only}${from.relation} AS t`, as: "t", with: null, own: true };
}

async function truncated(client: pg.ClientBase, first: UndoRelation, cascade: boolean): Promise<Copy[]> {
  const found = new Map([[first.oid, first]]);
  for (const one of cascade ? found.values() : []) {
    for (const { childOid } of await readReferences(client, one.oid)) {
      const child = found.has(childOid) ? null : await readRelation(client, childOid);
      // A Map hands out what is added while it is walked through.
      if (child) found.set(childOid, child);
    }
  }
  return [...found.values()].map((from) => wholeTable("truncate", from));
}

function columnCopies(
  loss: Extract<Loss, { kind: "drop_column" | "change_type" }>,
  from: UndoRelation,
): Copy[] {
  const lost =
    loss.kind === "drop_column"
      ? loss.columns
      : loss.changes.filter((change) => losesValues(from, change)).map(({ column }) => column);
  const columns = from.columns.filter(({ attribute, generated }) => lost.includes(attribute) && !generated);
  if (columns.length === 0) return [];
  return [{ ...wholeTable("drop_table", from), kind: loss.kind, columns }];
}

/** A change of type that keeps every value needs nothing kept. */
function losesValues(from: UndoRelation, { column, type, using }: TypeChange): boolean {
  const old = from.columns.find(({ attribute }) => attribute === column);
  return old !== undefined && (using || !isLossless(old.type, type));
}

function rowCopy(loss: RowLoss, from: UndoRelation): Copy {
  if (from.inherited && !loss.only) {
    throw new UndoRefusal(
      "undo.inherited",
      `Rows of ${from.relation} cannot be kept: other tables inherit from it.`,
      "Change its children one by one with ONLY, or take a backup and run without keeping rows.",
      { relation: from.relation },
    );
  }
  const as = loss.alias ?? from.relation.slice(from.relation.lastIndexOf(".") + 1);
  const table = `${loss.only && !from.partitioned ? "ONLY " : ""}${loss.relation}${loss.alias ? ` AS ${loss.alias}` : ""}`;
  // The line break closes a comment at the end of a clause.
  const where = loss.where === null ? "true" : `(${loss.where}\n)`;
  const condition = loss.sources === null ? where : `EXISTS (SELECT FROM ${loss.sources}\nWHERE ${where})`;
  const all = from.columns.filter(({ generated }) => !generated);
  return {
    ...{ kind: loss.kind, from, as, with: loss.with, own: true },
    columns: loss.kind === "delete" ? all : all.filter(({ attribute }) => loss.columns.includes(attribute)),
    source: `FROM ${table} WHERE ${condition}`,
  };
}

export function isWhole({ kind }: Copy): boolean {
  return kind === "drop_table" || kind === "truncate";
}

/** Rows of UPDATE and of a change of type are told apart again by their key, and compared before they are put back. */
function keyColumns({ kind, from, columns }: Copy): UndoColumn[] {
  if (kind === "drop_table" || kind === "truncate" || kind === "delete") return [];
  const kept = new Set(columns.map(({ name }) => name));
  return from.columns.filter(({ name }) => from.key.includes(name) && !kept.has(name));
}

/** What is stored of a column: types of the target's own as text, or its types could not be dropped any more. */
export function stored(as: string, column: UndoColumn): string {
  const value = `${as}.${column.name}`;
  return column.plain ? value : `${value}::pg_catalog.text COLLATE "C" AS ${column.name}`;
}

export function selectOf(copy: Copy): string {
  const list = [...keyColumns(copy), ...copy.columns].map((column) => stored(copy.as, column)).join(", ");
  return `${copy.with ? `${copy.with}\n` : ""}SELECT ${list} ${copy.source}`;
}

/** An UPDATE that changes the key cannot find its rows again. */
export function isMergeable({ kind, from, columns }: Copy): boolean {
  if (kind === "drop_table" || kind === "truncate" || kind === "delete") return true;
  const changed = new Set(columns.map(({ name }) => name));
  return from.key.length > 0 && (kind === "drop_column" || !from.key.some((name) => changed.has(name)));
}
