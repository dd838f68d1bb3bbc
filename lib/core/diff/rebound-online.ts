import { attachPartition, leavesWhole, tableBody } from "../schema/kinds/table";
import { factsOfKind } from "../schema/lookups";
import type { Fact, FactId, Surroundings } from "../schema/types";
import type { OnlineNote } from "./online-notes";
import { partitionMoves } from "./partition-moves";
import type { PlannedStatement } from "./plan";

/**
 * While a partition is detached to get other bounds or another parent, or its rows wait in one that is attached later,
 * readers and writers of the whole do not find them: what stands between is one transaction with it, online too.
 */
export function holdTogether(
  statements: readonly PlannedStatement[],
  around: Surroundings,
): { statements: PlannedStatement[]; notes: OnlineNote[] } {
  const tables = factsOfKind(around.to, "table");
  const moved = tables.filter((table) => isRebound(table, around));
  const rescued = rescuedLater(around);
  if (moved.length + rescued.size === 0) return { statements: [...statements], notes: [] };
  const detached = new Set(moved.map((table) => detachment(table, around)));
  const attached = new Set(tables.filter(({ body }) => body.partitionOf !== null).map(attachPartition));
  const first = statements.findIndex(
    ({ sql, id, verb }) => detached.has(sql) || (verb === "drop" && rescued.has(id)),
  );
  const last = statements.findLastIndex(({ sql }) => attached.has(sql));
  return {
    statements: statements.map((one, at) => (at < first || at > last ? one : withOthers(one))),
    notes: [
      ...moved.map(({ id }): OnlineNote => ({ id, reason: "scan" })),
      ...[...rescued].map((id): OnlineNote => ({ id, reason: "copy" })),
    ],
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
