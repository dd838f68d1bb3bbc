import type pg from "pg";
import { type Copy, PLACE } from "./copies";
import {
  ownRows,
  type Reference,
  readReferences,
  readRelation,
  type UndoColumn,
  type UndoRelation,
} from "./relation";
import { UNDO_SCHEMA } from "./store";
import { withTriggers } from "./trigger-columns";

/** One copy that was made, with the table that holds it. */
export interface Placed {
  copy: Copy;
  /** In dbmigrator_undo. */
  data: string;
}

/**
 * A copy of rows of another table that a foreign key's action takes along or empties. Rows of tables that inherit from
 * it are not meant: a foreign key is the table's own (docs: "Inheritance", Caveats).
 */
export interface Dragged {
  copy: Copy;
  /** What has the same rows' kind already; more rows are added to it. */
  into: Placed | null;
}

/** CASCADE, SET NULL and SET DEFAULT change rows that the statement does not name. */
const ACTS = new Set(["c", "n", "d"]);

/**
 * Copies still to be made because rows of `parent` are lost: ON DELETE of those that are deleted; ON UPDATE SET NULL
 * and SET DEFAULT of those whose key changes (what ON UPDATE CASCADE did, the way back does again).
 * @param kept all copies of the statement so far, those of what was told before included: nothing is kept twice
 */
export async function* draggedBy(
  client: pg.ClientBase,
  parent: Placed,
  kept: readonly Placed[],
): AsyncGenerator<Dragged> {
  for (const { reference, copy } of await actionsOn(client, parent.copy)) {
    const { kind, from, columns } = copy;
    const into =
      kept.find((one) => one.copy.kind === kind && !one.copy.own && isSame(one.copy, from, columns)) ?? null;
    const already = kept.filter((one) => one.copy.kind === "delete" || isSame(one.copy, from, columns));
    const source = `FROM ${ownRows(from)} AS t WHERE ${refersTo(reference, parent)}${already.map(notIn).join("")}`;
    yield { copy: { ...copy, source }, into };
  }
}

/** Copies for a foreign key's action, before it is said of which rows. */
async function actionsOn(
  client: pg.ClientBase,
  parent: Copy,
): Promise<{ reference: Reference; copy: Copy }[]> {
  const deletes = parent.kind === "delete";
  if (!deletes && parent.kind !== "update") return [];
  const changed = new Set(parent.columns.map(({ name }) => name));
  const found: { reference: Reference; copy: Copy }[] = [];
  for (const reference of await readReferences(client, parent.from.oid)) {
    const action = deletes ? reference.onDelete : reference.onUpdate;
    const touched = deletes || reference.parentColumns.some((name) => changed.has(name));
    if (!touched || !ACTS.has(action) || (!deletes && action === "c")) continue;
    const child = await readRelation(client, reference.childOid);
    if (!child) continue;
    found.push({ reference, copy: await dragOf(client, reference, deletes && action === "c", child) });
  }
  return found;
}

async function dragOf(
  client: pg.ClientBase,
  reference: Reference,
  deleted: boolean,
  child: UndoRelation,
): Promise<Copy> {
  const all = child.columns.filter(({ generated }) => !generated);
  const emptied = all.filter(({ name }) => reference.childColumns.includes(name));
  const lost = new Set(emptied.map(({ name }) => name));
  const key = child.keys.find((one) => deleted || !one.some((name) => lost.has(name))) ?? [];
  const columns = deleted ? all : await withTriggers(client, child, emptied, key);
  const kind = deleted ? "delete" : "update";
  return { kind, from: child, columns, key, moves: [], source: "", as: "t", with: null, own: false };
}

/** How often one foreign key is followed on the way down: a tree within a table has as many levels as it likes. */
const LEVELS = 4;
/** Of one statement: every way through the foreign keys is a query of its own. */
const MOST_WAYS = 100;

/** A copy that a foreign key will ask for, and the table whose rows drag it along. */
export interface Foreseen {
  copy: Copy;
  by: string;
}

/**
 * What foreign keys will drag along, level by level, while nothing is copied yet: of rows that the copies' conditions
 * mean. The same rows may be met on several ways.
 */
export async function foreseeDragged(client: pg.ClientBase, copies: readonly Copy[]): Promise<Foreseen[]> {
  const found: Foreseen[] = [];
  const open = copies.map((copy) => ({ copy, way: [] as string[] }));
  for (const { copy: parent, way } of open) {
    for (const { reference, copy } of await actionsOn(client, parent)) {
      if (way.filter((step) => step === reference.oid).length >= LEVELS) continue;
      if (found.length >= MOST_WAYS) return found;
      const source = `FROM ${ownRows(copy.from)} AS t WHERE ${willReferTo(reference, parent)}`;
      const next = { ...copy, source };
      found.push({ copy: next, by: parent.from.relation });
      // An array hands out what is added while it is walked through.
      open.push({ copy: next, way: [...way, reference.oid] });
    }
  }
  return found;
}

/** As a join to the parent's rows, not by their places: the planner knows how many that are. */
function willReferTo({ childColumns, parentColumns, parentOid }: Reference, parent: Copy): string {
  const { as, from, source } = parent;
  const list = parentColumns.map((name, i) => `${as}.${name} AS k${i}`).join(", ");
  const pairs = childColumns.map((name, i) => `p.k${i} = t.${name}`);
  const place = parentOid === from.oid ? "" : inPartition("p.part", parentOid);
  const part = place ? `, ${as}.tableoid AS part` : "";
  return `EXISTS (SELECT FROM (${parent.with ? `${parent.with}\n` : ""}SELECT ${list}${part} ${source}) p WHERE ${pairs.join(" AND ")}${place})`;
}

const inPartition = (table: string, oid: number) =>
  ` AND ${table} IN (SELECT ${oid}::oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(${oid}::oid::pg_catalog.regclass))`;

function isSame(copy: Copy, child: UndoRelation, columns: readonly UndoColumn[]): boolean {
  const names = (list: readonly UndoColumn[]) => list.map(({ name }) => name).join();
  return copy.from.oid === child.oid && names(copy.columns) === names(columns);
}

/** The parent's row is still there, with its key: it is compared where it lies. */
function refersTo({ childColumns, parentColumns, parentOid }: Reference, { copy, data }: Placed): string {
  const pairs = childColumns.map((column, i) => `p.${parentColumns[i] ?? column} = t.${column}`);
  const part = parentOid === copy.from.oid ? "" : inPartition("p.tableoid", parentOid);
  return `EXISTS (SELECT FROM ${UNDO_SCHEMA}.${data} k JOIN ${copy.from.relation} p
    ON p.tableoid = k.${PLACE.table} AND p.ctid = k.${PLACE.row} WHERE ${pairs.join(" AND ")}${part})`;
}

function notIn({ data }: Placed): string {
  return ` AND NOT EXISTS (SELECT FROM ${UNDO_SCHEMA}.${data} s WHERE s.${PLACE.table} = t.tableoid AND s.${PLACE.row} = t.ctid)`;
}
