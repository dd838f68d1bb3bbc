import { z } from "zod";
import { writeDefinition } from "../../core/outline/definition";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { ROW_FIELDS, requireSnapshot, rowOf } from "./load";
import { columnsOf, grantsOf, indexesOf, objectFacts, partsOf } from "./object-view";
import { keyOf, openDetail } from "./store";
import type { DependencyView, ObjectView, ShownKind } from "./views";

/** Beyond these a table that everything refers to would make the page slow; their number is said. */
const MOST_DEPENDENCIES = 200;
const MOST_WAYS = 8;

/** One object with everything that is known of it; null: it was not there when the schema was read. */
export const getSchemaObject = defineOperation({
  name: "schema.object",
  permission: "target.read",
  input: z.object({ targetId: z.uuid(), id: z.string().min(1).max(20_000) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input: { targetId, id } }): Promise<ObjectView | null> => {
    const snapshot = await requireSnapshot(ctx.db, targetId);
    const stored = await ctx.db.schemaObject.findUnique({
      where: { targetId_key: { targetId, key: keyOf(id) } },
    });
    if (!stored) return null;
    const detail = await openDetail(stored.detail);
    const [object] = detail.facts;
    if (!object) return null;
    const [uses, usedBy] = await Promise.all([
      dependencies(ctx.db, targetId, stored.ordinal, "uses"),
      dependencies(ctx.db, targetId, stored.ordinal, "used_by"),
    ]);
    const own = detail.statistics[object.name];
    return {
      row: rowOf(stored),
      owner: object.owner,
      comment: object.comment,
      facts: objectFacts(object),
      columns: columnsOf(detail.facts),
      indexes: indexesOf(detail),
      constraints: partsOf(detail.facts, "constraints"),
      policies: partsOf(detail.facts, "policies"),
      triggers: partsOf(detail.facts, "triggers"),
      others: partsOf(detail.facts, "others"),
      labels: Array.isArray(object.body.labels) ? object.body.labels.map(String) : [],
      grants: grantsOf(detail.facts),
      statistics: own
        ? {
            tableScans: own.scans,
            deadRows: own.deadRows,
            lastVacuum: own.lastVacuum,
            lastAnalyze: own.lastAnalyze,
          }
        : null,
      uses: uses.list,
      usedBy: usedBy.list,
      moreUses: uses.more,
      moreUsedBy: usedBy.more,
      definition: writeDefinition(detail.facts, snapshot.serverVersion),
    };
  },
});

/** Whom an object uses, or who uses it: one line for each other object, with the ways in which it does. */
async function dependencies(
  db: Db,
  targetId: string,
  ordinal: number,
  direction: "uses" | "used_by",
): Promise<{ list: DependencyView[]; more: number }> {
  const edges = await db.schemaEdge.findMany({
    where: { targetId, ...(direction === "uses" ? { fromOrdinal: ordinal } : { toOrdinal: ordinal }) },
    orderBy: { position: "asc" },
    take: 20_000,
  });
  const ways = new Map<number, DependencyView["ways"]>();
  for (const { fromOrdinal, toOrdinal, via, fromPart, toPart } of edges) {
    const other = direction === "uses" ? toOrdinal : fromOrdinal;
    const known = ways.get(other) ?? [];
    if (known.length < MOST_WAYS) known.push({ via, fromPart, toPart });
    ways.set(other, known);
  }
  const shown = [...ways.keys()].sort((a, b) => a - b).slice(0, MOST_DEPENDENCIES);
  const rows = await db.schemaObject.findMany({
    where: { targetId, ordinal: { in: shown } },
    select: ROW_FIELDS,
    orderBy: { ordinal: "asc" },
  });
  const list = rows.map((row) => ({
    id: row.id,
    kind: row.kind as ShownKind,
    schema: row.schema,
    name: row.name,
    ways: ways.get(row.ordinal) ?? [],
  }));
  return { list, more: ways.size - list.length };
}
