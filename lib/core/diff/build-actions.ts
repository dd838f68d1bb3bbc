import { takenGrants } from "../schema/grants";
import { kindOf } from "../schema/kinds/all";
import { relationOf, settingsOfNew } from "../schema/kinds/column";
import { retypeWhereBrought } from "../schema/kinds/moved-column";
import { NOT_NULL } from "../schema/kinds/not-null-below";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Grant, Kind } from "../schema/types";
import { type Action, type Actions, keyOf, type Planning } from "./actions";
import { comesByItself, goesByItself, isInlined, parentsThroughout } from "./by-itself";
import { retypeTogether } from "./common-children";
import { afterCreate, commentSql, grantSql, ownerSql } from "./common-parts";
import type { CompareOptions, Difference } from "./compare";
import { connectActions } from "./connect";
import { dropExpressionsApart } from "./drop-expressions";
import { addHeldRows } from "./held-rows";
import { joinsNotNull } from "./join-parents";
import { referencesNewWhole } from "./late";
import { publishAgain, unpublish } from "./open-publications";
import { connectRescues, isAwayForMoves, rescueRows } from "./partition-moves";
import { namePartitionNotNulls } from "./partition-not-null";
import { addRebuilds, setAside } from "./rebuild-actions";
import { addSwaps, setTypeAside } from "./swap-types";

/** What ALTER TABLE does to one table whatever is below it, by itself or by ONLY. */
const STAYS_ABOVE = / (SET COMPRESSION \S+|(RE)?SET \(.*\)|OPTIONS \(.*\))$|^ALTER (FOREIGN )?TABLE ONLY /;
const ABOUT_NOT_NULL = new RegExp(`${NOT_NULL.source}| (RENAME|VALIDATE) CONSTRAINT .*$`);

/** The statements of every fact that is dropped, created or altered, and which of them wait for which. */
export function buildActions(planning: Planning): Actions {
  const { decided, around } = planning;
  const actions: Actions = new Map();
  const add = (verb: Action["verb"], fact: Fact, sql: string[]) => {
    const key = keyOf(verb, fact.id);
    actions.set(key, {
      key,
      verb,
      fact,
      sql: saidNow(sql, fact, planning),
      after: new Set(),
      softAfter: new Set(),
    });
  };
  for (const id of decided.gone) {
    const fact = around.from.facts.get(id);
    if (fact) add("drop", fact, dropSql(fact, planning));
  }
  for (const id of decided.born) {
    const fact = around.to.facts.get(id);
    if (fact) add("create", fact, createSql(fact, planning));
  }
  for (const [id, statements] of decided.altered) {
    const difference = decided.differences.get(id);
    if (difference?.to) add("alter", difference.to, alterSql(difference, statements, planning));
  }
  for (const id of decided.opened.keys()) {
    const fact = around.to.facts.get(id) as Fact;
    if (fact.kind === "domain") closeDomain(fact, actions, add);
    else add("alter", fact, publishAgain(fact, actions, planning));
  }
  connectActions(actions, planning);
  openDomains(actions, planning);
  retypeTogether(actions, planning);
  dropExpressionsApart(actions, planning);
  namePartitionNotNulls(actions, planning);
  addRebuilds(actions, planning);
  addSwaps(actions, planning);
  addHeldRows(actions, planning);
  connectRescues(actions, planning.around);
  unpublish(actions, planning);
  return actions;
}

/** The default comes back when what it calls is there again. */
function closeDomain(
  domain: Fact,
  actions: Actions,
  add: (verb: Action["verb"], fact: Fact, sql: string[]) => void,
): void {
  const altered = actions.get(keyOf("alter", domain.id))?.sql ?? [];
  const value = domain.body.default as string | null;
  const set = value === null ? [] : [`ALTER DOMAIN ${domain.name} SET DEFAULT ${value}`];
  add("alter", domain, [...set, ...altered.filter((sql) => !/ (SET|DROP) DEFAULT\b/.test(sql))]);
}

/** Domains whose default calls what is dropped for the moment do without one. */
function openDomains(actions: Actions, { around, decided }: Planning): void {
  for (const [id, calls] of decided.opened) {
    const fact = around.from.facts.get(id) as Fact;
    if (fact.kind !== "domain") continue;
    const key = `open ${id}`;
    const sql = [`ALTER DOMAIN ${fact.name} DROP DEFAULT`];
    actions.set(key, { key, verb: "alter", fact, sql, after: new Set(), softAfter: new Set() });
    const close = actions.get(keyOf("alter", id));
    for (const call of calls) {
      const drop = actions.get(keyOf("drop", call));
      if (!drop || !close) continue;
      drop.after.delete(close.key);
      drop.after.add(key);
      close.after.add(drop.key);
    }
  }
}

/** What is said of a constraint that comes with parents that the table joins is said there (see join-parents). */
function saidNow(sql: string[], fact: Fact, { around, decided }: Planning): string[] {
  const later = fact.kind === "column" && !decided.born.has(fact.parent ?? "") && joinsNotNull(fact, around);
  return later ? sql.filter((one) => !one.startsWith("COMMENT ON CONSTRAINT ")) : sql;
}

function dropSql(fact: Fact, planning: Planning): string[] {
  const { around } = planning;
  if (rebuildsOf(around).old.has(fact.id)) return setAside(fact, around);
  const waiting = planning.decided.swapped.get(fact.id);
  if (waiting !== undefined) return setTypeAside(fact, waiting);
  if (goesByItself(fact, planning) || isAwayForMoves(fact.id, around)) return [];
  const drop = kindOf(fact.kind).drop(fact, around);
  if (fact.kind !== "table") return drop;
  const rescue = rescueRows(fact, around);
  return [...rescue, ...drop.filter((sql) => !rescue.includes(sql))];
}

function createSql(fact: Fact, planning: Planning): string[] {
  const { around, options } = planning;
  if (referencesNewWhole(fact, around, planning.decided.born)) return [];
  const extra = stripped(afterCreate(fact, around), options);
  if (comesByItself(fact, planning)) return [...settingsOfNew(fact, around), ...extra];
  return isInlined(fact, planning) ? extra : [...kindOf(fact.kind).create(fact, around), ...extra];
}

function alterSql(difference: Difference, statements: string[], planning: Planning): string[] {
  const { from, to, parts } = difference as Difference & { from: Fact; to: Fact };
  return [
    ...(to.kind === "column"
      ? retypeWhereBrought(ownStatements(to, statements, planning), to, planning.around)
      : statements),
    ...(parts.includes("owner") && !followsOwner(from, to, planning) ? ownerSql(to) : []),
    ...(parts.includes("acl") && !ownerMoves(to.parent, planning)
      ? grantSql(to, movedOwner(from, to, parts), to.acl ?? [])
      : []),
    ...(parts.includes("owner") ? movedColumnGrants(from, to, planning) : []),
    ...(parts.includes("acl") ? columnGrantsAgain(from, to, planning) : []),
    ...(parts.includes("comment") ? commentSql(to) : []),
  ];
}

/** The sequence of a column changes its owner with the table, and not without it. */
function followsOwner(from: Fact, to: Fact, { decided }: Planning): boolean {
  const column = from.kind === "sequence" ? from.body.ownedBy : null;
  return column !== null && column === to.body.ownedBy && !decided.gone.has(`column:${column}`);
}

/** What no change of the parent's column did already to one below it. */
function ownStatements(column: Fact, statements: string[], { around, decided }: Planning): string[] {
  const parents = parentsThroughout(column.parent, around);
  const above = parents.flatMap((parent) =>
    (decided.altered.get(`column:${parent}.${column.name}`) ?? []).map((sql) =>
      withoutUsing(sql.replace(` ${parent} `, ` ${relationOf(column)} `)),
    ),
  );
  const givesUp = above.every((sql) => !NOT_NULL.test(sql) || sql.endsWith(" DROP NOT NULL"));
  const saysNotNull = around.from.version >= 180000 && above.some((sql) => NOT_NULL.test(sql));
  return statements.filter((sql) => {
    if (STAYS_ABOVE.test(sql)) return true;
    // A constraint that is its own too outlives the parent's; where it is gone, this does nothing.
    if (saysNotNull && givesUp && sql.endsWith(" DROP NOT NULL")) return true;
    if (saysNotNull && ABOUT_NOT_NULL.test(sql)) return false;
    return !above.includes(withoutUsing(sql.replace(/^ALTER FOREIGN /, "ALTER ")));
  });
}

/** Above a foreign table a column is retyped without one. */
function withoutUsing(sql: string): string {
  return sql.replace(/( TYPE .*) USING .*$/s, "$1");
}

/** Columns, and the system's own, whose privileges are facts by themselves. */
const GRANTED_PARTS = new Set<Kind>(["column", "privileges"]);

/** A privilege, or grant option, that is revoked from a table goes from its columns too (docs: REVOKE, "Notes"). */
function columnGrantsAgain(from: Fact, to: Fact, { around, decided }: Planning): string[] {
  const key = (grant: Grant) => `${grant.grantee} ${grant.privilege}`;
  const { revoked, downgraded } = takenGrants(from.acl ?? [], to.acl ?? [], to.owner);
  const taken = new Set([...revoked, ...downgraded].map(key));
  if (taken.size === 0) return [];
  return (around.to.children.get(to.id) ?? []).flatMap((column) => {
    if (!GRANTED_PARTS.has(column.kind) || decided.born.has(column.id)) return [];
    return grantSql(
      column,
      [],
      (column.acl ?? []).filter((grant) => taken.has(key(grant))),
    );
  });
}

function ownerMoves(table: FactId | null, { decided }: Planning): boolean {
  const moves = decided.differences.get(table ?? "")?.parts.includes("owner") === true;
  return moves && decided.altered.has(table ?? "");
}

/** What the old owner of a table may do with its columns is the new one's from then on. */
function movedColumnGrants(from: Fact, to: Fact, { around, decided }: Planning): string[] {
  return (around.to.children.get(to.id) ?? []).flatMap((column) => {
    const was = around.from.facts.get(column.id);
    if (!GRANTED_PARTS.has(column.kind) || !was || decided.born.has(column.id)) return [];
    const moved = (was.acl ?? []).map((grant) =>
      grant.grantee === from.owner ? { ...grant, grantee: to.owner ?? grant.grantee } : grant,
    );
    return grantSql(column, moved, column.acl ?? []);
  });
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
