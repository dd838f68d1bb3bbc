import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { type TestProject, testProject } from "../../testing/project";
import { execute } from "../define";
import { exportAudit } from "./export";
import { type AuditPage, type auditFilterFields, listAudit } from "./list";

let store: TestDatabase;
let project: TestProject;

/** Beyond two stretches of the search index, with the newest in a third. */
const EVENTS = 40_000;

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject();
  // Rows of a chain that nobody verifies here.
  await db().$executeRaw`
    INSERT INTO audit_event (seq, at, actor_kind, actor_label, operation, outcome, project_id, resource_type,
      resource_label, previous_hash, hash)
    SELECT n, timestamptz '2026-01-01 00:00:00+00' + make_interval(secs => n), 'user', 'Noor',
      CASE WHEN n <= 30 THEN 'member.remove' WHEN n <= 60 THEN 'member.add' WHEN n % 3 = 0 THEN 'migration.create' ELSE 'migration.update' END,
      CASE WHEN n % 10000 = 7 THEN 'denied' ELSE 'ok' END, ${project.projectId}::uuid, 'migration',
      CASE WHEN n % 200 = 0 THEN 'orders_' WHEN n = 11 THEN E'O''Brien \\\\:*& \u00f1_' WHEN n = 12 THEN 'a' ELSE 'other_' END || n,
      sha256(n::text::bytea), sha256((n + 1)::text::bytea)
    FROM generate_series(1, ${EVENTS}::int) AS n`;
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

type Filter = { [name in keyof typeof auditFilterFields]?: string };
const list = (filter: Filter, before?: string): Promise<AuditPage> =>
  execute(listAudit, project.actors.admin, {
    slug: project.slug,
    ...(filter as object),
    ...(before === undefined ? {} : { before }),
  });

/** Positions of all events that fit, page by page. */
async function everyPage(filter: Filter): Promise<number[]> {
  const seen: number[] = [];
  for (let before: string | undefined; ; ) {
    const { events, next } = await list(filter, before);
    seen.push(...events.map((one) => Number(one.seq)));
    if (next === null) return seen;
    before = next;
  }
}

/** The same, by looking at every event. */
async function scan(condition: string): Promise<number[]> {
  const rows = await db().$queryRawUnsafe<{ seq: bigint }[]>(
    `SELECT seq FROM audit_event WHERE project_id = '${project.projectId}' AND seq <= ${EVENTS} AND ${condition} ORDER BY seq DESC`,
  );
  return rows.map((row) => Number(row.seq));
}

describe("every filter finds what a look at each event finds, page by page", () => {
  it.each<[Filter, string]>([
    [{ resource: "ORDERS" }, "resource_label LIKE 'orders%'"],
    [{ resource: "orders_39800" }, "seq = 39800"],
    [{ resource: "_399" }, "strpos(resource_label, '_399') > 0"],
    [{ resource: "o'brien \\:*& \u00f1" }, "seq = 11"],
    [{ resource: "a1" }, "seq = 12"],
    [{ resource: "\u00f1" }, "seq = 11"],
    [{ resource: "other%" }, "false"],
    [{ resource: "nowhere" }, "false"],
    [{ resource: "\u0000" }, "false"],
    [{ operation: "member." }, "seq <= 60"],
    [{ operation: "member.remove" }, "seq <= 30"],
    [{ operation: "member.nothing" }, "false"],
    [{ outcome: "denied" }, "outcome = 'denied'"],
    [{ outcome: "failed" }, "false"],
    [{ outcome: "denied", operation: "migration." }, "outcome = 'denied' AND seq > 60"],
    [{ outcome: "denied", resource: "other" }, "outcome = 'denied'"],
    [
      { outcome: "ok", operation: "member.add", resource: "other_5" },
      "seq IN (5, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59) AND seq > 30",
    ],
    [{ from: "2026-01-01T01:00:00Z", to: "2026-01-01T01:02:00Z" }, "seq >= 3600 AND seq < 3720"],
    [
      { from: "2026-01-01T01:00:00Z", to: "2026-01-01T06:00:00Z", outcome: "denied" },
      "seq >= 3600 AND seq < 21600 AND outcome = 'denied'",
    ],
    [{ to: "2026-01-01T00:00:10Z", resource: "other" }, "seq < 10"],
    [{ from: "2027-01-01T00:00:00Z", resource: "other" }, "false"],
  ])("%j", async (filter, condition) => {
    expect(await everyPage(filter)).toEqual(await scan(condition));
  });
});

it("an export holds what a search finds, the oldest first", async () => {
  const file = await execute(exportAudit, project.actors.admin, {
    slug: project.slug,
    format: "json",
    resource: "orders",
  });
  let text = "";
  for await (const chunk of file.chunks) text += chunk;
  const positions = (JSON.parse(text) as { seq: string }[]).map((one) => Number(one.seq));
  expect(positions).toEqual((await scan("resource_label LIKE 'orders%'")).reverse());
});

it("a search reads few events by the store's index, wherever they are", async () => {
  await db().$executeRaw`ANALYZE audit_event`;
  const plan = await db().$queryRaw<{ "QUERY PLAN": string }[]>`
    EXPLAIN SELECT seq FROM audit_event
    WHERE audit_search_keys(seq, resource_label) @@ audit_search_query(1, 'orders_200')`;
  expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("audit_event_search_idx");
});
