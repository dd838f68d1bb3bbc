import { kindOf } from "../schema/kinds/all";
import type { ColumnBody } from "../schema/kinds/column";
import { tableBody } from "../schema/kinds/table";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import { type Action, keyOf } from "./actions";
import { afterCreate, commentSql, grantSql, ownerSql } from "./common-parts";
import { type CompareOptions, compareSnapshots, type Difference } from "./compare";
import { lateActions } from "./late";
import { orderActions } from "./order";
import { isRetype, retypeThrough } from "./retype";
import { softDependencies } from "./soft-dependencies";

export interface PlannedStatement {
  sql: string;
  verb: Action["verb"] | "prepare" | "finish";
  /** What it is about. */
  id: FactId;
  /** Rows or values that cannot come back. */
  losesData: boolean;
  /** A commit is needed after it before its result can be used (ALTER TYPE … ADD VALUE). */
  commitAfter: boolean;
}

export interface SchemaPlan {
  statements: PlannedStatement[];
  differences: Difference[];
}

/**
 * SQL that turns `from` into `to`, in an order in which every statement finds what it needs. Rows are kept: a table
 * or column that exists on both sides is altered, never dropped and made anew.
 */
export function planSchema(from: Snapshot, to: Snapshot, options: CompareOptions = {}): SchemaPlan {
  const around: Surroundings = { from, to };
  const differences = compareSnapshots(from, to, options);
  const decided = decide(differences, around, options);
  const actions = buildActions(decided, around, options);
  const ordered = orderActions(actions, around);
  const { before, after } = lateActions(around, decided.gone, decided.born);
  const statements = [
    ...before.map((one) => ({ ...one, verb: "prepare" as const, losesData: false, commitAfter: false })),
    ...ordered.flatMap((action) => action.sql.map((sql) => statementOf(action, sql))),
    ...after.map((one) => ({ ...one, verb: "finish" as const, losesData: false, commitAfter: false })),
  ];
  return { statements, differences };
}

function statementOf(action: Action, sql: string): PlannedStatement {
  const loses =
    action.verb === "drop" &&
    ["table", "column", "materialized_view", "sequence", "schema"].includes(action.fact.kind);
  return {
    sql,
    verb: action.verb,
    id: action.fact.id,
    losesData: loses,
    commitAfter: /^ALTER TYPE .* ADD VALUE /.test(sql),
  };
}

interface Decided {
  /** Facts that stop existing, for good or for a moment. */
  gone: Set<FactId>;
  /** Facts that come to be. */
  born: Set<FactId>;
  /** Facts altered in place, with their statements. */
  altered: Map<FactId, string[]>;
  differences: Map<FactId, Difference>;
}

/** What is created, dropped, altered and replaced, with everything that a replacement drags along. */
function decide(differences: Difference[], around: Surroundings, options: CompareOptions): Decided {
  const decided: Decided = { gone: new Set(), born: new Set(), altered: new Map(), differences: new Map() };
  const dependants = dependantsOf(around.from);
  const queue: FactId[] = [];
  const remove = (id: FactId) => {
    if (decided.gone.has(id)) return;
    decided.gone.add(id);
    decided.altered.delete(id);
    if (around.to.facts.has(id)) decided.born.add(id);
    queue.push(id);
  };
  for (const difference of differences) {
    decided.differences.set(difference.id, difference);
    if (difference.change === "added") decided.born.add(difference.id);
    if (difference.change === "removed") remove(difference.id);
    if (difference.change === "changed") {
      const { from, to } = difference as { from: Fact; to: Fact };
      const change = difference.parts.includes("body") ? alterBody(from, to, around) : [];
      if (change === "replace") remove(difference.id);
      else if (!decided.gone.has(difference.id)) decided.altered.set(difference.id, change);
      if (change !== "replace" && isRetype(from, to))
        for (const id of blockedByRetype(from, dependants, around)) remove(id);
    }
  }
  while (queue.length > 0) {
    const id = queue.pop() as FactId;
    for (const child of around.from.children.get(id) ?? []) remove(child.id);
    if (around.to.facts.has(id))
      for (const child of around.to.children.get(id) ?? []) decided.born.add(child.id);
    for (const dependant of dependants.get(id) ?? []) {
      if (!decided.gone.has(dependant) && mustGoWith(dependant, id, around, decided)) remove(dependant);
    }
  }
  for (const id of decided.gone) decided.altered.delete(id);
  void options;
  return decided;
}

function alterBody(from: Fact, to: Fact, around: Surroundings): string[] | "replace" {
  const definition = kindOf(to.kind);
  const change = definition.alter ? definition.alter(from, to, around) : "replace";
  if (change !== "replace") return change;
  // Types with columns that keep their rows are swapped under them instead of dropped.
  return retypeThrough(from, to, around) ?? "replace";
}

function dependantsOf(snapshot: Snapshot): Map<FactId, FactId[]> {
  const dependants = new Map<FactId, FactId[]>();
  for (const fact of snapshot.facts.values()) {
    for (const dep of fact.deps) {
      const known = dependants.get(dep);
      if (known) known.push(fact.id);
      else dependants.set(dep, [fact.id]);
    }
  }
  return dependants;
}

/** Tables and columns are never dragged along: rows are in them. */
const KEEPS_ROWS = new Set(["table", "column", "sequence", "schema"]);

function mustGoWith(dependant: FactId, gone: FactId, around: Surroundings, decided: Decided): boolean {
  const old = around.from.facts.get(dependant);
  const next = around.to.facts.get(dependant);
  if (!old || !next) return false;
  const foreign = old.kind === "table" && tableBody(old).kind === "f";
  if (KEEPS_ROWS.has(old.kind) && !foreign) return false;
  if (decided.altered.has(dependant) && !next.deps.includes(gone)) return false;
  return next.deps.includes(gone) || !decided.altered.has(dependant);
}

/** What PostgreSQL refuses to see while a column or attribute changes its type. */
const BLOCKS_RETYPE = new Set([
  "view",
  "materialized_view",
  "rule",
  "policy",
  "trigger",
  "function",
  "publication",
  "statistics",
]);

function blockedByRetype(from: Fact, dependants: Map<FactId, FactId[]>, around: Surroundings): FactId[] {
  const blocked: FactId[] = [];
  for (const id of dependants.get(from.id) ?? []) {
    const fact = around.from.facts.get(id);
    if (!fact) continue;
    if (BLOCKS_RETYPE.has(fact.kind)) blocked.push(id);
    if (fact.kind === "default") blocked.push(id);
    if (fact.kind === "column" && (fact.body as unknown as ColumnBody).generated !== "") blocked.push(id);
    // Expressions over the column are kept as they are by PostgreSQL; ours may be spelled for the new type.
    if ((fact.kind === "constraint" || fact.kind === "index") && changesText(fact, around)) blocked.push(id);
  }
  return blocked;
}

function changesText(fact: Fact, around: Surroundings): boolean {
  const next = around.to.facts.get(fact.id);
  return next !== undefined && next.body.definition !== fact.body.definition;
}

function buildActions(decided: Decided, around: Surroundings, options: CompareOptions): Map<string, Action> {
  const actions = new Map<string, Action>();
  const add = (verb: Action["verb"], fact: Fact, sql: string[]) => {
    actions.set(keyOf(verb, fact.id), { key: keyOf(verb, fact.id), verb, fact, sql, after: new Set() });
  };
  for (const id of decided.gone) {
    const fact = around.from.facts.get(id);
    if (fact)
      add("drop", fact, goesByItself(fact, decided, around) ? [] : kindOf(fact.kind).drop(fact, around));
  }
  for (const id of decided.born) {
    const fact = around.to.facts.get(id);
    if (!fact) continue;
    const withTable = comesByItself(fact, decided, around);
    const create = withTable
      ? settingsAfterTable(fact, around)
      : inlined(fact, decided, around)
        ? []
        : kindOf(fact.kind).create(fact, around);
    add("create", fact, [...create, ...stripped(afterCreate(fact, around), options)]);
  }
  for (const [id, statements] of decided.altered) {
    const difference = decided.differences.get(id);
    if (!difference?.from || !difference.to) continue;
    const { from, to, parts } = difference;
    const inherited = to.kind === "column" && followsParent(to, decided, around);
    add("alter", to, [
      ...(inherited ? [] : statements),
      ...(parts.includes("owner") ? ownerSql(to) : []),
      ...(parts.includes("acl") ? grantSql(to, movedOwner(from, to, parts), to.acl ?? []) : []),
      ...(parts.includes("comment") ? commentSql(to) : []),
    ]);
  }
  const implicit = (action: Action) => action.verb === "drop" && action.sql.length === 0;
  const all = [...actions.values()];
  for (const action of all.filter((one) => !implicit(one))) connect(action, actions, around);
  for (const action of all.filter(implicit)) connect(action, actions, around);
  for (const action of actions.values()) connectSoft(action, actions, around);
  return actions;
}

/** A change of owner takes the old owner's privileges along. */
function movedOwner(from: Fact, to: Fact, parts: Difference["parts"]) {
  const grants = from.acl ?? [];
  if (!parts.includes("owner")) return grants;
  return grants.map((grant) =>
    grant.grantee === from.owner ? { ...grant, grantee: to.owner ?? grant.grantee } : grant,
  );
}

function stripped(statements: string[], options: CompareOptions): string[] {
  return statements.filter(
    (sql) =>
      !(options.ignoreOwners && / OWNER TO /.test(sql)) &&
      !(options.ignoreGrants && /^(GRANT|REVOKE) /.test(sql)),
  );
}

/** Parts go with the table, view or domain that is dropped; owned sequences with their column. */
function goesByItself(fact: Fact, decided: Decided, around: Surroundings): boolean {
  if (fact.kind === "sequence") {
    const owner = fact.body.ownedBy as string | null;
    if (owner === null || around.to.facts.has(fact.id)) return false;
    const table = `table:${owner.slice(0, owner.lastIndexOf("."))}`;
    return decided.gone.has(`column:${owner}`) || decided.gone.has(table);
  }
  if (fact.kind === "constraint" && fact.body.attachedTo !== null && partitionStays(fact, decided)) {
    return true;
  }
  if (
    fact.kind === "index" &&
    fact.body.attachedTo !== null &&
    decided.gone.has(`index:${fact.body.attachedTo}`)
  )
    return true;
  if (fact.kind !== "user_mapping" && fact.parent !== null && decided.gone.has(fact.parent)) {
    // A foreign key may tie tables that go together into a cycle: it is cut first.
    return !(fact.kind === "constraint" && fact.body.type === "f");
  }
  return fact.kind === "column" && followsParent(fact, decided, around);
}

/** The key of a partition goes with the key of its parent. */
function partitionStays(fact: Fact, decided: Decided): boolean {
  return [...decided.gone].some(
    (id) => id.startsWith("constraint:") && id !== fact.id && fact.body.attachedTo === indexNameOf(id, fact),
  );
}

function indexNameOf(id: FactId, fact: Fact): string {
  const name = id.slice(id.lastIndexOf(".") + 1);
  return `${fact.schema}.${name}`;
}

/** Columns come with their table. */
function comesByItself(fact: Fact, decided: Decided, around: Surroundings): boolean {
  if (fact.kind !== "column") return false;
  if (fact.parent !== null && decided.born.has(fact.parent)) return true;
  if (/^(view|materialized_view):/.test(fact.parent ?? "")) return true;
  return followsParent(fact, decided, around);
}

/** A default that ADD COLUMN wrote already. */
function inlined(fact: Fact, decided: Decided, around: Surroundings): boolean {
  if (fact.kind !== "default" || !fact.parent?.startsWith("table:")) return false;
  const column = around.to.facts.get(`column:${fact.id.slice("default:".length)}`);
  return column !== undefined && decided.born.has(column.id) && !comesByItself(column, decided, around);
}

function settingsAfterTable(fact: Fact, around: Surroundings): string[] {
  const sql = kindOf("column").create(fact, around).slice(1);
  const body = fact.body as unknown as ColumnBody;
  if (body.notNullConstraint?.notValid) {
    const c = body.notNullConstraint;
    sql.push(
      `ALTER TABLE ${(fact.parent ?? "").replace(/^\w+:/, "")} ADD CONSTRAINT ${c.name} NOT NULL ${fact.name}${c.noInherit ? " NO INHERIT" : ""} NOT VALID`,
    );
  }
  return sql;
}

/** Partitions and children get added, dropped and retyped columns from their parent. */
function followsParent(column: Fact, decided: Decided, around: Surroundings): boolean {
  const snapshot = around.to.facts.has(column.id) ? around.to : around.from;
  const table = column.parent ? snapshot.facts.get(column.parent) : undefined;
  if (table?.kind !== "table") return false;
  const { partitionOf, inherits } = tableBody(table);
  return [...(partitionOf ? [partitionOf] : []), ...inherits].some((parent) => {
    const id = `column:${parent}.${column.name}`;
    if (around.to.facts.has(column.id) && around.from.facts.has(column.id)) return decided.altered.has(id);
    return around.to.facts.has(column.id) ? decided.born.has(id) : decided.gone.has(id);
  });
}

/** Hard order: what a statement needs exists, what it drops is not needed any more. */
function connect(action: Action, actions: Map<string, Action>, around: Surroundings): void {
  const { verb, fact } = action;
  const after = (key: string) => {
    if (actions.has(key) && key !== action.key) action.after.add(key);
  };
  if (verb !== "drop") {
    const needed = [...fact.deps, ...(fact.parent ? [fact.parent] : [])];
    for (const id of needed) {
      after(keyOf("create", id));
      after(keyOf("alter", id));
    }
    // A table that is created brings its columns: what they need must be there before it.
    if (verb === "create" && fact.kind === "table") {
      for (const child of around.to.children.get(fact.id) ?? []) {
        if (child.kind === "column")
          for (const id of child.deps)
            if (id !== fact.id && around.to.facts.get(id)?.parent !== fact.id) {
              after(keyOf("create", id));
              after(keyOf("alter", id));
            }
      }
    }
  }
  if (verb === "create" && fact.kind === "column") {
    const value = around.to.facts.get(`default:${fact.id.slice("column:".length)}`);
    for (const id of value?.deps ?? [])
      if (id !== fact.id && around.to.facts.get(id)?.parent !== fact.parent) after(keyOf("create", id));
  }
  if (verb === "create") {
    after(keyOf("drop", fact.id));
    for (const other of sameName(fact, around.from)) after(keyOf("drop", other));
  }
  if (verb === "alter") {
    const old = around.from.facts.get(fact.id);
    // Whatever is dropped for a moment because of this change goes first; so does what it stops needing… after it.
    for (const other of actions.values()) {
      if (other.verb === "drop" && other.fact.deps.includes(fact.id) && around.to.facts.has(other.fact.id))
        action.after.add(other.key);
    }
    for (const id of old?.deps ?? []) {
      const drop = actions.get(keyOf("drop", id));
      if (drop && !fact.deps.includes(id)) drop.after.add(action.key);
    }
  }
  if (verb === "drop" && action.sql.length === 0 && fact.parent && actions.has(keyOf("drop", fact.parent))) {
    connectImplicit(action, actions, around);
  } else if (verb === "drop") {
    for (const id of [...fact.deps, ...(fact.parent ? [fact.parent] : [])]) {
      const other = actions.get(keyOf("drop", id));
      if (other && other !== action) other.after.add(action.key);
    }
  }
}

/** A part that goes with its table: what it needs goes after the table, or the part goes first by itself. */
function connectImplicit(action: Action, actions: Map<string, Action>, around: Surroundings): void {
  const table = actions.get(keyOf("drop", action.fact.parent ?? "")) as Action;
  table.after.add(action.key);
  for (const id of action.fact.deps) {
    const other = actions.get(keyOf("drop", id));
    if (!other || other === table || other.fact.parent === action.fact.parent) continue;
    if (action.fact.kind !== "column" && reaches(table, other.key, actions)) {
      action.sql = kindOf(action.fact.kind).drop(action.fact, around);
      other.after.add(action.key);
    } else other.after.add(table.key);
  }
}

/** Relations share one name space, and so do types. */
function sameName(fact: Fact, from: Snapshot): FactId[] {
  const relation = ["table", "view", "materialized_view", "sequence", "index", "composite"];
  const type = ["enum", "domain", "range", "composite", "table", "view", "materialized_view"];
  const group = relation.includes(fact.kind) ? [...relation, ...type] : type.includes(fact.kind) ? type : [];
  const ids = group
    .map((kind) => `${kind}:${fact.name}`)
    .filter((id) => id !== fact.id && from.facts.has(id));
  if (fact.kind === "function" || fact.kind === "aggregate") {
    const bare = fact.id.slice(fact.id.indexOf(":") + 1);
    for (const kind of ["function", "aggregate"])
      if (`${kind}:${bare}` !== fact.id && from.facts.has(`${kind}:${bare}`)) ids.push(`${kind}:${bare}`);
  }
  if (fact.kind === "index" || fact.kind === "constraint") ids.push(...indexClash(fact, from));
  return ids;
}

/** A key's index and a plain index may follow one another under one name. */
function indexClash(fact: Fact, from: Snapshot): FactId[] {
  if (fact.kind === "constraint") {
    const id = `index:${fact.schema}.${fact.name}`;
    return from.facts.has(id) ? [id] : [];
  }
  const name = fact.name.slice((fact.schema ?? "").length + 1);
  const siblings = fact.parent ? (from.children.get(fact.parent) ?? []) : [];
  return siblings.filter((one) => one.kind === "constraint" && one.body.index === name).map((one) => one.id);
}

/** Order that pg_depend does not know: bodies of functions written as text. Given up where it makes a cycle. */
function connectSoft(action: Action, actions: Map<string, Action>, around: Surroundings): void {
  if (action.verb === "drop") return;
  for (const id of softDependencies(action.fact, around.to)) {
    for (const verb of ["create", "alter"] as const) {
      const other = actions.get(keyOf(verb, id));
      if (other && other !== action && !reaches(other, action.key, actions)) action.after.add(other.key);
    }
  }
}

function reaches(start: Action, goal: string, actions: Map<string, Action>): boolean {
  const seen = new Set<string>();
  const stack = [start.key];
  while (stack.length > 0) {
    const key = stack.pop() as string;
    if (key === goal) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const next of actions.get(key)?.after ?? []) stack.push(next);
  }
  return false;
}
