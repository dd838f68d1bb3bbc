import { continueNumbers } from "../schema/kinds/column";
import { createIndex, isUnattached } from "../schema/kinds/index";
import type { SequenceBody } from "../schema/kinds/sequence";
import { attachTable, detachTable, type TableBody, tableBody } from "../schema/kinds/table";
import { switchTrigger } from "../schema/kinds/trigger";
import { factsOfKind } from "../schema/lookups";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";

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
  const push = (statements: Statement[], fact: Fact, sql: string) => statements.push({ id: fact.id, sql });
  for (const fact of factsOfKind(around.from, "sequence")) {
    // A sequence that stays must not go with the column that owned it.
    const next = gone.has(fact.id) ? undefined : around.to.facts.get(fact.id);
    if (fact.body.ownedBy && next && next.body.ownedBy !== fact.body.ownedBy)
      push(before, fact, `ALTER SEQUENCE ${fact.name} OWNED BY NONE`);
  }
  for (const fact of factsOfKind(around.from, "table")) {
    const next = gone.has(fact.id) ? undefined : around.to.facts.get(fact.id);
    if (next) for (const sql of detachTable(fact, next)) push(before, fact, sql);
  }
  for (const fact of factsOfKind(around.to, "table")) {
    const attach = attachTable(old(fact), fact);
    if (attach.length > 0) for (const sql of missingChecks(fact, old(fact), around)) push(after, fact, sql);
    for (const sql of attach) push(after, fact, sql);
  }
  for (const fact of factsOfKind(around.to, "index"))
    if (born.has(fact.id) && isUnattached(fact)) for (const sql of createIndex(fact)) push(after, fact, sql);
  for (const kind of ["constraint", "index"] as const) {
    for (const fact of factsOfKind(around.to, kind)) {
      const parent = fact.body.attachedTo as string | null | undefined;
      if (!parent || (old(fact)?.body.attachedTo === parent && !tableMoved(fact, around, born))) continue;
      const name = kind === "constraint" ? `${fact.schema}.${fact.body.index}` : fact.name;
      push(after, fact, `ALTER INDEX ${parent} ATTACH PARTITION ${name}`);
    }
  }
  for (const fact of factsOfKind(around.to, "sequence")) {
    if (!fact.body.ownedBy || !ownerChanged(fact, old(fact), born)) continue;
    push(after, fact, `ALTER SEQUENCE ${fact.name} OWNED BY ${fact.body.ownedBy}`);
    for (const sql of continued(fact, around, born)) push(after, fact, sql);
  }
  for (const fact of factsOfKind(around.to, "table")) after.push(...tableSettings(fact, old(fact), born));
  for (const fact of factsOfKind(around.to, "trigger"))
    after.push(...switchedTriggers(fact, old(fact), around, born));
  for (const fact of factsOfKind(around.to, "materialized_view"))
    after.push(...clusterSettings(fact, old(fact), born));
  return { before, after };
}

function tableMoved(part: Fact, around: Surroundings, born: Set<FactId>): boolean {
  const table = around.to.facts.get(part.parent ?? "");
  return (
    table !== undefined &&
    attachTable(born.has(table.id) ? undefined : around.from.facts.get(table.id), table).length > 0
  );
}

/** A partition must have the checks of its parent before it is attached; then they are the parent's. */
function missingChecks(table: Fact, old: Fact | undefined, around: Surroundings): string[] {
  return tableBody(table).inheritedConstraints.flatMap((name) => {
    const had =
      old &&
      (tableBody(old).inheritedConstraints.includes(name) ||
        around.from.facts.has(`constraint:${table.name}.${name}`));
    const definition = had ? null : inheritedCheck(table, name, around.to);
    return definition === null ? [] : [`ALTER TABLE ${table.name} ADD CONSTRAINT ${name} ${definition}`];
  });
}

/** From the nearest ancestor that has it by itself. */
function inheritedCheck(table: Fact, name: string, snapshot: Snapshot): string | null {
  const { partitionOf, inherits } = tableBody(table);
  for (const parent of partitionOf ? [partitionOf] : inherits) {
    const constraint = snapshot.facts.get(`constraint:${parent}.${name}`);
    if (constraint) return constraint.body.type === "c" ? String(constraint.body.definition) : null;
    const above = snapshot.facts.get(`table:${parent}`);
    const found = above ? inheritedCheck(above, name, snapshot) : null;
    if (found !== null) return found;
  }
  return null;
}

/** An identity column that becomes a serial goes on where it was. */
function continued(sequence: Fact, around: Surroundings, born: Set<FactId>): string[] {
  const column = around.from.facts.get(`column:${sequence.body.ownedBy}`);
  if (!born.has(sequence.id) || !column?.body.identity || born.has(column.id)) return [];
  return continueNumbers(column, sequence.body as unknown as SequenceBody, sequence.name);
}

/** A partition has its parent's trigger only when it has been attached. */
function switchedTriggers(
  fact: Fact,
  old: Fact | undefined,
  around: Surroundings,
  born: Set<FactId>,
): Statement[] {
  if (fact.body.definition !== null) return [];
  const parent = fact.deps.find((id) => id.startsWith("trigger:")) ?? "";
  const same =
    old?.body.enabled === fact.body.enabled && !born.has(parent) && !tableMoved(fact, around, born);
  return same ? [] : [{ id: fact.id, sql: switchTrigger(fact) }];
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
  return [...statements, ...clusterSettings(fact, old, born)];
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
