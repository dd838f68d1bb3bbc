import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { migrationBench } from "../../testing/migrations";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "../deployment/create";
import { createMigration } from "../migration/create";
import { deleteMigration } from "../migration/delete";
import { importMigrations } from "../migration/import";
import { updateMigration } from "../migration/update";
import { targetStatus } from "./status";
import { syncTarget } from "./sync";

let store: TestDatabase;

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

const APPLIED = { "20240101000000_a.up.sql": "CREATE TABLE a (id int);" };

/** A target that has one migration of its project, and a reading of its ledger. */
async function readProject() {
  const project = await testProject();
  const bench = await migrationBench();
  const targetId = await testTarget(project, "orders", "development", bench.database.spec);
  await importFiles(project, APPLIED);
  await bench.up("orders", APPLIED);
  await execute(syncTarget, project.actors.viewer, { targetId });
  return { project, bench, targetId };
}

function importFiles(project: TestProject, texts: Record<string, string>, more: object = {}) {
  const files = Object.entries(texts).map(([path, content]) => ({ path, content }));
  const source = { kind: "files", files };
  return execute(importMigrations, project.actors.developer, {
    ...{ project: project.slug, service: "orders", source },
    ...more,
  });
}

const stateOf = async (project: TestProject) => {
  const { targets } = await execute(targetStatus, project.actors.viewer, { project: project.slug });
  return targets[0];
};

describe("what a target is known to have", () => {
  it("follows an import at once, without the target being asked", async () => {
    const { project, bench, targetId } = await readProject();
    await bench.close();
    await importFiles(project, {
      "20240101000001_b.up.sql": "SELECT 1;",
      "20230101000000_late.up.sql": "SELECT 1;",
    });
    const state = await stateOf(project);
    expect(state?.counts).toMatchObject({ applied: 1, pending: 2, problems: 1 });
    expect(state?.migrations.map((one) => [one.filename, one.state])).toEqual([
      ["20230101000000_late", "out_of_order"],
      ["20240101000000_a", "applied"],
      ["20240101000001_b", "pending"],
    ]);
    expect(await db().targetMigration.count({ where: { targetId, state: "pending" } })).toBe(1);
  });

  it("follows an edit of an applied script and the removal of a pending one", async () => {
    const { project, bench } = await readProject();
    await importFiles(project, { "20240101000001_b.up.sql": "SELECT 1;" });
    const rows = await db().migration.findMany({ where: { serviceId: project.services.orders ?? "" } });
    const [a, b] = ["20240101000000_a", "20240101000001_b"].map((name) =>
      rows.find((r) => r.filename === name),
    );
    const edit = {
      id: a?.id,
      revision: 1,
      up: "CREATE TABLE a (id bigint);",
      down: null,
      confirmApplied: true,
    };
    await execute(updateMigration, project.actors.developer, edit);
    await execute(deleteMigration, project.actors.developer, { id: b?.id });
    expect((await stateOf(project))?.counts).toMatchObject({ applied: 0, pending: 0, problems: 1 });
    await bench.close();
  });

  it("counts a draft from the moment in which a deployment takes it", async () => {
    const { project, bench, targetId } = await readProject();
    const draft = { project: project.slug, service: "orders", name: "c", up: "SELECT 1;" };
    const { filename } = await execute(createMigration, project.actors.developer, draft);
    expect((await stateOf(project))?.counts.pending).toBe(0);
    await execute(createDeployment, project.actors.developer, { targetId, drafts: [filename] });
    expect((await stateOf(project))?.counts.pending).toBe(1);
    await bench.close();
  });

  it("is not guessed of a target that was never read", async () => {
    const project = await testProject();
    const spec = { host: "127.0.0.1", port: 1, database: "d", user: "u", tls: "disable" } as const;
    await testTarget(project, "orders", "development", spec as never);
    await importFiles(project, APPLIED);
    expect(await stateOf(project)).toMatchObject({ syncedAt: null, counts: { pending: 0 } });
  });
});
