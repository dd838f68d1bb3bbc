import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { runSql } from "../../testing/backups";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "./create";
import { planDeployment } from "./plan";
import { runDeployment } from "./run";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  target = await testDatabase();
  await runSql(
    target.spec,
    "CREATE TABLE orders (id int PRIMARY KEY, code varchar(20), note text); INSERT INTO orders VALUES (1, 'a', 'b')",
  );
  targetId = await testTarget(project, "orders", "development", target.spec);
  const service = project.services.orders ?? "";
  await addMigration(service, "20260101000000_wider", "ALTER TABLE orders ALTER code TYPE varchar(40);");
  await addMigration(
    service,
    "20260102000000_there",
    "CREATE TABLE IF NOT EXISTS orders (id int); ALTER TABLE orders DROP COLUMN note;",
  );
  await addMigration(service, "20260103000000_new", "CREATE TABLE fresh (id int, a int, b int);");
  await addMigration(
    service,
    "20260104000000_of_the_new",
    "CREATE INDEX ON fresh (a); ALTER TABLE fresh DROP COLUMN b; ALTER TABLE fresh ALTER a TYPE bigint;",
  );
});
afterAll(async () => {
  await stop();
  await target.drop();
});

it("are told by what the target has, and by what the migrations before make", async () => {
  const { developer } = project.actors;
  const { id } = await execute(createDeployment, developer, { targetId });
  const { findings, destroys } = await deploymentIn(developer, id, ["ready"]);
  expect(findings.map(({ code, file }) => [code, file])).toEqual([["drop-column", "20260102000000_there"]]);
  expect(destroys).toEqual(["orders.note"]);
});

it("come with the word where a migration runs after one of a later version", async () => {
  const { developer } = project.actors;
  const service = project.services.orders ?? "";
  const { id } = await db().deployment.findFirstOrThrow({ where: { targetId } });
  const { bound, destroys } = await deploymentIn(developer, id, ["ready"]);
  await execute(runDeployment, developer, { deploymentId: id, boundHash: bound?.hash, confirm: destroys });
  await deploymentIn(developer, id, ["succeeded"]);
  await addMigration(service, "20260101120000_late", "CREATE TABLE late (id int);");
  await addMigration(service, "20260105000000_last", "CREATE TABLE last (id int);");
  const { migrations } = await execute(planDeployment, developer, { targetId });
  expect(migrations.map(({ filename, after }) => [filename, after])).toEqual([
    ["20260101120000_late", "20260104000000"],
    ["20260105000000_last", undefined],
  ]);
});
