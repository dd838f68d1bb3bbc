import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";

export interface ListFilter {
  projectId: string;
  serviceIds: string[];
  environmentId?: string | undefined;
  state?: string | undefined;
  text?: string | undefined;
  after?: { sortKey: string; filename: string } | undefined;
  /** Rows per service. */
  limit: number;
}

export interface ListedMigration {
  id: string;
  serviceId: string;
  filename: string;
  version: string;
  name: string;
  kind: string;
  draft: boolean;
  hasDown: boolean;
  checksum: string;
  updatedAt: Date;
  sortKey: string;
}

/**
 * Where the mirror says `state`, brought up to date as `effectiveState` does: what the mirror does not know is
 * pending or late, what was edited since is changed.
 */
function stateCondition(filter: ListFilter): Prisma.Sql {
  if (filter.state === "draft") return Prisma.sql`AND m.draft`;
  if (!filter.state && !filter.environmentId) return Prisma.empty;
  const environment = filter.environmentId
    ? Prisma.sql`AND t.environment_id = ${filter.environmentId}::uuid`
    : Prisma.empty;
  const state = filter.state ? Prisma.sql`AND ${effective} = ${filter.state} AND NOT m.draft` : Prisma.empty;
  return Prisma.sql`AND EXISTS (
    SELECT FROM target t
      LEFT JOIN target_migration tm ON tm.target_id = t.id AND tm.filename = m.filename
    WHERE t.service_id = m.service_id AND t.synced_at IS NOT NULL ${environment} ${state})`;
}

const effective = Prisma.sql`CASE
  WHEN tm.state IN ('applied', 'changed', 'missing') THEN
    CASE WHEN tm.checksum IS NULL OR tm.checksum = m.checksum THEN 'applied'
         WHEN m.kind = 'repeatable' THEN 'pending' ELSE 'changed' END
  WHEN tm.state IS NOT NULL THEN tm.state
  ELSE 'pending' END`;

function conditions(filter: ListFilter): Prisma.Sql {
  const text = filter.text
    ? Prisma.sql`AND m.filename ILIKE ${`%${filter.text.replace(/[\\%_]/g, "\\$&")}%`}`
    : Prisma.empty;
  return Prisma.sql`${text} ${stateCondition(filter)}`;
}

/** The newest migrations that fit, per service, one row more than `limit` when there are more. */
export function queryMigrations(db: Db | Tx, filter: ListFilter): Promise<ListedMigration[]> {
  const after = filter.after
    ? Prisma.sql`AND (m.sort_key COLLATE "C", m.filename COLLATE "C") < (${filter.after.sortKey}, ${filter.after.filename})`
    : Prisma.empty;
  return db.$queryRaw<ListedMigration[]>`
    SELECT page.* FROM unnest(${filter.serviceIds}::uuid[]) AS s(id), LATERAL (
      SELECT m.id, m.service_id AS "serviceId", m.filename, m.version, m.name, m.kind, m.draft, m.checksum,
             m.down IS NOT NULL AS "hasDown", m.updated_at AS "updatedAt", m.sort_key AS "sortKey"
      FROM migration m
      WHERE m.service_id = s.id ${after} ${conditions(filter)}
      ORDER BY m.sort_key COLLATE "C" DESC, m.filename COLLATE "C" DESC
      LIMIT ${filter.limit + 1}) AS page`;
}

/** How many migrations fit, per service. */
export async function countMigrations(db: Db | Tx, filter: ListFilter): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ serviceId: string; count: number }[]>`
    SELECT m.service_id AS "serviceId", count(*)::int AS count
    FROM migration m
    WHERE m.service_id = ANY(${filter.serviceIds}::uuid[]) ${conditions(filter)}
    GROUP BY 1`;
  return new Map(rows.map((row) => [row.serviceId, row.count]));
}
