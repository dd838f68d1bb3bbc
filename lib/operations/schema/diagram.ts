import { z } from "zod";
import type { SchemaChange } from "../../core/diff/describe";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { readStoredCheck } from "../deployment/stored-check";
import { scopeOfTarget } from "../project/find";
import { chooseTables, type Link } from "./choose-tables";
import { requireSnapshot } from "./load";
import { columnsOf, columnsOfKey } from "./object-view";
import { keyOf, openDetail } from "./store";
import type { DiagramDeployment, DiagramEdge, DiagramTable, DiagramView, ShownKind } from "./views";

/** A drawing of more is no longer read; the list beside it has them all. */
export const MOST_TABLES = 500;
const MOST_COLUMNS = 24;

/** Tables and what refers to what, of a schema, around a table, or of all; and what a deployment changes in it. */
export const getDiagram = defineOperation({
  name: "schema.diagram",
  permission: "target.read",
  input: z.object({
    targetId: z.uuid(),
    /** Only tables of this schema (quoted as SQL writes it). */
    schema: z.string().max(300).optional(),
    /** Id of a table: it and those at most `depth` references away. */
    focus: z.string().max(20_000).optional(),
    depth: z.coerce.number().int().min(1).max(3).default(1),
    /** Number of a deployment to this target. */
    deployment: z.coerce.number().int().positive().optional(),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input, scope }): Promise<DiagramView> => {
    await requireSnapshot(ctx.db, input.targetId);
    const [all, links, deployment] = await Promise.all([
      listTables(ctx.db, input.targetId),
      listLinks(ctx.db, input.targetId),
      input.deployment === undefined
        ? null
        : readDeployment(ctx.db, scope.projectId ?? "", input.targetId, input.deployment),
    ]);
    const focus = input.focus ? await ordinalOf(ctx.db, input.targetId, input.focus) : null;
    const chosen = chooseTables(all, links, {
      schema: input.schema ?? null,
      focus,
      depth: input.depth,
      first: new Set((deployment?.changes ?? []).map((one) => one.table)),
      most: MOST_TABLES,
    });
    const shown = new Set(chosen.ordinals);
    const { tables, keys } = await loadTables(ctx.db, input.targetId, chosen.ordinals);
    const counts = new Map<string, number>();
    for (const table of all) counts.set(table.schema, (counts.get(table.schema) ?? 0) + 1);
    return {
      tables,
      edges: edgesOf(links, shown, keys),
      total: chosen.total,
      schemas: [...counts].map(([name, count]) => ({ name, tables: count })),
      deployment,
    };
  },
});

/** Partitions stand for their table, so they are not drawn. */
async function listTables(db: Db, targetId: string) {
  const rows = await db.schemaObject.findMany({
    where: { targetId, grouped: "tables", kind: { not: "partition" } },
    select: { ordinal: true, schema: true, name: true },
    orderBy: { ordinal: "asc" },
  });
  return rows.map((row) => ({ ...row, schema: row.schema ?? "" }));
}

async function listLinks(db: Db, targetId: string): Promise<Link[]> {
  const edges = await db.schemaEdge.findMany({
    where: { targetId, via: { in: ["foreign_key", "inherits"] } },
    select: { fromOrdinal: true, toOrdinal: true, via: true, fromPart: true },
    orderBy: { position: "asc" },
  });
  const links = new Map<string, Link>();
  for (const { fromOrdinal: from, toOrdinal: to, via, fromPart: part } of edges) {
    const kind = via === "inherits" ? "inherits" : "foreign_key";
    links.set(`${from} ${to} ${kind} ${part}`, { from, to, kind, part });
  }
  return [...links.values()];
}

async function ordinalOf(db: Db, targetId: string, id: string): Promise<number | null> {
  const found = await db.schemaObject.findUnique({
    where: { targetId_key: { targetId, key: keyOf(id) } },
    select: { ordinal: true },
  });
  return found?.ordinal ?? null;
}

/** Columns of foreign keys by `ordinal constraint`. */
type Keys = Map<string, string[]>;

async function loadTables(
  db: Db,
  targetId: string,
  ordinals: number[],
): Promise<{ tables: DiagramTable[]; keys: Keys }> {
  const rows = await db.schemaObject.findMany({
    where: { targetId, ordinal: { in: ordinals } },
    orderBy: { ordinal: "asc" },
  });
  const keys: Keys = new Map();
  const tables: DiagramTable[] = [];
  for (const row of rows) {
    const { facts } = await openDetail(row.detail);
    for (const fact of facts)
      if (fact.kind === "constraint" && fact.body.type === "f")
        keys.set(`${row.ordinal} ${fact.name}`, columnsOfKey(fact));
    const columns = columnsOf(facts).map((column) => ({
      name: column.name,
      type: column.type,
      notNull: column.notNull,
      key: column.key,
      foreign: column.references.length > 0,
    }));
    tables.push({
      ordinal: row.ordinal,
      id: row.id,
      kind: row.kind as ShownKind,
      schema: row.schema ?? "",
      name: row.name,
      rows: row.rows,
      columns: columns.slice(0, MOST_COLUMNS),
      moreColumns: Math.max(0, columns.length - MOST_COLUMNS),
    });
  }
  return { tables, keys };
}

function edgesOf(links: Link[], shown: Set<number>, keys: Keys): DiagramEdge[] {
  return links
    .filter((link) => shown.has(link.from) && shown.has(link.to))
    .map(({ from, to, kind, part }) => ({
      id: `${from}-${to}-${kind}-${part}`,
      from,
      to,
      kind,
      name: part,
      columns: keys.get(`${from} ${part}`) ?? [],
    }));
}

/** What the last check of a deployment found that it changes; null: no such deployment to this target, or not checked. */
async function readDeployment(
  db: Db,
  projectId: string,
  targetId: string,
  number: number,
): Promise<DiagramDeployment | null> {
  const check = await db.deploymentCheck.findFirst({
    where: { deployment: { projectId, targetId, number }, finishedAt: { not: null } },
    orderBy: { attempt: "desc" },
    select: { result: true },
  });
  const changes = readStoredCheck(check?.result)?.dryRun?.changes;
  return changes ? { number, changes: byTable(changes) } : null;
}

const TABLES = ["table", "partition", "foreign_table"];

function byTable(changes: readonly SchemaChange[]): DiagramDeployment["changes"] {
  const tables = new Map<string, DiagramDeployment["changes"][number]>();
  for (const { change, kind, name, relation, before, after } of changes) {
    const isTable = relation === null && TABLES.includes(kind);
    const table = relation ?? (isTable ? name : null);
    if (table === null) continue;
    const known = tables.get(table) ?? { table, change: "changed" as const, lines: [] };
    if (isTable) known.change = change;
    known.lines.push({
      change,
      kind,
      name: isTable ? (after ?? before ?? name) : name.slice(table.length + 1) || name,
      column: kind === "column",
    });
    tables.set(table, known);
  }
  return [...tables.values()];
}
