import { kindOf } from "../schema/kinds/all";
import {
  type ColumnBody,
  continueNumbers,
  isNoInheritLate,
  relationOf,
  sequenceAside,
} from "../schema/kinds/column";
import { addToWholeAlone, comesWithParents, constraintBody, saysOtherwise } from "../schema/kinds/constraint";
import { attachIndex, createUnattached, isUnattached } from "../schema/kinds/index";
import { joinBringer, leaveBringer, leaveStandIns } from "../schema/kinds/moved-column";
import { persistenceSql, type SequenceBody } from "../schema/kinds/sequence";
import {
  alterToastOptions,
  attachTable,
  columnsOf,
  detachTable,
  leaveParents,
  type TableBody,
  tableBody,
} from "../schema/kinds/table";
import { switchTrigger, triggersAbove } from "../schema/kinds/trigger";
import { factsOfKind, nameOfId } from "../schema/lookups";
import { type Rebuilds, rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import { isUsedElsewhere, parentsThroughout } from "./by-itself";
import { afterCreate } from "./common-parts";
import { joinParents, staysInherited } from "./join-parents";
import { attachOrder, isAwayForMoves, restoreHeldKeys } from "./partition-moves";
import { isJoined } from "./rebuild-actions";
import { typedTable } from "./typed-tables";
import { heldValidators } from "./validators";

interface Statement {
  id: FactId;
  sql: string;
}

/** What names two objects at once and so belongs to neither: ownership of sequences, replica identity, CLUSTER. */
export function lateActions(
  around: Surroundings,
  gone: Set<FactId>,
  born: Set<FactId>,
): { before: Statement[]; after: Statement[] } {
  const before: Statement[] = [];
  const after: Statement[] = [];
  const old = (fact: Fact) => (born.has(fact.id) ? undefined : around.from.facts.get(fact.id));
  const rebuilds = rebuildsOf(around);
  const push = (statements: Statement[], fact: Fact, sql: string) => statements.push({ id: fact.id, sql });
  for (const fact of factsOfKind(around.from, "sequence")) {
    // A sequence that stays, or goes after others that use it, must not go with the column that owned it.
    const next = gone.has(fact.id) ? undefined : around.to.facts.get(fact.id);
    const left = next?.body.ownedBy !== fact.body.ownedBy || gone.has(`column:${fact.body.ownedBy}`);
    const goesLater = gone.has(fact.id) && isUsedElsewhere(fact, around.from);
    if (fact.body.ownedBy && (next ? left : goesLater))
      push(before, fact, `ALTER SEQUENCE ${fact.name} OWNED BY NONE`);
  }
  for (const fact of factsOfKind(around.from, "identity_sequence")) {
    const column = `column:${nameOfId(fact.parent ?? "")}.${fact.body.column}`;
    const was = gone.has(column) ? undefined : around.from.facts.get(column);
    const aside = was ? sequenceAside(was, around) : null;
    if (aside !== null)
      push(
        before,
        fact,
        `ALTER SEQUENCE ${fact.name} RENAME TO ${aside.slice((fact.schema ?? "").length + 1)}`,
      );
  }
  for (const fact of factsOfKind(around.from, "constraint"))
    if (isAwayForMoves(fact.id, around))
      for (const sql of kindOf("constraint").drop(fact, around)) push(before, fact, sql);
  for (const fact of factsOfKind(around.from, "table")) {
    const next = gone.has(fact.id) ? undefined : around.to.facts.get(fact.id);
    if (next)
      for (const sql of [
        ...joinBringer(next, around),
        ...detachTable(fact, next, around),
        ...leftConstraints(fact, next, around),
        ...madeByNextParent(fact, next, around, gone),
        ...identityFirst(fact, next, around),
        ...typedTable(fact, next, around, gone).before,
      ])
        push(before, fact, sql);
    else if (rebuilds.old.get(fact.id)?.old[0] === fact)
      for (const sql of leaveParents(fact)) push(before, fact, sql);
  }
  for (const fact of factsOfKind(around.to, "table"))
    for (const sql of typedTable(old(fact), fact, around, gone).after) push(after, fact, sql);
  const joinsLater = (fact: Fact) => {
    const parent = fact.body.attachedTo as string | null | undefined;
    if (!parent || comesWithParents(fact)) return false;
    if (old(fact)?.body.attachedTo === parent && !tableMoved(fact.parent, around, born)) return false;
    const early = isAttachedEarly(around.to.facts.get(fact.parent ?? ""), rebuilds);
    return !early || !isJoined(fact, around.to);
  };
  const joined = new Set<FactId>();
  for (const fact of attachOrder(factsOfKind(around.to, "table"), around)) {
    if (isAttachedEarly(fact, rebuilds)) continue;
    // A key that those below do not belong to yet is no key, and ATTACH PARTITION would make another.
    if (old(fact)?.body.kind === "p" && tableMoved(fact.id, around, born))
      for (const key of keysBelow(fact, around).filter(joinsLater)) {
        push(after, key, attachIndex(key));
        joined.add(key.id);
      }
    for (const sql of joinParents(old(fact), fact, around)) push(after, fact, sql);
    for (const sql of leaveStandIns(fact, around)) push(after, fact, sql);
    if (old(fact)) for (const sql of leaveBringer(fact, around)) push(after, fact, sql);
  }
  for (const fact of factsOfKind(around.to, "index"))
    if (born.has(fact.id) && isUnattached(fact))
      for (const sql of createUnattached(fact)) push(after, fact, sql);
  for (const fact of factsOfKind(around.to, "constraint"))
    if (born.has(fact.id) && constraintBody(fact).lackedBelow)
      for (const sql of addToWholeAlone(fact)) push(after, fact, sql);
  for (const kind of ["constraint", "index"] as const) {
    for (const fact of factsOfKind(around.to, kind)) {
      if (joinsLater(fact) && !joined.has(fact.id)) push(after, fact, attachIndex(fact));
    }
  }
  for (const fact of factsOfKind(around.to, "constraint"))
    if (referencesNewWhole(fact, around, born))
      for (const sql of [...kindOf("constraint").create(fact, around), ...afterCreate(fact, around)])
        push(after, fact, sql);
  after.push(...restoreHeldKeys(around));
  for (const column of factsOfKind(around.to, "column")) {
    const name = (column.body as unknown as ColumnBody).notNullName;
    if (isNoInheritLate(column, around))
      push(after, column, `ALTER TABLE ${relationOf(column)} ALTER CONSTRAINT ${name} NO INHERIT`);
  }
  for (const fact of factsOfKind(around.to, "sequence")) {
    if (!fact.body.ownedBy || !ownerChanged(fact, old(fact), born)) continue;
    push(after, fact, `ALTER SEQUENCE ${fact.name} OWNED BY ${fact.body.ownedBy}`);
    for (const sql of continued(fact, around, born)) push(after, fact, sql);
  }
  for (const kind of ["sequence", "identity_sequence"] as const)
    for (const fact of factsOfKind(around.to, kind))
      if (draggedByTable(fact, around, born)) push(after, fact, persistenceSql(fact));
  for (const fact of factsOfKind(around.to, "table")) after.push(...tableSettings(fact, old(fact), born));
  after.push(...switchedTriggers(around, born));
  const validators = heldValidators(around, gone, born);
  before.push(...validators.before);
  after.push(...validators.after);
  for (const fact of factsOfKind(around.to, "materialized_view"))
    after.push(...clusterSettings(fact, old(fact), born));
  return { before, after };
}

/**
 * A new foreign key to a new key of a partitioned table that stays: it is one when those of its partitions belong to
 * it. So is one that is away while rows move between partitions.
 */
export function referencesNewWhole(
  { id, body, deps }: Fact,
  around: Surroundings,
  born: Set<FactId>,
): boolean {
  if (body.type !== "f" || !born.has(id)) return false;
  if (isAwayForMoves(id, around)) return true;
  const { to } = around;
  return deps.some((dep) => {
    const key = born.has(dep) ? to.facts.get(dep) : undefined;
    return key?.kind === "constraint" && constraintBody(key).partitioned && !born.has(key.parent ?? "");
  });
}

/** Indexes of the partitions that a table has throughout, from the leaves up. */
function keysBelow(table: Fact, around: Surroundings): Fact[] {
  const parts = factsOfKind(around.to, "table").filter(
    ({ id, body }) =>
      body.partitionOf === table.name &&
      around.from.facts.has(id) &&
      parentsThroughout(id, around).includes(table.name),
  );
  return parts.flatMap((part) => [
    ...keysBelow(part, around),
    ...(around.to.children.get(part.id) ?? []).filter(
      ({ kind }) => kind === "constraint" || kind === "index",
    ),
  ]);
}

/** What a table that leaves its parent had from it alone stays behind as its own. */
function leftConstraints(from: Fact, to: Fact, around: Surroundings): string[] {
  if (detachTable(from, to, around).length === 0) return [];
  const kept = new Set(tableBody(to).inheritedConstraints);
  // Before 18, DETACH PARTITION loses a key to a partitioned table that was the partition's own once.
  const dropped = around.from.version < 180000 || hasLeavingParents(from, around) ? " IF EXISTS" : "";
  return tableBody(from)
    .inheritedConstraints.filter(
      (name) =>
        !kept.has(name) &&
        !isKeptAsItIs(around.to.facts.get(`constraint:${from.name}.${name}`), around.from) &&
        !around.from.facts.has(`constraint:${from.name}.${name}`) &&
        !staysInherited(from, to, name, around, around.from),
    )
    .map((name) => `ALTER TABLE ${from.name} DROP CONSTRAINT${dropped} ${name}`);
}

/** What a parent that leaves its own gives up then goes from those that are still below it. */
function hasLeavingParents(table: Fact, around: Surroundings): boolean {
  return tableBody(table).inherits.some((name) => {
    const [was, is] = [around.from, around.to].map(({ facts }) => facts.get(`table:${name}`));
    if (was?.kind !== "table") return false;
    return (
      (is?.kind === "table" && detachTable(was, is, around).length > 0) || hasLeavingParents(was, around)
    );
  });
}

/** Of a table that is attached anew, what its parent makes then. */
function madeByNextParent(from: Fact, to: Fact, around: Surroundings, gone: Set<FactId>): string[] {
  if (attachTable(from, to, around).length === 0) return [];
  return (around.from.children.get(from.id) ?? [])
    .filter(({ id }) => !gone.has(id) && comesWithParents(around.to.facts.get(id) ?? from))
    .map(({ name }) => `ALTER TABLE ${from.name} DROP CONSTRAINT ${name}`);
}

function isKeptAsItIs(constraint: Fact | undefined, from: Snapshot): boolean {
  return constraint !== undefined && !saysOtherwise(constraint, from);
}

/** Before the rows of a rebuilt table are copied. */
function isAttachedEarly(table: Fact | undefined, { fresh }: Rebuilds): boolean {
  const rebuild = fresh.get(table?.id ?? "");
  return rebuild !== undefined && rebuild.fresh[0] !== table;
}

function tableMoved(id: FactId | null, around: Surroundings, born: Set<FactId>): boolean {
  const table = around.to.facts.get(id ?? "");
  return (
    table?.kind === "table" &&
    attachTable(born.has(table.id) ? undefined : around.from.facts.get(table.id), table, around).length > 0
  );
}

/** An identity column that becomes a serial goes on where it was. */
function continued(sequence: Fact, around: Surroundings, born: Set<FactId>): string[] {
  const column = around.from.facts.get(`column:${sequence.body.ownedBy}`);
  const anew = born.has(column?.id ?? "") && !rebuildsOf(around).fresh.has(column?.parent ?? "");
  if (!born.has(sequence.id) || !column?.body.identity || anew) return [];
  return continueNumbers(column, sequence.body as unknown as SequenceBody, sequence.name);
}

/** A table that becomes logged or unlogged takes its sequences along (15 and later). */
function draggedByTable(sequence: Fact, { from, to }: Surroundings, born: Set<FactId>): boolean {
  const { ownedBy, unlogged } = sequence.body as { ownedBy?: string | null; unlogged: boolean | null };
  const owner = ownedBy ? `table:${ownedBy.slice(0, ownedBy.lastIndexOf("."))}` : sequence.parent;
  const [was, is] = [from.facts.get(owner ?? ""), to.facts.get(owner ?? "")];
  if (was?.kind !== "table" || is?.kind !== "table" || born.has(is.id)) return false;
  const unusual = typeof unlogged === "boolean" && unlogged !== (tableBody(is).persistence === "u");
  return from.version >= 150000 && unusual && tableBody(was).persistence !== tableBody(is).persistence;
}

/**
 * Triggers of partitions that are switched otherwise than their parent's. They are there when the partition has been
 * attached, and switching the parent's switches them too: from the root to the leaves.
 */
function switchedTriggers(around: Surroundings, born: Set<FactId>): Statement[] {
  const copies = factsOfKind(around.to, "trigger").filter((fact) => fact.body.definition === null);
  const ordered = copies
    .map((fact) => ({ fact, chain: triggersAbove(fact, around.to) }))
    .sort((one, other) => one.chain.length - other.chain.length);
  const written = new Set<FactId>();
  return ordered.flatMap(({ fact, chain }) => {
    const moved = [fact.parent, ...chain.map(({ table }) => table)].some((id) =>
      tableMoved(id, around, born),
    );
    const above = chain.some(
      ({ id }) =>
        born.has(id) ||
        written.has(id) ||
        around.from.facts.get(id)?.body.enabled !== around.to.facts.get(id)?.body.enabled,
    );
    const same = !born.has(fact.id) && around.from.facts.get(fact.id)?.body.enabled === fact.body.enabled;
    if (same && !moved && !above) return [];
    written.add(fact.id);
    return [{ id: fact.id, sql: switchTrigger(fact) }];
  });
}

/** Columns of the index that is the replica identity stay NOT NULL as long as it is. */
function identityFirst(from: Fact, to: Fact, around: Surroundings): string[] {
  const [a, b] = [tableBody(from), tableBody(to)];
  const stays = b.replicaIdentity === "i" && b.replicaIndex === a.replicaIndex;
  if (a.replicaIdentity !== "i" || stays) return [];
  const opens = columnsOf(around.from, from.id).some(
    ({ id, body }) => body.notNull && around.to.facts.get(id)?.body.notNull === false,
  );
  return opens ? [`ALTER TABLE ${from.name} REPLICA IDENTITY FULL`] : [];
}

function ownerChanged(fact: Fact, old: Fact | undefined, born: Set<FactId>): boolean {
  return old?.body.ownedBy !== fact.body.ownedBy || born.has(`column:${fact.body.ownedBy}`);
}

function tableSettings(fact: Fact, old: Fact | undefined, born: Set<FactId>): Statement[] {
  const b = tableBody(fact);
  const a: Pick<TableBody, "replicaIdentity" | "replicaIndex"> = old
    ? tableBody(old)
    : { replicaIdentity: "d", replicaIndex: null };
  const rebuilt = (index: string | null) => isRebuilt(fact, index, born);
  const words = { d: "DEFAULT", n: "NOTHING", f: "FULL", i: `USING INDEX ${b.replicaIndex}` };
  const statements: Statement[] = [];
  if (
    a.replicaIdentity !== b.replicaIdentity ||
    a.replicaIndex !== b.replicaIndex ||
    rebuilt(b.replicaIndex)
  ) {
    statements.push({
      id: fact.id,
      sql: `ALTER TABLE ${fact.name} REPLICA IDENTITY ${words[b.replicaIdentity]}`,
    });
  }
  const toast = old ? alterToastOptions(old, fact).map((sql) => ({ id: fact.id, sql })) : [];
  return [...toast, ...statements, ...clusterSettings(fact, old, born)];
}

function isRebuilt(fact: Fact, index: string | null, born: Set<FactId>): boolean {
  if (index === null) return false;
  return born.has(`index:${fact.schema}.${index}`) || born.has(`constraint:${fact.name}.${index}`);
}

/** CLUSTER ON, of tables and materialized views. */
function clusterSettings(fact: Fact, old: Fact | undefined, born: Set<FactId>): Statement[] {
  const was = (old?.body.clusterIndex ?? null) as string | null;
  const is = fact.body.clusterIndex as string | null;
  const on = `ALTER ${fact.kind === "table" ? "TABLE" : "MATERIALIZED VIEW"} ${fact.name}`;
  if (is !== null && (was !== is || isRebuilt(fact, is, born)))
    return [{ id: fact.id, sql: `${on} CLUSTER ON ${is}` }];
  return is === null && was !== null ? [{ id: fact.id, sql: `${on} SET WITHOUT CLUSTER` }] : [];
}
