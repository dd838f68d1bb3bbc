import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { constraintBody } from "../schema/kinds/constraint";
import { indexBody } from "../schema/kinds/index";
import { isMoved } from "../schema/kinds/moved-column";
import { tableBody } from "../schema/kinds/table";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId } from "../schema/types";
import { type Action, type Actions, keyOf, type Planning } from "./actions";
import { notNullOnline } from "./online-not-null";

/** A statement that keeps writers out although `online` was asked for, and why. */
export interface OnlineNote {
  id: FactId;
  /** `rewrite`: every row is written anew. `copy`: into another table. Of the rest PostgreSQL has no other way. */
  reason: "rewrite" | "copy" | "exclusion" | "partitioned_key";
}

interface Online extends Planning {
  actions: Actions;
  notes: OnlineNote[];
  /** Keys that another action than the one of the same fact waits for. */
  awaited: Set<string>;
}

/**
 * Turns what would block writers of tables that are there already into forms that do not (docs: "Building Indexes
 * Concurrently", ALTER TABLE "Notes"): indexes CONCURRENTLY, checks and foreign keys NOT VALID and then VALIDATE,
 * keys by way of a unique index, NOT NULL by way of a validated check. Partitioned tables come child by child, since
 * their partitions' indexes are facts of their own.
 * @returns what keeps its blocking form
 */
export function goOnline(actions: Actions, planning: Planning): OnlineNote[] {
  const online: Online = { ...planning, actions, notes: [], awaited: awaitedKeys(actions) };
  for (const { fresh } of rebuildsOf(planning.around).all)
    if (fresh[0]) online.notes.push({ id: fresh[0].id, reason: "copy" });
  for (const action of [...actions.values()]) {
    if (!hasRows(action.fact, online) || action.sql.length === 0) continue;
    if (action.fact.kind === "index") indexOnline(action, online);
    else if (action.fact.kind === "constraint") constraintOnline(action, online);
    else if (action.fact.kind === "column") columnOnline(action, online);
  }
  return online.notes;
}

function awaitedKeys(actions: Actions): Set<string> {
  const awaited = new Set<string>();
  for (const { after, fact } of actions.values())
    for (const key of after) if (key !== keyOf("drop", fact.id)) awaited.add(key);
  return awaited;
}

/** Parts of a table or materialized view that is there before and after. */
function hasRows(fact: Fact, { around, decided }: Planning): boolean {
  const id = fact.parent ?? "";
  return around.from.facts.has(id) && around.to.facts.has(id) && !decided.born.has(id);
}

function isPartitioned(fact: Fact, { around }: Planning): boolean {
  const table = around.to.facts.get(fact.parent ?? "");
  return table?.kind === "table" && tableBody(table).kind === "p";
}

export function mark(action: Action, sql: string, how: "outside" | "alone"): string {
  action.transactions ??= new Map();
  action.transactions.set(sql, how);
  return sql;
}

function indexOnline(action: Action, online: Online): void {
  const { fact, verb } = action;
  if (verb === "alter" || isPartitioned(fact, online)) return;
  if (verb === "drop") {
    // The index of a partition goes with its parent's.
    if (indexBody(fact).attachedTo === null)
      action.sql = [mark(action, `DROP INDEX CONCURRENTLY ${fact.name}`, "outside")];
    return;
  }
  const drop = online.actions.get(keyOf("drop", fact.id));
  const swap = drop !== undefined && drop.sql.length > 0 && !online.awaited.has(drop.key);
  const bare = fact.name.slice((fact.schema ?? "").length + 1);
  const name = swap ? `dbmigrator_new_${nextNumber(online)}` : bare;
  const build = concurrently(indexBody(fact).definition, bare, name);
  const rest = action.sql.slice(1);
  action.sql = [mark(action, build, "outside")];
  if (swap) {
    drop.sql = [];
    drop.transactions?.clear();
    action.sql.push(mark(action, `DROP INDEX CONCURRENTLY ${fact.name}`, "outside"));
    action.sql.push(`ALTER INDEX ${fact.schema}.${name} RENAME TO ${bare}`);
  }
  action.sql.push(...rest);
}

const numbers = new WeakMap<Actions, number>();

function nextNumber({ actions }: Online): number {
  const next = (numbers.get(actions) ?? 0) + 1;
  numbers.set(actions, next);
  return next;
}

function concurrently(definition: string, from: string, to: string): string {
  const unique = definition.startsWith("CREATE UNIQUE") ? "UNIQUE " : "";
  const head = `CREATE ${unique}INDEX ${from}`;
  return `CREATE ${unique}INDEX CONCURRENTLY ${to}${definition.slice(head.length)}`;
}

function constraintOnline(action: Action, online: Online): void {
  const { fact, verb } = action;
  if (verb !== "create") return;
  const b = constraintBody(fact);
  if (b.type === "x") online.notes.push({ id: fact.id, reason: "exclusion" });
  else if (b.type === "p" || b.type === "u") keyOnline(action, online);
  else if (b.validated && b.enforced) {
    const late = b.type === "f" && isPartitioned(fact, online) && online.around.from.version < 180000;
    if (late) online.notes.push({ id: fact.id, reason: "partitioned_key" });
    else validateLater(action, online);
  }
}

function validateLater(action: Action, { actions }: Online): void {
  const { fact } = action;
  const [add = "", ...rest] = action.sql;
  action.sql = [`${add} NOT VALID`, ...rest];
  const sql = `ALTER TABLE ${relationOf(fact)} VALIDATE CONSTRAINT ${fact.name}`;
  const key = `validate ${fact.id}`;
  actions.set(key, {
    key,
    verb: "alter",
    fact,
    sql: [sql],
    after: new Set([action.key]),
    softAfter: new Set(),
    transactions: new Map([[sql, "alone"]]),
  });
}

const KEY =
  /^(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\)(?: INCLUDE \(.*?\))?)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/s;

/** A unique index first, which the constraint then takes over (docs: ALTER TABLE, ADD … USING INDEX). */
function keyOnline(action: Action, online: Online): void {
  const { fact } = action;
  // On a partitioned table it is added to the parent alone; the work is done in the partitions.
  if (isPartitioned(fact, online)) return;
  const [, kind, nulls = "", columns, deferral = ""] = KEY.exec(constraintBody(fact).definition) ?? [];
  if (kind === undefined || columns?.includes("WITHOUT OVERLAPS")) {
    online.notes.push({ id: fact.id, reason: "exclusion" });
    return;
  }
  const drop = online.actions.get(keyOf("drop", fact.id));
  const swap = drop !== undefined && drop.sql.length > 0 && !online.awaited.has(drop.key);
  const index = swap ? `dbmigrator_new_${nextNumber(online)}` : fact.name;
  const table = relationOf(fact);
  const build = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} USING btree ${columns}${nulls}`;
  const dropped = swap ? `DROP CONSTRAINT ${fact.name}, ` : "";
  if (swap) drop.sql = [];
  action.sql = [
    mark(action, build, "outside"),
    `ALTER TABLE ${table} ${dropped}ADD CONSTRAINT ${fact.name} ${kind} USING INDEX ${index}${deferral}`,
    ...action.sql.slice(1),
  ];
}

function columnOnline(action: Action, online: Online): void {
  const { fact, verb } = action;
  const b = fact.body as unknown as ColumnBody;
  if (b.of === "f" || verb === "drop") return;
  if (verb === "create") {
    const value = online.around.to.facts.get(`default:${relationOf(fact)}.${fact.name}`);
    const each = /nextval\(|random|uuid|clock_timestamp/.test(String(value?.body.expression ?? ""));
    if (b.generated === "s" || b.identity !== "" || each || isMoved(fact, online.around))
      online.notes.push({ id: fact.id, reason: "rewrite" });
    return;
  }
  if (action.sql.some((sql) => rewrites(sql, fact, online)))
    online.notes.push({ id: fact.id, reason: "rewrite" });
  else action.sql = notNullOnline(action, online.around.from.version);
}

/** Known not to rewrite: character types that become wider or text. */
function rewrites(sql: string, fact: Fact, { around }: Planning): boolean {
  if (/ SET EXPRESSION /.test(sql)) return true;
  if (!sql.includes(` ALTER COLUMN ${fact.name} TYPE `)) return false;
  const old = around.from.facts.get(fact.id)?.body as unknown as ColumnBody;
  const b = fact.body as unknown as ColumnBody;
  const size = (type: string) => Number(/^character varying\((\d+)\)$/.exec(type)?.[1] ?? Infinity);
  const character = (type: string) => type === "text" || type.startsWith("character varying");
  return !(character(old.type) && character(b.type) && size(b.type) >= size(old.type));
}
