import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { constraintBody } from "../schema/kinds/constraint";
import { indexBody } from "../schema/kinds/index";
import { NOT_NULL } from "../schema/kinds/not-null-below";
import { tableBody } from "../schema/kinds/table";
import { isTaken } from "../schema/name-spaces";
import { rebuildsOf } from "../schema/rebuilds";
import { storageOptions } from "../schema/sql-text";
import type { Fact } from "../schema/types";
import { type Action, type Actions, keyOf, type Planning } from "./actions";
import { referencesNewWhole } from "./late";
import { notNullOnline } from "./online-not-null";
import { changesStorage, fillsRows, isStored, notesOfSwaps, type OnlineNote, rewrites } from "./online-notes";

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
  online.notes.push(...notesOfSwaps(planning));
  for (const action of [...actions.values()]) {
    const { fact, verb, sql } = action;
    if (
      verb === "create" &&
      referencesNewWhole(fact, planning.around, planning.decided.born) &&
      hasRows(fact, online)
    )
      online.notes.push({ id: fact.id, reason: "partitioned_key" });
    if (sql.length === 0) continue;
    if (fact.kind === "domain" || fact.kind === "domain_constraint") domainOnline(action, online);
    else if (fact.kind === "table" && verb === "alter" && changesStorage(sql))
      online.notes.push({ id: fact.id, reason: "rewrite" });
    else if (fact.kind === "table" && verb === "alter" && sql.some((one) => NOT_NULL.test(one)))
      online.notes.push({ id: fact.id, reason: "scan" });
    else if (fact.kind === "materialized_view" && verb === "create" && !planning.decided.gone.has(fact.id))
      mark(action, sql[0] as string, "alone");
    if (hasRows(fact, online)) {
      if (fact.kind === "index") indexOnline(action, online);
      else if (fact.kind === "constraint") constraintOnline(action, online);
      else if (fact.kind === "column") columnOnline(action, online);
    }
    validateAlone(action);
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
  const name = swap ? nextName(fact, online) : bare;
  const build = concurrently(indexBody(fact).definition, bare, name);
  const rest = action.sql.slice(1);
  action.sql = [mark(action, build, "outside")];
  if (swap) {
    dropHere(drop, action, online);
    drop.transactions?.clear();
    action.sql.push(mark(action, `DROP INDEX CONCURRENTLY ${fact.name}`, "outside"));
    action.sql.push(`ALTER INDEX ${fact.schema}.${name} RENAME TO ${bare}`);
  }
  action.sql.push(...rest);
}

/**
 * The drop is one of the new one's statements: what went before it goes before those, and a foreign key, which could
 * take the old key for its own, comes after them.
 */
function dropHere(drop: Action, action: Action, { actions, around }: Online): void {
  drop.sql = [];
  for (const key of drop.after) if (key !== action.key) action.after.add(key);
  for (const { verb, fact, softAfter } of actions.values()) {
    if (verb !== "create" || fact.body.type !== "f") continue;
    if (fact.deps.some((id) => around.to.facts.get(id)?.parent === action.fact.parent))
      softAfter.add(action.key);
  }
}

const numbers = new WeakMap<Actions, number>();

/** A name that no build of before left behind. */
function nextName(fact: Fact, { actions, around }: Online): string {
  let next = numbers.get(actions) ?? 0;
  const name = () => `dbmigrator_new_${next}`;
  do next++;
  while (isTaken(`${fact.schema}.${name()}`, around.from));
  numbers.set(actions, next);
  return name();
}

function concurrently(definition: string, from: string, to: string): string {
  const unique = definition.startsWith("CREATE UNIQUE") ? "UNIQUE " : "";
  const head = `CREATE ${unique}INDEX ${from}`;
  return `CREATE ${unique}INDEX CONCURRENTLY ${to}${definition.slice(head.length)}`;
}

function constraintOnline(action: Action, online: Online): void {
  const { fact, verb } = action;
  if (verb === "alter" && action.sql.some((sql) => / (?<!NOT )ENFORCED$/.test(sql)))
    online.notes.push({ id: fact.id, reason: "scan" });
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
  const index = swap ? nextName(fact, online) : fact.name;
  const table = relationOf(fact);
  const { indexOptions } = constraintBody(fact);
  const settings = indexOptions.length > 0 ? ` WITH (${storageOptions(indexOptions)})` : "";
  const build = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} USING btree ${columns}${nulls}${settings}`;
  const dropped = swap ? `DROP CONSTRAINT ${fact.name}, ` : "";
  if (swap) dropHere(drop, action, online);
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
  const { around } = online;
  if (verb === "create") {
    if (fillsRows(fact, online)) online.notes.push({ id: fact.id, reason: "rewrite" });
  } else if (action.sql.some((sql) => rewrites(sql, fact, around)))
    online.notes.push({ id: fact.id, reason: "rewrite" });
  else action.sql = notNullOnline(action, around.from.version);
}

/** A check of a domain looks at every table that holds its values; from 18 on writers go on meanwhile. */
function domainOnline(action: Action, online: Online): void {
  const { fact, verb } = action;
  const domain = fact.kind === "domain" ? fact.id : (fact.parent ?? "");
  const { around, decided } = online;
  if (verb === "drop" || decided.born.has(domain) || !isStored(domain, around.from)) return;
  const checks = / ADD CONSTRAINT .* CHECK .*(?<! NOT VALID)$/s;
  const at = action.sql.findIndex((sql) => checks.test(sql));
  if (at >= 0) {
    const sql = `ALTER DOMAIN ${relationOf(fact)} VALIDATE CONSTRAINT ${fact.name}`;
    action.sql.splice(at, 1, `${action.sql[at]} NOT VALID`, sql);
  }
  const scans = around.from.version < 180000 && action.sql.some((sql) => VALIDATES.test(sql));
  const notNull = action.sql.some((sql) => / (SET|ADD CONSTRAINT \S+) NOT NULL$/.test(sql));
  if (scans || notNull) online.notes.push({ id: fact.id, reason: "scan" });
}

const VALIDATES = / VALIDATE CONSTRAINT /;

/** What looks at every row keeps no lock of other statements, and its own is not kept for them. */
function validateAlone(action: Action): void {
  for (const sql of action.sql) if (VALIDATES.test(sql)) mark(action, sql, "alone");
}
