import { type ColumnBody, continueNumbers, convertedValue } from "../schema/kinds/column";
import { comesWithParents } from "../schema/kinds/constraint";
import { attachIndex, isUnattached } from "../schema/kinds/index";
import type { SequenceBody } from "../schema/kinds/sequence";
import { attachPartition, columnsOf, tableBody } from "../schema/kinds/table";
import { hashFamilies, type Rebuild, rebuildsOf, staysWithOldRows } from "../schema/rebuilds";
import { literal } from "../schema/sql-text";
import type { Fact, FactId, Kind, Surroundings } from "../schema/types";
import { type Action, type Actions, keyOf, type Planning } from "./actions";
import { sameName } from "./same-name";
import { swappedValue } from "./swap-types";

const columnBody = (fact: Fact | undefined) => fact?.body as unknown as ColumnBody | undefined;
export const fillKey = (root: FactId) => `fill ${root}`;

/** Instead of DROP TABLE: out of the way of the new one, with the rows. */
export function setAside(table: Fact, around: Surroundings): string[] {
  const name = rebuildsOf(around).names.get(table.id);
  if (!around.to.facts.has(table.id) && sameName(table, around.to).length === 0) return [];
  const b = tableBody(table);
  if (rebuildsOf(around).old.get(table.id)?.copied) return copyAside(table, around);
  const sequences = numbered(table, around).map(
    ([sequence, position]) => `ALTER SEQUENCE ${sequence} RENAME TO ${name}_${position}`,
  );
  return [
    ...sequences,
    ...(b.ofType === null ? [] : [`ALTER TABLE ${table.name} NOT OF`]),
    ...(b.rls ? [`ALTER TABLE ${table.name} DISABLE ROW LEVEL SECURITY`] : []),
    `ALTER TABLE ${table.name} RENAME TO ${name}`,
  ];
}

/** It takes its partitions along. */
function copyAside(table: Fact, around: Surroundings): string[] {
  if (rebuildsOf(around).old.get(table.id)?.old[0] !== table) return [];
  const aside = `${table.schema}.${rebuildsOf(around).names.get(table.id)}`;
  return [
    ...(tableBody(table).rls ? [`ALTER TABLE ${table.name} DISABLE ROW LEVEL SECURITY`] : []),
    `CREATE TABLE ${aside} AS TABLE ${table.name}`,
    ...numbered(table, around).map(
      ([sequence, position]) =>
        `CREATE TABLE ${aside}_${position} AS SELECT last_value, is_called FROM ${sequence}`,
    ),
    `DROP TABLE ${table.name}`,
  ];
}

function numbered(table: Fact, { from }: Surroundings): [sequence: string, position: number][] {
  return columnsOf(from, table.id).flatMap((column) => {
    const { sequenceName, position } = column.body as unknown as ColumnBody;
    return sequenceName === null ? [] : [[sequenceName, position]];
  });
}

/** One action for each rebuilt table that attaches its partitions, copies the rows and drops the old one. */
export function addRebuilds(actions: Actions, planning: Planning): void {
  for (const rebuild of rebuildsOf(planning.around).all) {
    const root = rebuild.fresh[0] as Fact;
    const fill: Action = {
      key: fillKey(root.id),
      verb: "alter",
      fact: root,
      sql: fillSql(rebuild, planning),
      after: new Set(),
      softAfter: new Set(),
    };
    const sql = joinedIndexes(rebuild, planning.around);
    const join: Action = {
      ...fill,
      key: `join ${root.id}`,
      sql,
      after: new Set([fill.key]),
      softAfter: new Set(),
    };
    connectFill(fill, join, rebuild, actions, planning);
    actions.set(fill.key, fill);
    actions.set(join.key, join);
  }
}

function fillSql({ old, fresh, copied }: Rebuild, planning: Planning): string[] {
  const { around } = planning;
  const [was, is] = [old[0], fresh[0]] as [Fact, Fact];
  const aside = `${was.schema}.${rebuildsOf(around).names.get(was.id)}`;
  const columns = columnsOf(around.to, is.id).filter(
    (column) => columnBody(column)?.generated === "" && around.from.facts.has(column.id),
  );
  const values = columns.map((column) => {
    const type = columnBody(column)?.type ?? "";
    const was = around.from.facts.get(column.id) as Fact;
    const swapped = was.deps.some((id) => planning.decided.swapped.has(id));
    return swapped && columnBody(was)?.type === type
      ? swappedValue(column.name, type, planning)
      : convertedValue(was, column, around);
  });
  const names = columns.map(({ name }) => name).join(", ");
  const overriding = columns.some((column) => columnBody(column)?.identity) ? " OVERRIDING SYSTEM VALUE" : "";
  const only = tableBody(was).kind === "p" ? "" : "ONLY ";
  const forced = tableBody(is).forceRls;
  return [
    ...fresh.slice(1).map(attachPartition),
    ...(forced ? [`ALTER TABLE ${is.name} NO FORCE ROW LEVEL SECURITY`] : []),
    columns.length > 0
      ? `INSERT INTO ${is.name} (${names})${overriding} SELECT ${values.join(", ")} FROM ${only}${aside}`
      : `INSERT INTO ${is.name} SELECT FROM ${only}${aside}`,
    ...(forced ? [`ALTER TABLE ${is.name} FORCE ROW LEVEL SECURITY`] : []),
    ...columns.flatMap((column) => numbersGoOn(column, aside, around)),
    `DROP TABLE ${aside}`,
    ...(copied ? numbered(was, around).map(([, position]) => `DROP TABLE ${aside}_${position}`) : []),
  ];
}

/** Foreign keys need the key of a partitioned table, which is none before those of all its partitions belong to it. */
function joinedIndexes({ fresh }: Rebuild, { to }: Surroundings): string[] {
  return fresh
    .slice(1)
    .flatMap((table) =>
      (to.children.get(table.id) ?? []).flatMap((part) => (isJoined(part, to) ? [attachIndex(part)] : [])),
    );
}

export function isJoined(part: Fact, to: Surroundings["to"]): boolean {
  const parent = to.facts.get(`index:${part.body.attachedTo}`);
  return Boolean(part.body.attachedTo) && !comesWithParents(part) && !(parent && isUnattached(parent));
}

/** The new identity sequence goes on where the old one was, or after the highest number. */
function numbersGoOn(column: Fact, aside: string, around: Surroundings): string[] {
  const [a, b] = [columnBody(around.from.facts.get(column.id)), columnBody(column)];
  if (!b?.sequence || !b.sequenceName) return [];
  if (!a?.sequenceName) return continueNumbers(column, b.sequence as SequenceBody, b.sequenceName);
  return [
    `SELECT pg_catalog.setval(${literal(b.sequenceName)}, last_value, is_called) FROM ${aside}_${a.position}`,
  ];
}

/** What looks at the rows when it is made, or would act on each that is copied. */
const AFTER_ROWS = new Set<Kind>([
  "constraint",
  "index",
  "trigger",
  "rule",
  "policy",
  "statistics",
  "view",
  "materialized_view",
  "publication",
]);
const BEFORE_ROWS = new Set<Kind>(["table", "column", "default", "identity_sequence"]);

/** Keys are there before what rests on them. */
function isKeyOrIndex(fact: Fact): boolean {
  return fact.kind === "index" || (fact.kind === "constraint" && fact.body.type !== "f");
}

function connectFill(
  fill: Action,
  join: Action,
  rebuild: Rebuild,
  actions: Actions,
  planning: Planning,
): void {
  const { around, decided } = planning;
  const within = (tables: Fact[], snapshot: Surroundings["to"]) => {
    const ids = new Set(tables.map(({ id }) => id));
    return (id: FactId | null) =>
      id !== null && (ids.has(id) || ids.has(snapshot.facts.get(id)?.parent ?? ""));
  };
  const isFresh = within(rebuild.fresh, around.to);
  const isOld = within(rebuild.old, around.from);
  for (const action of actions.values()) {
    const { fact, verb } = action;
    if (BEFORE_ROWS.has(fact.kind) && (isFresh(fact.id) || isFresh(fact.parent))) fill.after.add(action.key);
    else if (verb !== "drop" && isKeyOrIndex(fact) && isFresh(fact.parent)) {
      action.after.add(fill.key);
      join.after.add(action.key);
    } else if (verb === "create" && AFTER_ROWS.has(fact.kind) && [fact.parent, ...fact.deps].some(isFresh))
      action.after.add(join.key);
  }
  for (const family of rebuild.fresh.flatMap((table) => hashFamilies(table, around.to)))
    if (actions.has(keyOf("alter", family))) fill.after.add(keyOf("alter", family));
  for (const table of rebuild.old) {
    for (const part of [table, ...(around.from.children.get(table.id) ?? [])]) {
      if (staysWithOldRows(part, around) === false) continue;
      for (const id of part.deps)
        if (!isOld(id) && !decided.born.has(id) && !decided.swapped.has(id))
          actions.get(keyOf("drop", id))?.after.add(fill.key);
    }
  }
}
