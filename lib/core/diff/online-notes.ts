import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { isMoved } from "../schema/kinds/moved-column";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import type { Planning } from "./actions";
import { isSwapped, swappedColumns } from "./swap-types";

/** A statement that keeps writers out although `online` was asked for, and why. */
export interface OnlineNote {
  id: FactId;
  /**
   * `rewrite`: every row is written anew. `copy`: into another table. `scan`: every row is looked at under a lock. Of
   * the rest PostgreSQL has no other way.
   */
  reason: "rewrite" | "copy" | "scan" | "exclusion" | "partitioned_key";
}

const columnBody = (fact: Fact | undefined) => fact?.body as unknown as ColumnBody;

/** Columns that move to another type of the same name. */
export function notesOfSwaps(planning: Planning): OnlineNote[] {
  const { born } = planning.decided;
  const retyped = [...swappedColumns(planning).values()].filter(
    ({ parent, deps }) =>
      !born.has(parent ?? "") && deps.some((id) => isSwapped(id, planning) && !id.startsWith("collation:")),
  );
  return retyped.map(({ id }) => ({ id, reason: "rewrite" }));
}

/** Another storage of a whole table. */
export function changesStorage(sql: readonly string[]): boolean {
  return sql.some((one) => / SET (LOGGED|UNLOGGED|ACCESS METHOD \S+)$/.test(one));
}

/** Whether tables hold values of the domain: writers wait while those are checked. */
export function isStored(domain: FactId, snapshot: Snapshot): boolean {
  return dependantsOf(snapshot, domain).some((id) => {
    if (id.startsWith("domain:")) return isStored(id, snapshot);
    return id.startsWith("column:") && snapshot.facts.get(id)?.parent?.startsWith("table:") === true;
  });
}

/** Whether a new column is written into every row (docs: ALTER TABLE, "Notes"). */
export function fillsRows(column: Fact, { around }: Planning): boolean {
  const b = columnBody(column);
  if (b.generated === "s" || b.identity !== "" || isMoved(column, around)) return true;
  if (column.deps.some((id) => isChecked(id, around.to))) return true;
  const value = around.to.facts.get(`default:${relationOf(column)}.${column.name}`);
  if (!value) return false;
  return EACH.test(String(value.body.expression)) || value.deps.some((id) => isVolatile(id, around.to));
}

const EACH = /\b(nextval|random|random_normal|gen_random_uuid|uuidv4|uuidv7|clock_timestamp|timeofday)\(/;

function isVolatile(id: FactId, { facts }: Snapshot): boolean {
  const routine = id.startsWith("function:") ? facts.get(id) : undefined;
  return routine !== undefined && !/^ .*\b(IMMUTABLE|STABLE)\b/m.test(String(routine.body.definition));
}

/** Domains with constraints are checked row by row. */
function isChecked(id: FactId, snapshot: Snapshot): boolean {
  const domain = id.startsWith("domain:") ? snapshot.facts.get(id) : undefined;
  if (!domain) return false;
  const checks = snapshot.children.get(id) ?? [];
  return (
    domain.body.notNull === true || checks.length > 0 || domain.deps.some((dep) => isChecked(dep, snapshot))
  );
}

/** Whether a statement about a column writes every row anew: all changes of type do but those to a wider one. */
export function rewrites(sql: string, column: Fact, { from }: Surroundings): boolean {
  if (/ SET EXPRESSION /.test(sql)) return true;
  if (!sql.includes(` ALTER COLUMN ${column.name} TYPE `)) return false;
  const [old, type] = [columnBody(from.facts.get(column.id)).type, columnBody(column).type];
  return old !== type && !isWider(old, type);
}

/** Types whose modifier says how much fits in, and which PostgreSQL knows to hold all that fitted before. */
const SIZED =
  /^(character varying|bit varying|numeric|interval|time|timestamp)(?:\((\d+)(?:,(-?\d+))?\))?( with(?:out)? time zone)?$/;

function isWider(old: string, type: string): boolean {
  if (type === "text" && /^character varying(\(\d+\))?$/.test(old)) return true;
  if (old === "text" && type === "character varying") return true;
  const [, name, size, scale = "0", zone] = SIZED.exec(old) ?? [];
  const [, name2, size2, scale2 = "0", zone2] = SIZED.exec(type) ?? [];
  if (name === undefined || name !== name2 || zone !== zone2) return false;
  if (size2 === undefined) return true;
  return size !== undefined && Number(size2) >= Number(size) && scale === scale2;
}
