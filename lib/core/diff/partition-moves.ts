import { type Bound, isCovered, mayOverlap, parseBound } from "../schema/bounds";
import { kindOf } from "../schema/kinds/all";
import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { publicationBody } from "../schema/kinds/publication";
import { attachTable, columnsOf, tableBody, withAncestors } from "../schema/kinds/table";
import { ENABLED, switchTrigger } from "../schema/kinds/trigger";
import { dependantsOf, factsOfKind } from "../schema/lookups";
import { rebuildsOf } from "../schema/rebuilds";
import { literal } from "../schema/sql-text";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import { type Actions, keyOf } from "./actions";
import { afterCreate } from "./common-parts";

/** Rows of one partition that belong to another one from now on. */
interface Source {
  table: Fact;
  into: Fact[];
}

/**
 * Rows of partitioned tables whose partitions change: one is split, several become one, a bound moves, or a new one
 * takes what the default partition held. A plan is made without a look at the rows, so each statement finds by the
 * new bounds which those are, and does nothing where there are none.
 */
export interface PartitionMoves {
  /** Leaves that are dropped, and what takes their rows. */
  dropped: Map<FactId, Source>;
  /** By partitioned table: partitions that stay with another bound. */
  rebound: Map<string, Source[]>;
  /** New partitions, and the default one beside them that stays. */
  beside: Map<FactId, Fact>;
  /** Of those, the ones whose rows foreign keys hold on to, and which: away only where there are rows to be moved. */
  heldBeside: Map<FactId, FactId[]>;
  /** Foreign keys to that default partition itself: away while its rows are moved, and held against those that stay. */
  directBeside: Map<FactId, FactId[]>;
  /** Partitions that are filled before they are attached. */
  filled: Set<FactId>;
  /** Dropped partitions all of whose rows find a place. */
  covered: Set<FactId>;
  /** Foreign keys that hold on to rows while these move: they are made anew. */
  foreignKeys: Set<FactId>;
}

const known = new WeakMap<Surroundings, PartitionMoves>();

/** What this change moves between partitions; worked out once. */
export function partitionMoves(around: Surroundings): PartitionMoves {
  const found = known.get(around);
  if (found) return found;
  const moves: PartitionMoves = {
    dropped: new Map(),
    rebound: new Map(),
    beside: new Map(),
    heldBeside: new Map(),
    directBeside: new Map(),
    filled: new Set(),
    covered: new Set(),
    foreignKeys: new Set(),
  };
  known.set(around, moves);
  const { old, fresh } = rebuildsOf(around);
  for (const whole of factsOfKind(around.to, "table")) {
    const was = around.from.facts.get(whole.id);
    if (!was || tableBody(was).kind !== "p" || tableBody(whole).kind !== "p") continue;
    if (!old.has(whole.id) && !fresh.has(whole.id)) addMoves(whole, moves, around);
  }
  return moves;
}

function addMoves(whole: Fact, moves: PartitionMoves, around: Surroundings): void {
  const [before, after] = [partitionsOf(whole.name, around.from), partitionsOf(whole.name, around.to)];
  const joins = (table: Fact) => attachTable(around.from.facts.get(table.id), table, around).length > 0;
  const attached = after.filter((table) => joins(table) && canMove(table, around.to));
  if (attached.length === 0) return;
  const type = keyType(whole, around.to);
  const takers = (source: Fact) => {
    const bound = boundOf(source);
    return attached.filter(({ id, body }) => {
      const other = parseBound(String(body.bound));
      return id !== source.id && bound && other && mayOverlap(bound, other, type);
    });
  };
  const rest = after.find(({ body }) => body.bound === "DEFAULT");
  const stays = rest && !attached.includes(rest) ? rest : undefined;
  const more = stays && canMove(stays, around.to) ? [stays] : [];
  const held = foreignKeysTo(whole.name, around);
  const rebound: Source[] = [];
  for (const table of before) {
    if (!canMove(table, around.from)) continue;
    const next = around.to.facts.get(table.id);
    const into = takers(table);
    if (!next && into.length > 0 && !keepsType(table, whole, around)) {
      // Of one that has partitions itself, the rows are in those.
      const plain = tableBody(table).kind !== "p";
      for (const leaf of leavesOf(table, around.from))
        if (!around.to.facts.has(leaf.id))
          moves.dropped.set(leaf.id, { table: leaf, into: plain ? [...into, ...more] : into });
      const bounds = [...into, ...(plain ? more : [])].flatMap((one) => boundOf(one) ?? []);
      const simple = into.every(({ body }) => body.kind === "r");
      if (simple && isCovered(boundOf(table) as Bound, bounds, type))
        for (const one of treeOf(table, around.from)) moves.covered.add(one.id);
    } else if (
      next &&
      joins(next) &&
      tableBody(next).partitionOf === whole.name &&
      !isHeld(next, held, around)
    ) {
      const now = boundOf(next);
      const narrower = !now || !isCovered(boundOf(table) as Bound, [now], type);
      if (narrower && [...into, ...more].length > 0)
        rebound.push(...apartNow(next, around).map((one) => ({ table: one, into: [...into, ...more] })));
    }
  }
  if (rebound.length > 0) moves.rebound.set(whole.name, rebound);
  const reorganised =
    rebound.length > 0 || before.some((table) => takers(table).length > 0 && !around.to.facts.has(table.id));
  if (reorganised) for (const id of held) moves.foreignKeys.add(id);
  const free = stays !== undefined && more.length > 0 && around.from.facts.has(stays.id);
  if (free && tableBody(around.from.facts.get(stays.id) as Fact).partitionOf === whole.name) {
    const keys = reorganised || !isHeld(stays, [], around) ? [] : held;
    const direct = treeOf(stays, around.to).flatMap(({ name }) => foreignKeysTo(name, around));
    const away = [...held, ...direct];
    if (!isHeld(stays, away, around))
      for (const table of attached) {
        moves.beside.set(table.id, stays);
        if (keys.length > 0) moves.heldBeside.set(table.id, keys);
        moves.directBeside.set(
          table.id,
          direct.filter((id) => !held.includes(id)),
        );
      }
  }
  for (const source of [...rebound, ...moves.dropped.values()])
    for (const { id } of source.into) if (attached.some((table) => table.id === id)) moves.filled.add(id);
  for (const id of moves.beside.keys()) moves.filled.add(id);
}

const boundOf = (table: Fact) => parseBound(String(tableBody(table).bound));

function partitionsOf(name: string, snapshot: Snapshot): Fact[] {
  return dependantsOf(snapshot, `table:${name}`).flatMap((id) => {
    const table = snapshot.facts.get(id);
    return table?.kind === "table" && tableBody(table).partitionOf === name ? [table] : [];
  });
}

function treeOf(table: Fact, snapshot: Snapshot): Fact[] {
  const tree = [table];
  for (const one of tree) tree.push(...partitionsOf(one.name, snapshot));
  return tree;
}

const leavesOf = (table: Fact, snapshot: Snapshot) =>
  treeOf(table, snapshot).filter(({ body }) => body.kind !== "p");

/** Whether a column of the whole could not take its new type while these partitions are there. */
function keepsType(table: Fact, whole: Fact, { from, to }: Surroundings): boolean {
  const typeIn = ({ facts }: Snapshot, name: string) => facts.get(`column:${whole.name}.${name}`)?.body.type;
  return treeOf(table, from).some(({ body }) =>
    ((body.partitionColumns as string[] | undefined) ?? []).some(
      (name) => typeIn(from, name) !== typeIn(to, name),
    ),
  );
}

/** A partition that was taken out, and those below it that were taken out of it. */
function apartNow(table: Fact, around: Surroundings): Fact[] {
  const below = treeOf(table, around.to).slice(1);
  const left = below.filter((one) => {
    const was = around.from.facts.get(one.id);
    return was !== undefined && attachTable(was, one, around).length > 0;
  });
  return [table, ...left];
}

/** Rows of foreign tables are another server's. */
function canMove(table: Fact, snapshot: Snapshot): boolean {
  return treeOf(table, snapshot).every(({ body }) => body.kind !== "f");
}

/** Of the first column of the partition key; null: an expression. */
function keyType(whole: Fact, snapshot: Snapshot): string | null {
  const key = /^\w+ \((.*)\)$/s.exec(String(whole.body.partitionKey))?.[1] ?? "";
  const column = columnsOf(snapshot, whole.id).find(
    ({ name }) => key === name || key.startsWith(`${name},`) || key.startsWith(`${name} `),
  );
  return column ? (column.body as unknown as ColumnBody).type : null;
}

/** Foreign keys to a table or to what it is a partition of: a deleted row would take others along, or is refused. */
function foreignKeysTo(name: string | null, around: Surroundings): FactId[] {
  const table = around.from.facts.get(`table:${name}`);
  if (!table) return [];
  const own = [around.from, around.to].flatMap((snapshot) =>
    (snapshot.children.get(table.id) ?? [])
      .filter(({ kind }) => kind === "constraint" || kind === "index")
      .flatMap(({ id }) =>
        dependantsOf(snapshot, id).filter((key) => snapshot.facts.get(key)?.body.type === "f"),
      ),
  );
  return [...own, ...foreignKeysTo(tableBody(table).partitionOf, around)];
}

/** Whether a row that is deleted takes others along, or cannot be. @param away foreign keys that are not there meanwhile */
function isHeld(table: Fact, away: readonly FactId[], around: Surroundings): boolean {
  return treeOf(table, around.to).some(
    (one) => !canDelete(one, around) || foreignKeysTo(one.name, around).some((id) => !away.includes(id)),
  );
}

/** Whether a foreign key is away while rows move. */
export function isAwayForMoves(id: FactId, around: Surroundings): boolean {
  return partitionMoves(around).foreignKeys.has(id);
}

/** Before a dropped partition goes: copies of what belongs elsewhere. */
export function rescueRows(table: Fact, around: Surroundings): string[] {
  const source = partitionMoves(around).dropped.get(table.id);
  if (!source) return [];
  const { partitionOf } = tableBody(table);
  const stays = source.into.some((one) => !partitionMoves(around).filled.has(one.id));
  return [
    // What stays attached would take none of its rows before.
    ...(stays ? [`ALTER TABLE ${partitionOf} DETACH PARTITION ${table.name}`] : []),
    ...source.into.flatMap((target) => fill(table, target, "copy", around)),
  ];
}

/** What takes the rows is there before, and the dropped partition has by then the columns that the whole will have. */
export function connectRescues(actions: Actions, around: Surroundings): void {
  for (const { table, into } of partitionMoves(around).dropped.values()) {
    const drop = actions.get(keyOf("drop", table.id));
    if (!drop) continue;
    const wholes = withAncestors(table.name, around.from)
      .slice(1)
      .map((name) => `table:${name}`);
    const shaped = new Set([...wholes, ...into.flatMap((one) => treeOf(one, around.to)).map(({ id }) => id)]);
    for (const action of actions.values()) {
      const { fact, verb } = action;
      const shapes = ["column", "default", "trigger", "identity_sequence"].includes(fact.kind);
      if (shaped.has(fact.id) && verb !== "drop") drop.softAfter.add(action.key);
      else if (shapes && shaped.has(fact.parent ?? "")) drop.softAfter.add(action.key);
    }
  }
}

/** Of partitions that get other bounds: before the first is attached to the table. */
export function moveRebound(whole: string, around: Surroundings): string[] {
  const sources = partitionMoves(around).rebound.get(whole) ?? [];
  return sources.flatMap(({ table, into }) => into.flatMap((target) => fill(table, target, "move", around)));
}

/** What the default partition beside a new one has of it: in the transaction in which that is attached. */
export function moveFromDefault(table: Fact, around: Surroundings): string[] {
  const { beside, heldBeside, directBeside } = partitionMoves(around);
  const rest = beside.get(table.id);
  const move = rest ? fill(rest, table, "move", around) : [];
  const keys = foreignKeysThen(heldBeside.get(table.id) ?? [], around);
  // At once again: rows that point to a moved one cannot stay as they are, and nothing is moved then.
  const direct = foreignKeysThen(directBeside.get(table.id) ?? [], around);
  const away = [...keys, ...direct];
  if (!rest || move.length === 0 || away.length === 0) return move;
  // Most often there are no such rows, and no foreign key is to be checked anew for them.
  const drops = away.map((key) => `ALTER TABLE ${relationOf(key)} DROP CONSTRAINT IF EXISTS ${key.name}`);
  const again = direct.flatMap((key) => [
    ...kindOf("constraint").create(key, around),
    ...afterCreate(key, around),
  ]);
  return [
    onlyIf(`EXISTS (SELECT FROM ${rest.name} WHERE ${table.body.boundCheck})`, [...drops, ...move, ...again]),
  ];
}

/** After everything that belongs to the partitioned table has been attached: foreign keys that were away for its rows. */
export function restoreHeldKeys(around: Surroundings): { id: FactId; sql: string }[] {
  const held = new Set([...partitionMoves(around).heldBeside.values()].flat());
  return foreignKeysThen([...held], around).map((key) => ({
    id: key.id,
    sql: onlyIf(
      `NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = ${literal(relationOf(key))}::pg_catalog.regclass AND pg_catalog.quote_ident(conname) = ${literal(key.name)})`,
      [...kindOf("constraint").create(key, around), ...afterCreate(key, around)],
    ),
  }));
}

function foreignKeysThen(ids: readonly FactId[], { to }: Surroundings): Fact[] {
  return [...new Set(ids)].flatMap((id) => to.facts.get(id) ?? []);
}

function onlyIf(condition: string, statements: readonly string[]): string {
  const body = statements.map((sql) => `    ${sql};\n`).join("");
  return `DO $dbmigrator$ BEGIN\n  IF ${condition} THEN\n${body}  END IF;\nEND $dbmigrator$`;
}

/**
 * What is above comes first: a partition gets its identity from what it is attached to, which has none before that.
 * What is below a partition that was filled is attached right after it, so that its rows are seen again with it.
 */
export function attachOrder(all: readonly Fact[], around: Surroundings): readonly Fact[] {
  const { filled } = partitionMoves(around);
  const height = new Map(all.map((table) => [table, withAncestors(table.name, around.to).length]));
  const tables = [...all].sort((a, b) => (height.get(a) ?? 0) - (height.get(b) ?? 0));
  if (filled.size === 0) return tables;
  const below = new Set<FactId>();
  const trees = new Map<FactId, Fact[]>();
  for (const table of tables) {
    if (!filled.has(table.id)) continue;
    const tree = treeOf(table, around.to);
    trees.set(table.id, tree);
    for (const one of tree.slice(1)) below.add(one.id);
  }
  return tables.filter(({ id }) => !below.has(id)).flatMap((table) => trees.get(table.id) ?? [table]);
}

function fill(source: Fact, target: Fact, how: "copy" | "move", around: Surroundings): string[] {
  const { from, to } = around;
  // What is below a new table is attached later.
  const topOf = (table: Fact, top: Fact) => (from.facts.has(top.id) ? top : table);
  const leaves = leavesOf(target, to).filter(({ body }) => body.boundCheck !== null);
  const attached = !partitionMoves(around).filled.has(target.id);
  const columns = columnsOf(to, target.id).filter(({ body }) => body.generated === "");
  const names = columns.map(({ name }) => name).join(", ");
  if (leaves.length === 0 || columns.length === 0) return [];
  const overriding = columns.some(({ body }) => body.identity) ? " OVERRIDING SYSTEM VALUE" : "";
  const touched = [
    ...treeOf(target, to).map((table) => quiet(table, attached ? null : topOf(table, target), around, false)),
    ...(how === "move"
      ? treeOf(to.facts.get(source.id) ?? source, to).map((table) =>
          quiet(table, isFilled(source, around) ? source : null, around, true),
        )
      : []),
  ];
  return [
    ...touched.flatMap(({ before }) => before),
    ...leaves.map(({ name, body }) =>
      how === "copy"
        ? `INSERT INTO ${name} (${names})${overriding} SELECT ${names} FROM ${source.name} WHERE ${body.boundCheck}`
        : `WITH moved AS (DELETE FROM ${source.name} WHERE ${body.boundCheck} RETURNING ${names}) INSERT INTO ${name} (${names})${overriding} SELECT ${names} FROM moved`,
    ),
    // What a deferred constraint waits with would keep the partition from being attached.
    ...(isDeferred(target, to) ? ["SET CONSTRAINTS ALL IMMEDIATE"] : []),
    ...touched.flatMap(({ after }) => after),
  ];
}

const isFilled = (table: Fact, around: Surroundings) => {
  const rebound = partitionMoves(around).rebound.values();
  return [...rebound].flat().some((one) => one.table.id === table.id);
};

function isDeferred(table: Fact, snapshot: Snapshot): boolean {
  return treeOf(table, snapshot).some(({ id }) =>
    (snapshot.children.get(id) ?? []).some(({ body }) => / INITIALLY DEFERRED/.test(String(body.definition))),
  );
}

/**
 * Moving rows is no change of them: triggers stay silent, no policy hides a row, and no publication asks by what the
 * rows are known.
 * @param top of what is not attached: triggers of the tables above do not work there
 */
function quiet(table: Fact, top: Fact | null, around: Surroundings, deletes: boolean) {
  const on = `ALTER TABLE ${table.name}`;
  const enabled = triggersOn(table, top, around.to).filter(({ body }) => body.enabled !== "D");
  const unusual = triggersOn(table, top, around.to).filter(({ body }) => body.enabled !== "O");
  const forced = tableBody(table).forceRls;
  const identity = deletes ? lacksIdentity(table, around) : null;
  return {
    before: [
      ...(enabled.length > 0 ? [`${on} DISABLE TRIGGER USER`] : []),
      ...(forced ? [`${on} NO FORCE ROW LEVEL SECURITY`] : []),
      ...(identity ? [`${on} REPLICA IDENTITY FULL`] : []),
    ],
    after: [
      ...(identity ? [`${on} REPLICA IDENTITY ${identity}`] : []),
      ...(forced ? [`${on} FORCE ROW LEVEL SECURITY`] : []),
      ...(enabled.length > 0 ? [`${on} ENABLE TRIGGER USER`, ...unusual.map(switchTrigger)] : []),
    ],
  };
}

/** Triggers of a table and the copies of those above; `enabled` as it is on this one. */
function triggersOn(table: Fact, top: Fact | null, snapshot: Snapshot): Fact[] {
  const found = new Map<string, Fact>();
  for (let one: Fact | undefined = table; one; one = parentOf(one, top, snapshot)) {
    for (const trigger of snapshot.children.get(one.id) ?? []) {
      if (trigger.kind !== "trigger" || found.has(trigger.name)) continue;
      const definition = trigger.body.definition as string | null;
      const copied = one === table || definition === null || / FOR EACH ROW /.test(definition);
      const isThere = definition !== null || top === null;
      if (copied && isThere && String(trigger.body.enabled) in ENABLED)
        found.set(trigger.name, {
          ...trigger,
          id: `trigger:${table.name}.${trigger.name}`,
          parent: table.id,
        });
    }
  }
  return [...found.values()];
}

function parentOf(table: Fact, top: Fact | null, snapshot: Snapshot): Fact | undefined {
  return table.id === top?.id ? undefined : snapshot.facts.get(`table:${table.body.partitionOf}`);
}

/** From 18 on no table with computed columns that are not published is known by the whole of its rows. */
function canDelete(table: Fact, around: Surroundings): boolean {
  if (around.from.version < 180000 || lacksIdentity(table, around) === null) return true;
  return columnsOf(around.to, table.id).every(({ body }) => body.generated === "");
}

function isPublished(table: Fact, snapshot: Snapshot): boolean {
  const names = withAncestors(table.name, snapshot);
  return factsOfKind(snapshot, "publication").some((fact) => {
    const { allTables, schemas, tables } = publicationBody(fact);
    if (allTables || tables.some((one) => names.includes(one.table))) return true;
    return names.some((name) => schemas.includes(snapshot.facts.get(`table:${name}`)?.schema ?? ""));
  });
}

/** PostgreSQL refuses to delete from a published table whose rows are not known by a key. */
function lacksIdentity(table: Fact, { from, to }: Surroundings): "DEFAULT" | "NOTHING" | null {
  const was = from.facts.get(table.id);
  if (!was || !isPublished(table, to) || tableBody(table).kind !== "r") return null;
  const { replicaIdentity } = tableBody(was);
  if (replicaIdentity === "n") return "NOTHING";
  const keyed = (to.children.get(table.id) ?? []).some(({ body }) => body.type === "p");
  return replicaIdentity === "d" && !keyed ? "DEFAULT" : null;
}
