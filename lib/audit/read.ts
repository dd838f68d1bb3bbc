import type { Db } from "../db/client";
import { type AuditEvent, Prisma } from "../db/generated/client";
import type { AuditConditions } from "./filter";

/** Where reading begins: with the latest event below `before`, or with the oldest above `after`. */
export type Place = { before: bigint | null } | { after: bigint };

export interface EventsRead {
  events: AuditEvent[];
  /** Events that were looked at when the search went no further; reading goes on from `stoppedAt`. */
  searched?: { count: number; stoppedAt: bigint };
}

/** Events of one number in the keys of `audit_search_keys`. */
const STRETCH = 16_384n;
/** Stretches that one query walks: a quarter of a million events, in some 10 ms. */
const AT_ONCE = 16n;
/** Queries of one search. */
const MOST = 80;

/**
 * Up to `limit` events that fit, in the order of the chain or against it. What one index tells (at most one column)
 * is read from it. Everything else is looked for stretch by stretch: what a query costs has a bound then, wherever in
 * the trail the events are that fit, and however few.
 */
export async function readEvents(
  db: Db,
  conditions: AuditConditions,
  place: Place,
  limit: number,
): Promise<EventsRead> {
  const isDown = "before" in place;
  const low = !isDown && place.after >= conditions.low ? place.after + 1n : conditions.low;
  const high =
    isDown && place.before !== null && place.before < conditions.high ? place.before : conditions.high;
  if (low >= high || conditions.columns.some(({ values }) => values.length === 0)) return { events: [] };
  const range: Range = { low, high, isDown, limit };
  const { columns, word, from, to } = conditions;
  const isDirect = word === null && columns.length + (from || to ? 1 : 0) <= 1;
  return isDirect
    ? { events: await readDirectly(db, conditions, range) }
    : searchStretches(db, conditions, range);
}

interface Range {
  /** From `low` on, below `high`. */
  low: bigint;
  high: bigint;
  isDown: boolean;
  limit: number;
}

const COLUMNS = Prisma.sql`e.seq, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_label AS "actorLabel",
  e.operation, e.outcome, e.project_id AS "projectId", e.environment_id AS "environmentId",
  e.resource_type AS "resourceType", e.resource_id AS "resourceId", e.resource_label AS "resourceLabel",
  e.run_id AS "runId", e.ip, e.user_agent AS "userAgent", e.details, e.previous_hash AS "previousHash", e.hash`;

/** The positions are found in the index alone, value by value; only then are rows read. */
function readDirectly(db: Db, conditions: AuditConditions, range: Range): Promise<AuditEvent[]> {
  const order = range.isDown ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const [column] = conditions.columns;
  const values = column
    ? Prisma.sql`unnest(${column.values}::${column.type}[])`
    : Prisma.sql`(VALUES (true))`;
  return db.$queryRaw<AuditEvent[]>`
    SELECT ${COLUMNS} FROM (
      SELECT one.seq FROM ${values} AS v(value), LATERAL (
        SELECT seq FROM audit_event
        WHERE seq >= ${range.low} AND seq < ${range.high} AND ${inProject(conditions)} AND ${inTime(conditions)}
          ${column ? Prisma.sql`AND ${column.name} = v.value` : Prisma.empty}
        ORDER BY seq ${order} LIMIT ${range.limit}) AS one
      ORDER BY one.seq ${order} LIMIT ${range.limit}) AS found JOIN audit_event e USING (seq)
    ORDER BY seq ${order}`;
}

async function searchStretches(db: Db, conditions: AuditConditions, range: Range): Promise<EventsRead> {
  const { isDown, limit } = range;
  const events: AuditEvent[] = [];
  let { low, high } = range;
  for (let turn = 0; turn < MOST; turn++) {
    const first = isDown ? (high - 1n) / STRETCH : low / STRETCH;
    const last = isDown ? first - AT_ONCE + 1n : first + AT_ONCE - 1n;
    const bounds = isDown
      ? { low: max(low, last * STRETCH), high }
      : { low, high: min(high, (last + 1n) * STRETCH) };
    const wanted = { ...bounds, isDown, limit: limit - events.length };
    events.push(...(await searchSome(db, conditions, wanted)));
    if (isDown) high = bounds.low;
    else low = bounds.high;
    if (events.length === limit || low >= high) return { events };
  }
  const count = Number(isDown ? range.high - high : low - range.low);
  return { events, searched: { count, stoppedAt: isDown ? high : low - 1n } };
}

/** The outer LIMIT ends the walk: a stretch is only looked at when those before it did not give enough. */
function searchSome(db: Db, conditions: AuditConditions, range: Range): Promise<AuditEvent[]> {
  const { word, columns } = conditions;
  const stretches = [range.low / STRETCH, (range.high - 1n) / STRETCH];
  const [first, last] = range.isDown ? stretches.reverse() : stretches;
  const holdsWord = word
    ? Prisma.sql`AND strpos(lower(resource_label), lower(${word})) > 0
        AND audit_search_keys(seq, resource_label) @@ audit_search_query(stretch.n, ${word})`
    : Prisma.empty;
  const inColumns = columns.map(
    ({ name, type, values }) => Prisma.sql`AND ${name} = ANY(${values}::${type}[])`,
  );
  return db.$queryRaw<AuditEvent[]>`
    SELECT ${COLUMNS} FROM generate_series(${first}::bigint, ${last}::bigint, ${range.isDown ? -1n : 1n}) AS stretch(n),
      LATERAL (
        SELECT * FROM audit_event
        WHERE seq >= greatest(${range.low}, stretch.n * ${STRETCH}) AND seq < least(${range.high}, (stretch.n + 1) * ${STRETCH})
          AND ${inProject(conditions)} AND ${inTime(conditions)} ${holdsWord} ${Prisma.join([Prisma.empty, ...inColumns], " ")}
        ORDER BY seq ${range.isDown ? Prisma.sql`DESC` : Prisma.sql`ASC`} LIMIT ${range.limit}) AS e
    LIMIT ${range.limit}`;
}

function inProject({ projectId }: AuditConditions): Prisma.Sql {
  return projectId ? Prisma.sql`project_id = ${projectId}::uuid` : Prisma.sql`true`;
}

function inTime({ from, to }: AuditConditions): Prisma.Sql {
  const since = from ? Prisma.sql`at >= ${from.toISOString()}::timestamptz` : Prisma.sql`true`;
  return to ? Prisma.sql`${since} AND at < ${to.toISOString()}::timestamptz` : since;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
