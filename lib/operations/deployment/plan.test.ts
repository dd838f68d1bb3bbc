import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { migrationBench } from "../../testing/migrations";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { importMigrations } from "../migration/import";
import { planDeployment } from "./plan";

let store: TestDatabase;

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

describe("what a deployment would do", () => {
  it("leads to the latest version there is, not to that of a migration that comes late", async () => {
    const project = await testProject();
    const bench = await migrationBench();
    const targetId = await testTarget(project, "orders", "development", bench.database.spec);
    const applied = { "20240102000000_a.up.sql": "CREATE TABLE a (id int);" };
    const late = { "20240101000000_late.up.sql": "CREATE TABLE late (id int);" };
    await bench.up("orders", applied);
    const files = Object.entries({ ...applied, ...late }).map(([path, content]) => ({ path, content }));
    await execute(importMigrations, project.actors.developer, {
      ...{ project: project.slug, service: "orders", source: { kind: "files", files } },
    });

    const plan = await execute(planDeployment, project.actors.developer, { targetId, direction: "up" });

    await bench.close();
    expect(plan).toMatchObject({ fromVersion: "20240102000000", toVersion: "20240102000000" });
  });
});
