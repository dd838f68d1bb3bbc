import type { Db } from "../db/client";
import type { Prisma } from "../db/generated/client";

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

/** Clocks of several machines: events carry their writer's time, in the order of the chain. */
const SKEW_MS = 5 * 60_000;

/**
 * The filter as Prisma's condition. Times become ranges of seq first, so that every combination walks an index in
 * the order of seq.
 */
export async function whereOf(db: Db, filter: AuditFilter): Promise<Prisma.AuditEventWhereInput> {
  const { projectId, actor, operation, outcome, resourceType, resource, environmentId, from, to } = filter;
  const [low, high] = await Promise.all([
    from ? firstAt(db, new Date(new Date(from).getTime() - SKEW_MS)) : null,
    to ? firstAt(db, new Date(new Date(to).getTime() + SKEW_MS)) : null,
  ]);
  const actorIds = actor ? await actorsNamed(db, projectId, actor) : null;
  return {
    ...(projectId ? { projectId } : {}),
    ...(actorIds ? { actorId: { in: actorIds } } : {}),
    ...(operation ? { operation: { startsWith: operation } } : {}),
    ...(outcome ? { outcome } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(resource ? { resourceLabel: { contains: resource, mode: "insensitive" as const } } : {}),
    ...(environmentId ? { environmentId } : {}),
    ...(from || to
      ? { at: { ...(from ? { gte: new Date(from) } : {}), ...(to ? { lt: new Date(to) } : {}) } }
      : {}),
    ...(from || high
      ? { seq: { ...(from ? { gte: low ?? MAX_SEQ } : {}), ...(high ? { lt: high } : {}) } }
      : {}),
  };
}

const MAX_SEQ = 9_223_372_036_854_775_807n;

async function firstAt(db: Db, at: Date): Promise<bigint | null> {
  const row = await db.auditEvent.findFirst({
    where: { at: { gte: at } },
    orderBy: { at: "asc" },
    select: { seq: true },
  });
  return row?.seq ?? null;
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
