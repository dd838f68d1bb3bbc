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

/** Targets whose ledger was read, in the environment that was asked for. */
function readTargets(filter: ListFilter): Prisma.Sql {
  return filter.environmentId
    ? Prisma.sql`t.synced_at IS NOT NULL AND t.environment_id = ${filter.environmentId}::uuid`
    : Prisma.sql`t.synced_at IS NOT NULL`;
}

/** A state of some target, from the mirror of its ledger, which every change of a migration brings up to date. */
function ofTargets({ state }: ListFilter): boolean {
  return state !== undefined && state !== "draft";
}

function textCondition({ text }: ListFilter, column: Prisma.Sql): Prisma.Sql {
  return text ? Prisma.sql`AND ${column} ILIKE ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}` : Prisma.empty;
}

function conditions(filter: ListFilter): Prisma.Sql {
  const draft = filter.state === "draft" ? Prisma.sql`AND m.draft` : Prisma.empty;
  const place =
    filter.environmentId && !ofTargets(filter)
      ? Prisma.sql`AND m.service_id IN (SELECT t.service_id FROM target t WHERE ${readTargets(filter)})`
      : Prisma.empty;
  return Prisma.sql`${textCondition(filter, Prisma.sql`m.filename`)} ${draft} ${place}`;
}

const columns = Prisma.sql`m.id, m.service_id AS "serviceId", m.filename, m.version, m.name, m.kind, m.draft, m.checksum,
  m.down IS NOT NULL AS "hasDown", m.updated_at AS "updatedAt", m.sort_key AS "sortKey"`;
const newestFirst = Prisma.sql`ORDER BY m.sort_key COLLATE "C" DESC, m.filename COLLATE "C" DESC`;

/** Up to so many migrations in a state are looked up by it; more are met soon enough on the way through all. */
const FEW = 500;

/**
 * The newest migrations that fit, per service, one row more than `limit` when there are more.
 * @param counts how many fit, of countMigrations
 */
export function queryMigrations(
  db: Db | Tx,
  filter: ListFilter,
  counts: ReadonlyMap<string, number>,
): Promise<ListedMigration[]> {
  const after = filter.after
    ? Prisma.sql`AND (m.sort_key COLLATE "C", m.filename COLLATE "C") < (${filter.after.sortKey}, ${filter.after.filename})`
    : Prisma.empty;
  const most = Math.max(0, ...filter.serviceIds.map((id) => counts.get(id) ?? 0));
  const inState = !ofTargets(filter)
    ? Prisma.empty
    : most > FEW
      ? Prisma.sql`AND EXISTS (SELECT FROM target t JOIN target_migration tm ON tm.target_id = t.id
          AND tm.filename = m.filename AND tm.state = ${filter.state} WHERE t.service_id = s.id AND ${readTargets(filter)})`
      : Prisma.sql`AND m.filename = ANY (ARRAY(SELECT tm.filename FROM target t JOIN target_migration tm
          ON tm.target_id = t.id AND tm.state = ${filter.state} ${textCondition(filter, Prisma.sql`tm.filename`)}
          WHERE t.service_id = s.id AND ${readTargets(filter)}))`;
  return db.$queryRaw<ListedMigration[]>`
    SELECT page.* FROM unnest(${filter.serviceIds}::uuid[]) AS s(id), LATERAL (
      SELECT ${columns} FROM migration m
      WHERE m.service_id = s.id ${after} ${conditions(filter)} ${inState}
      ${newestFirst} LIMIT ${filter.limit + 1}) AS page`;
}

/** How many migrations fit, per service. */
export async function countMigrations(db: Db | Tx, filter: ListFilter): Promise<Map<string, number>> {
  const rows = await (ofTargets(filter) ? countInState(db, filter) : countAll(db, filter));
  return new Map(rows.map((row) => [row.serviceId, row.count]));
}

type Counts = { serviceId: string; count: number }[];

function countAll(db: Db | Tx, filter: ListFilter): Promise<Counts> {
  return db.$queryRaw<Counts>`
    SELECT m.service_id AS "serviceId", count(*)::int AS count
    FROM migration m
    WHERE m.service_id = ANY(${filter.serviceIds}::uuid[]) ${conditions(filter)}
    GROUP BY 1`;
}

/** By the mirrors' index alone, but for states that a ledger may tell of migrations without a script. */
async function countInState(db: Db | Tx, filter: ListFilter): Promise<Counts> {
  const targets = await db.$queryRaw<{ id: string; serviceId: string }[]>`
    SELECT t.id, t.service_id AS "serviceId" FROM target t
    WHERE t.service_id = ANY(${filter.serviceIds}::uuid[]) AND ${readTargets(filter)}`;
  // What several targets of a service say counts once; telling names apart costs more than counting rows.
  const isShared = new Set(targets.map((one) => one.serviceId)).size < targets.length;
  const known =
    filter.state === "applied" || filter.state === "pending"
      ? Prisma.empty
      : Prisma.sql`AND EXISTS (SELECT FROM migration m WHERE m.service_id = t.service_id AND m.filename = tm.filename)`;
  return db.$queryRaw<Counts>`
    SELECT found.service_id AS "serviceId", count(*)::int AS count FROM (
      SELECT ${isShared ? Prisma.sql`DISTINCT t.service_id, tm.filename` : Prisma.sql`t.service_id`}
      FROM target t JOIN target_migration tm ON tm.target_id = t.id AND tm.state = ${filter.state}
      WHERE t.id = ANY(${targets.map((one) => one.id)}::uuid[])
        ${textCondition(filter, Prisma.sql`tm.filename`)} ${known}) AS found
    GROUP BY 1`;
}
