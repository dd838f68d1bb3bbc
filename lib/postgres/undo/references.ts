import type pg from "pg";
import { type Copy, PLACE } from "./copies";
import { type Reference, readReferences, readRelation, type UndoColumn, type UndoRelation } from "./relation";
import { UNDO_SCHEMA } from "./store";

/** One copy that was made, with the table that holds it. */
export interface Placed {
  copy: Copy;
  /** In dbmigrator_undo. */
  data: string;
}

/** A copy of rows of another table that a foreign key's action takes along or empties. */
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
  const { copy } = parent;
  if (copy.kind !== "delete" && copy.kind !== "update") return;
  const changed = new Set(copy.columns.map(({ name }) => name));
  for (const reference of await readReferences(client, copy.from.oid)) {
    const action = copy.kind === "delete" ? reference.onDelete : reference.onUpdate;
    const touched = copy.kind === "delete" || reference.parentColumns.some((name) => changed.has(name));
    if (!touched || !ACTS.has(action) || (copy.kind === "update" && action === "c")) continue;
    const child = await readRelation(client, reference.childOid);
    if (child) yield dragOf(reference, action, parent, child, kept);
  }
}

function dragOf(
  reference: Reference,
  action: string,
  parent: Placed,
  child: UndoRelation,
  kept: readonly Placed[],
): Dragged {
  const deleted = parent.copy.kind === "delete" && action === "c";
  const all = child.columns.filter(({ generated }) => !generated);
  const columns = deleted ? all : all.filter(({ name }) => reference.childColumns.includes(name));
  const kind = deleted ? ("delete" as const) : ("update" as const);
  const into =
    kept.find(({ copy }) => copy.kind === kind && !copy.own && isSame(copy, child, columns)) ?? null;
  const already = kept.filter(({ copy }) => copy.kind === "delete" || isSame(copy, child, columns));
  const lost = new Set(columns.map(({ name }) => name));
  const key = child.keys.find((one) => deleted || !one.some((name) => lost.has(name))) ?? [];
  const source = `FROM ${child.relation} AS t WHERE ${refersTo(reference, parent)}${already.map(notIn).join("")}`;
  return { copy: { kind, from: child, columns, key, source, as: "t", with: null, own: false }, into };
}

function isSame(copy: Copy, child: UndoRelation, columns: readonly UndoColumn[]): boolean {
  const names = (list: readonly UndoColumn[]) => list.map(({ name }) => name).join();
  return copy.from.oid === child.oid && names(copy.columns) === names(columns);
}

/** The parent's row is still there, with its key: it is compared where it lies. */
function refersTo({ childColumns, parentColumns, parentOid }: Reference, { copy, data }: Placed): string {
  const pairs = childColumns.map((column, i) => `p.${parentColumns[i] ?? column} = t.${column}`);
  const part =
    parentOid === copy.from.oid
      ? ""
      : ` AND p.tableoid IN (SELECT ${parentOid}::oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(${parentOid}::oid::pg_catalog.regclass))`;
  return `EXISTS (SELECT FROM ${UNDO_SCHEMA}.${data} k JOIN ${copy.from.relation} p
    ON p.tableoid = k.${PLACE.table} AND p.ctid = k.${PLACE.row} WHERE ${pairs.join(" AND ")}${part})`;
}

function notIn({ data }: Placed): string {
  return ` AND NOT EXISTS (SELECT FROM ${UNDO_SCHEMA}.${data} s WHERE s.${PLACE.table} = t.tableoid AND s.${PLACE.row} = t.ctid)`;
}
