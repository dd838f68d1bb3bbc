import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { ensureLedger } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "./create";
import { rollbackDeployment } from "./rollback";
import { runDeployment } from "./run";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

const FILE = "20260101000000_orders";
let stop: () => Promise<void>;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  target = await testDatabase();
  targetId = await testTarget(project, "orders", "development", target.spec);
  await addMigration(
    project.services.orders ?? "",
    FILE,
    "CREATE TABLE orders (id int);",
    "DROP TABLE orders;",
  );
});
afterAll(async () => {
  await stop();
  await target.drop();
});

async function tables(): Promise<string[]> {
  const client = await openConnection(target.spec);
  try {
    const sql = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    return (await client.query<{ relname: string }>(sql)).rows.map((row) => row.relname);
  } finally {
    await closeConnection(client);
  }
}

describe("a script that is not the one that was checked", () => {
  it("does not run when its text was replaced behind its checksum", async () => {
    const { developer } = project.actors;
    const { id } = await execute(createDeployment, developer, { targetId });
    const ready = await deploymentIn(developer, id, ["ready"]);
    await db()
      .$executeRaw`UPDATE migration SET up = 'CREATE TABLE planted (id int);' WHERE filename = ${FILE}`;
    const started = execute(runDeployment, developer, { deploymentId: id, boundHash: ready.bound?.hash });
    await expect(started).rejects.toMatchObject({ code: "deployment.stale" });
    await db()
      .$executeRaw`UPDATE migration SET up = 'CREATE TABLE orders (id int);' WHERE filename = ${FILE}`;
    await execute(runDeployment, developer, { deploymentId: id, boundHash: ready.bound?.hash });
    await deploymentIn(developer, id, ["succeeded"]);
    expect(await tables()).toEqual(["orders"]);
  });

  it("does not run when its way back is replaced while the run waits for another runner", async () => {
    const { admin } = project.actors;
    const { id } = await execute(rollbackDeployment, admin, { targetId, steps: 1, reason: "a try" });
    const ready = await deploymentIn(admin, id, ["ready"]);
    const other = await openConnection(target.spec);
    await ensureLedger(other);
    await acquireRunnerLock(other, 1000, () => undefined);
    const confirm = ready.destroys;
    await execute(runDeployment, admin, { deploymentId: id, boundHash: ready.bound?.hash, confirm });
    await deploymentIn(admin, id, ["running"]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await db()
      .$executeRaw`UPDATE migration SET down = 'DROP TABLE orders; CREATE TABLE planted (id int);' WHERE filename = ${FILE}`;
    await closeConnection(other);
    await deploymentIn(admin, id, ["checking", "ready", "blocked", "succeeded", "failed"]);
    expect(await tables()).toEqual(["orders"]);
  });
});
