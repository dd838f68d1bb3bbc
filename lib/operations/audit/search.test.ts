import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { type TestProject, testProject } from "../../testing/project";
import { execute } from "../define";
import { listAudit } from "./list";

let store: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject();
  // Rows of a chain that nobody verifies here: more than one query looks at.
  await db().$executeRaw`
    INSERT INTO audit_event (seq, at, actor_kind, actor_label, operation, outcome, project_id, resource_type,
      resource_label, previous_hash, hash)
    SELECT n, now() - make_interval(secs => 20000 - n), 'user', 'Noor', 'migration.update', 'ok', ${project.projectId}::uuid,
      'migration', CASE WHEN n % 200 = 0 THEN 'orders_' ELSE 'other_' END || n, sha256(n::text::bytea), sha256((n + 1)::text::bytea)
    FROM generate_series(1, 12500) AS n`;
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

const search = (resource: string, before?: string) =>
  execute(listAudit, project.actors.admin, {
    slug: project.slug,
    resource,
    ...(before === undefined ? {} : { before }),
  });

it("a search for a part of a name finds events far back, page by page", async () => {
  const seen: string[] = [];
  let before: string | undefined;
  for (let page = 0; page < 3; page++) {
    const { events, next } = await search("ORDERS", before);
    seen.push(...events.map((one) => one.seq));
    if (next === null) break;
    before = next;
  }
  const wanted = Array.from({ length: 62 }, (_, index) => String(12400 - 200 * index));
  expect(seen).toEqual(wanted);
});

it("a search that finds nothing ends", async () => {
  expect(await search("nowhere")).toEqual({ events: [], next: null });
});
