import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { recordBaseline } from "../../postgres/ledger/ledger";
import { execute as run } from "../../testing/command-line";
import { addMigration, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { planTarget } from "../deployment/plan-target";
import { createMigration } from "../migration/create";
import { findBaseline, orderedMigrations } from "./detect";
import { stampBaseline } from "./stamp";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let database: TestDatabase;

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  database = await testDatabase();
  const service = project.services.orders ?? "";
  await addMigration(service, "20260101000000_orders", "CREATE TABLE orders (id int PRIMARY KEY);");
  await addMigration(service, "20260102000000_note", "ALTER TABLE orders ADD COLUMN note text;");
  await addMigration(service, "20260103000000_later", "CREATE TABLE later (id int);");
  await run(database.url, "CREATE TABLE orders (id int PRIMARY KEY, note text)");
});
afterAll(async () => {
  await stop();
  await database.drop();
});

it("finds what a database already has, and records it for those who may", async () => {
  const targetId = await testTarget(project, "orders", "production", database.spec);
  const { viewer, developer, admin } = project.actors;
  await expect(execute(findBaseline, viewer, { targetId })).rejects.toMatchObject({ kind: "forbidden" });
  const found = await execute(findBaseline, developer, { targetId });
  expect(found).toMatchObject({
    upTo: "20260102000000_note",
    certainty: "exact",
    leftOver: [],
    recorded: [],
  });
  expect(found.evidence.map((one) => [one.proposed, one.present])).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ]);
  const migrations = found.evidence.filter((one) => one.proposed).map((one) => one.filename);
  const refused = execute(stampBaseline, developer, { targetId, migrations });
  await expect(refused).rejects.toMatchObject({ kind: "forbidden", details: { needed: "admin" } });
  const unknown = execute(stampBaseline, admin, { targetId, migrations: ["nothing"] });
  await expect(unknown).rejects.toMatchObject({ code: "baseline.unknown_migration" });
  expect(await execute(stampBaseline, admin, { targetId, migrations })).toEqual({ recorded: migrations });
  const plan = await planTarget(db(), { targetId, direction: "up" });
  expect(plan.planned.map((one) => one.filename)).toEqual(["20260103000000_later"]);
  expect((await auditRows("baseline.stamp")).map((row) => row.outcome)).toEqual([
    ...["denied", "intent", "failed", "intent", "ok"],
  ]);
});

it("takes the same scripts under another name of the service for recorded, and lets none of them run again", async () => {
  const renamed = await testDatabase();
  await run(renamed.url, "CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE later (id int)");
  const service = project.services.orders ?? "";
  const scripts = await orderedMigrations(db(), service, "orders", { drafts: false });
  const client = await openConnection(renamed.spec);
  const before = scripts.map((one) => ({ ...one, service: "default" }));
  await recordBaseline(client, before, { appliedBy: "me", runId: randomUUID() });
  await closeConnection(client);
  const targetId = await testTarget(project, "orders", "development", renamed.spec);
  const plan = await planTarget(db(), { targetId, direction: "up" });
  expect(plan.problems).toMatchObject([{ code: "other_service", service: "orders" }]);

  const found = await execute(findBaseline, project.actors.developer, { targetId });
  expect(found.otherLedgers).toMatchObject([{ tool: "dbmigrator", applied: 3 }]);
  expect(found.recorded).toEqual([]);
  const migrations = found.evidence.filter((one) => one.proposed).map((one) => one.filename);
  expect(migrations).toHaveLength(3);
  await execute(stampBaseline, project.actors.developer, { targetId, migrations });
  const after = await planTarget(db(), { targetId, direction: "up" });
  expect([after.problems, after.planned]).toEqual([[], []]);
  await renamed.drop();
});

it("looks for drafts when asked to, and a draft that is recorded is one no longer", async () => {
  const fresh = await testProject();
  const held = await testDatabase();
  await run(held.url, "CREATE TABLE customers (id int PRIMARY KEY)");
  const target = await testTarget(fresh, "orders", "development", held.spec);
  const { filename, id } = await execute(createMigration, fresh.actors.developer, {
    ...{ project: fresh.slug, service: "orders", name: "customers" },
    up: "CREATE TABLE customers (id int PRIMARY KEY);",
  });
  const without = execute(findBaseline, fresh.actors.developer, { targetId: target });
  await expect(without).rejects.toMatchObject({ code: "baseline.nothing" });
  const found = await execute(findBaseline, fresh.actors.developer, { targetId: target, drafts: true });
  expect(found).toMatchObject({ upTo: filename, certainty: "exact" });
  await execute(stampBaseline, fresh.actors.admin, { targetId: target, migrations: [filename] });
  expect(await db().migration.findUniqueOrThrow({ where: { id } })).toMatchObject({ draft: false });
  const plan = await planTarget(db(), { targetId: target, direction: "up" });
  expect([plan.problems, plan.planned, plan.otherDrafts]).toEqual([[], [], []]);
  await held.drop();
});
