import type { Db } from "../db/client";
import { Prisma } from "../db/generated/client";
import { storableText } from "./canonical";

/** What a list or an export of events is narrowed to. Times are ISO 8601. */
export interface AuditFilter {
  /** null: the whole instance. */
  projectId: string | null;
  actor?: string | undefined;
  operation?: string | undefined;
  outcome?: string | undefined;
  resourceType?: string | undefined;
  /** Part of the resource's name. */
  resource?: string | undefined;
  environmentId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** A filter as the store is asked for it. */
export interface AuditConditions {
  projectId: string | null;
  /** Columns and the values that they may have; (project_id, column, seq) is an index of each. */
  columns: { name: Prisma.Sql; type: Prisma.Sql; values: string[] }[];
  /** Part of the resource's name. */
  word: string | null;
  from: Date | null;
  to: Date | null;
  /** Positions that the times leave: from `low` on, below `high`. */
  low: bigint;
  high: bigint;
}

/** Clocks of several machines: events carry their writer's time, in the order of the chain. */
const SKEW_MS = 5 * 60_000;

/** Reads what the words of a filter stand for: ids of actors, names of operations, positions of times. */
export async function conditionsOf(db: Db, filter: AuditFilter): Promise<AuditConditions> {
  const { projectId, actor, operation, outcome, resourceType, resource, environmentId } = filter;
  const from = filter.from ? new Date(filter.from) : null;
  const to = filter.to ? new Date(filter.to) : null;
  const [low, high, actorIds, operations, ends] = await Promise.all([
    from && firstAt(db, new Date(from.getTime() - SKEW_MS)),
    to && firstAt(db, new Date(to.getTime() + SKEW_MS)),
    actor ? actorsNamed(db, projectId, actor) : null,
    operation ? operationsNamed(db, projectId, operation) : null,
    endsOfTrail(db),
  ]);
  const columns: [Prisma.Sql, Prisma.Sql, string[] | null][] = [
    [Prisma.sql`actor_id`, Prisma.sql`text`, actorIds],
    [Prisma.sql`operation`, Prisma.sql`text`, operations],
    [Prisma.sql`outcome`, Prisma.sql`text`, outcome ? [outcome] : null],
    [Prisma.sql`resource_type`, Prisma.sql`text`, resourceType ? [resourceType] : null],
    [Prisma.sql`environment_id`, Prisma.sql`uuid`, environmentId ? [environmentId] : null],
  ];
  const after = ends.last + 1n;
  return {
    projectId,
    columns: columns.flatMap(([name, type, values]) => (values ? [{ name, type, values }] : [])),
    word: resource ? storableText(resource) : null,
    ...{ from, to, low: from ? (low ?? after) : ends.first, high: high ?? after },
  };
}

async function endsOfTrail(db: Db): Promise<{ first: bigint; last: bigint }> {
  const [ends] = await db.$queryRaw<{ first: bigint; last: bigint }[]>`
    SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last FROM audit_event`;
  return ends ?? { first: 0n, last: 0n };
}

async function firstAt(db: Db, at: Date): Promise<bigint | null> {
  const row = await db.auditEvent.findFirst({
    where: { at: { gte: at } },
    orderBy: { at: "asc" },
    select: { seq: true },
  });
  return row?.seq ?? null;
}

/** Names that begin so, of the operations that the trail holds: the index is asked for one name after the other. */
async function operationsNamed(db: Db, projectId: string | null, beginning: string): Promise<string[]> {
  const inProject = projectId ? Prisma.sql`project_id = ${projectId}::uuid` : Prisma.sql`true`;
  const rows = await db.$queryRaw<{ operation: string }[]>`
    WITH RECURSIVE known AS (
      (SELECT operation FROM audit_event WHERE ${inProject} ORDER BY operation LIMIT 1)
      UNION ALL
      SELECT (SELECT e.operation FROM audit_event e WHERE ${inProject} AND e.operation > known.operation
              ORDER BY e.operation LIMIT 1)
      FROM known WHERE known.operation IS NOT NULL)
    SELECT operation FROM known WHERE starts_with(operation, ${beginning})`;
  return rows.map((row) => row.operation);
}

/** Ids of the people and tokens whose e-mail, name or token name holds the text; the index is on ids. */
async function actorsNamed(db: Db, projectId: string | null, text: string): Promise<string[]> {
  const contains = { contains: text, mode: "insensitive" as const };
  const [users, tokens] = await Promise.all([
    db.user.findMany({
      where: { OR: [{ email: contains }, { name: contains }] },
      select: { id: true },
      take: 200,
    }),
    db.apiToken.findMany({
      where: { name: contains, ...(projectId ? { projectId } : {}) },
      select: { id: true },
      take: 200,
    }),
  ]);
  return [...users, ...tokens].map(({ id }) => id);
}
