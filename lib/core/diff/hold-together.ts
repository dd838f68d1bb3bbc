import { attachPartition, leavesWhole, tableBody } from "../schema/kinds/table";
import { factsOfKind } from "../schema/lookups";
import type { Fact, FactId, Surroundings } from "../schema/types";
import type { Planning } from "./actions";
import { type HeldRows, holdRows, toItsType } from "./held-rows";
import type { OnlineNote } from "./online-notes";
import { partitionMoves } from "./partition-moves";
import type { PlannedStatement } from "./plan";

/** Statements that others see the outcome of at once. */
interface Stretch {
  begins: (statement: PlannedStatement) => boolean;
  ends: (statement: PlannedStatement) => boolean;
  notes: OnlineNote[];
}

/**
 * What must not be seen half done is one transaction, online too. Whatever stands between is made in it.
 */
export function holdTogether(
  statements: readonly PlannedStatement[],
  { around, decided }: Planning,
): { statements: PlannedStatement[]; notes: OnlineNote[] } {
  const notes: OnlineNote[] = [];
  let written = [...statements];
  for (const { begins, ends, notes: own } of [moves(around), heldColumns(decided.held)]) {
    const [first, last] = [written.findIndex(begins), written.findLastIndex(ends)];
    if (first < 0) continue;
    written = written.map((one, at) => (at < first || at > last ? one : withOthers(one)));
    notes.push(...own);
  }
  return { statements: written, notes };
}

/**
 * While a partition is detached to get other bounds or another parent, or its rows wait in one that is attached later,
 * readers and writers of the whole do not find them.
 */
function moves(around: Surroundings): Stretch {
  const tables = factsOfKind(around.to, "table");
  const moved = tables.filter((table) => isRebound(table, around));
  const rescued = rescuedLater(around);
  const detached = new Set(moved.map((table) => detachment(table, around)));
  const attached = new Set(tables.filter(({ body }) => body.partitionOf !== null).map(attachPartition));
  return {
    begins: ({ sql, id, verb }) => detached.has(sql) || (verb === "drop" && rescued.has(id)),
    ends: ({ sql }) => attached.has(sql),
    notes: [
      ...moved.map(({ id }): OnlineNote => ({ id, reason: "scan" })),
      ...[...rescued].map((id): OnlineNote => ({ id, reason: "copy" })),
    ],
  };
}

/** Columns that hold JSON for the moment are of another type for others. */
function heldColumns({ columns }: HeldRows): Stretch {
  const held = new Set(columns.map(holdRows));
  const freed = columns.map(toItsType);
  return {
    begins: ({ sql }) => held.has(sql),
    ends: ({ sql }) => freed.some((start) => sql.startsWith(start)),
    notes: columns.map(({ id }) => ({ id, reason: "rewrite" })),
  };
}

/** Partitions that are dropped when others, which are attached later, have got their rows. */
function rescuedLater(around: Surroundings): Set<FactId> {
  const { dropped, filled } = partitionMoves(around);
  const later = [...dropped.values()].filter(({ into }) => into.some(({ id }) => filled.has(id)));
  return new Set(later.map(({ table }) => table.id));
}

function isRebound(table: Fact, around: Surroundings): boolean {
  const was = around.from.facts.get(table.id);
  return (
    was?.kind === "table" &&
    tableBody(was).partitionOf !== null &&
    tableBody(table).partitionOf !== null &&
    leavesWhole(table.id, around)
  );
}

function detachment(table: Fact, { from }: Surroundings): string {
  const was = from.facts.get(table.id) as Fact;
  return `ALTER TABLE ${tableBody(was).partitionOf} DETACH PARTITION ${table.name}`;
}

const CONCURRENT = /^((?:CREATE (?:UNIQUE )?|DROP )INDEX) CONCURRENTLY /;

function withOthers({ transaction, ...one }: PlannedStatement): PlannedStatement {
  if (transaction === "alone") return one;
  if (transaction === "outside" && CONCURRENT.test(one.sql))
    return { ...one, sql: one.sql.replace(CONCURRENT, "$1 ") };
  return transaction === undefined ? one : { ...one, transaction };
}
