import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { setEnv } from "../../env";
import { metadataDatabase, type TestDatabase, testDatabase, testServer } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { readCompletion } from "./completion";
import { createMigration } from "./create";
import { tryMigration } from "./try";
import { updateMigration } from "./update";

let store: TestDatabase;
let target: TestDatabase;
let project: TestProject;
let targetId: string;
let direct: pg.Client;

beforeAll(async () => {
  [store, target] = await Promise.all([metadataDatabase(), testDatabase()]);
  setEnv({ DBMIGRATOR_SHADOW_URL: (await testServer()).url });
  project = await testProject();
  targetId = await testTarget(project, "orders", "production", target.spec);
  direct = new pg.Client({ connectionString: target.url });
  await direct.connect();
  await direct.query("CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1, 'a')");
});
afterAll(async () => {
  await direct.end();
  await db().$disconnect();
  await Promise.all([store.drop(), target.drop()]);
});

function create(name: string, up: string, down: string | null = null) {
  const input = { project: project.slug, service: "orders", name, up, down };
  return execute(createMigration, project.actors.developer, input);
}

describe("a try", () => {
  it("runs the text of the editor on a copy and leaves the target as it is", async () => {
    const { id } = await create("add", "");
    const phases: string[] = [];
    const text = { up: "ALTER TABLE item ADD COLUMN note text;", down: "ALTER TABLE item DROP COLUMN note;" };
    const tried = await execute(
      tryMigration,
      project.actors.developer,
      { id, targetId, ...text },
      {
        onProgress: (progress) => phases.push((JSON.parse(progress) as { phase: string }).phase),
      },
    );
    expect(tried.dryRun.ok).toBe(true);
    expect(tried.dryRun.statements[0]?.locks).toContainEqual(
      expect.objectContaining({ mode: "ACCESS EXCLUSIVE" }),
    );
    expect(tried.dryRun.schemaAfter).toContain("note text");
    expect(tried.dryRun.rollback).toMatchObject({ proven: true, reason: "proven" });
    expect(phases).toEqual(expect.arrayContaining(["plan", "copy", "try", "rollback"]));
    const columns = await direct.query("SELECT 1 FROM information_schema.columns WHERE column_name = 'note'");
    expect(columns.rowCount).toBe(0);
    const rows = (await auditRows("migration.try")).slice(-2);
    expect(rows.map((row) => row.outcome)).toEqual(["intent", "ok"]);
  });

  it("runs what is pending before it, and leaves other drafts out", async () => {
    const first = await create("first", "CREATE TABLE parent (id int PRIMARY KEY);");
    await db().migration.update({ where: { id: first.id }, data: { draft: false } });
    await create("somebodys_draft", "SELECT 1/0;");
    const second = await create("second", "CREATE TABLE child (id int REFERENCES parent);");
    const tried = await execute(tryMigration, project.actors.developer, { id: second.id, targetId });
    expect(tried.before).toEqual([first.filename]);
    expect(tried.failure).toBeNull();
    await db().migration.update({ where: { id: first.id }, data: { draft: true } });
  });

  it("tells PostgreSQL's own words about what fails", async () => {
    const { id } = await create("fails", "SELECT 1;\nALTER TABLE item DROP COLUMN nothing;");
    const tried = await execute(tryMigration, project.actors.developer, { id, targetId });
    expect(tried.failure).toMatchObject({ sqlState: "42703", line: 2 });
  });

  it("refuses viewers, strangers, and migrations of another project", async () => {
    const other = await testProject();
    const foreign = await execute(createMigration, other.actors.developer, {
      project: other.slug,
      service: "orders",
      name: "x",
    });
    const { id } = await create("mine", "SELECT 1;");
    await expect(execute(tryMigration, project.actors.viewer, { id, targetId })).rejects.toMatchObject({
      status: 403,
    });
    await expect(execute(tryMigration, project.stranger, { id, targetId })).rejects.toMatchObject({
      status: 404,
    });
    await expect(
      execute(tryMigration, project.actors.admin, { id: foreign.id, targetId }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it("stops when it is cancelled and leaves no copy behind", async () => {
    const { id } = await create("slow", "SELECT pg_sleep(30);");
    const cancel = new AbortController();
    const running = execute(
      tryMigration,
      project.actors.developer,
      { id, targetId },
      {
        signal: cancel.signal,
        onProgress: (progress) => progress.includes('"try"') && setTimeout(() => cancel.abort(), 200),
      },
    );
    await expect(running).rejects.toBeDefined();
    const left = await direct.query(
      "SELECT datname FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()",
    );
    expect(left.rowCount).toBe(0);
  });
});

it("completes with the names of the target, for everybody who may see it", async () => {
  const names = await execute(readCompletion, project.actors.viewer, { targetId });
  const table = names.flatMap((one) => one.tables).find((one) => one.name === "item");
  expect(table?.columns).toEqual([
    { name: "id", type: "integer" },
    { name: "name", type: "text" },
  ]);
  await expect(execute(readCompletion, project.stranger, { targetId })).rejects.toMatchObject({
    status: 404,
  });
});

it("keeps the revision of a migration that is only tried", async () => {
  const { id } = await create("kept", "SELECT 1;");
  await execute(tryMigration, project.actors.developer, { id, targetId, up: "SELECT 2;" });
  const saved = await execute(updateMigration, project.actors.developer, {
    id,
    revision: 1,
    up: "SELECT 3;",
    down: null,
  });
  expect(saved.revision).toBe(2);
});
