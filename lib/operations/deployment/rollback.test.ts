import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "./create";
import { getDeployment } from "./get";
import { retryDeployment } from "./retry";
import { rollbackDeployment } from "./rollback";
import { runDeployment } from "./run";

vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let database: TestDatabase;
let client: pg.Client;
let targetId: string;

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // The scratch copy has no rows, so that only the target finds out.
  await client.query("CREATE TABLE stock (pieces int); INSERT INTO stock VALUES (0)");
  targetId = await testTarget(project, "orders", "development", database.spec);
  const service = project.services.orders ?? "";
  await addMigration(
    service,
    "20260101000000_note",
    "ALTER TABLE stock ADD COLUMN note text;",
    "ALTER TABLE stock DROP COLUMN note;",
  );
  await addMigration(
    service,
    "20260102000000_check",
    "ALTER TABLE stock ADD CONSTRAINT not_empty CHECK (pieces > 0);",
    "ALTER TABLE stock DROP CONSTRAINT not_empty;",
  );
});
afterAll(async () => {
  await stop();
  await client.end();
  await database.drop();
});

async function run(deploymentId: string) {
  const { developer } = project.actors;
  const ready = await deploymentIn(developer, deploymentId, ["ready", "blocked"]);
  expect(ready.state, JSON.stringify(ready.problems)).toBe("ready");
  const confirm = ready.destroys;
  await execute(runDeployment, developer, { deploymentId, boundHash: ready.bound?.hash, confirm });
  return deploymentIn(developer, deploymentId, ["succeeded", "failed", "in_doubt"]);
}

describe("a deployment that stopped half way", () => {
  it("takes back what it applied, once", async () => {
    const { developer } = project.actors;
    const first = await execute(createDeployment, developer, { targetId });
    await expect(execute(rollbackDeployment, developer, { deploymentId: first.id })).rejects.toMatchObject({
      code: "deployment.nothing_applied",
    });
    const failed = await run(first.id);
    expect(failed.state).toBe("failed");
    expect(failed.actions.rollback).toMatchObject({ allowed: true, migrations: 1 });
    const back = await execute(rollbackDeployment, developer, { deploymentId: first.id });
    const undone = await run(back.id);
    expect(undone.state, JSON.stringify(undone.run?.failure)).toBe("succeeded");
    expect(undone.plan.map((one) => one.filename)).toEqual(["20260101000000_note"]);
    expect(undone.actions.rollback).toMatchObject({ allowed: false, reason: "state" });

    const after = await execute(getDeployment, developer, { deploymentId: first.id });
    expect(after.actions.rollback).toMatchObject({ allowed: false, reason: "state" });
    await expect(execute(rollbackDeployment, developer, { deploymentId: first.id })).rejects.toMatchObject({
      code: "deployment.nothing_applied",
    });
  });

  it("takes all of it back where it was tried again", async () => {
    const { developer } = project.actors;
    const second = await execute(createDeployment, developer, { targetId });
    expect((await run(second.id)).state).toBe("failed");
    await client.query("UPDATE stock SET pieces = 2");
    await execute(retryDeployment, developer, { deploymentId: second.id });
    const done = await run(second.id);
    expect(done.state, JSON.stringify(done.run?.failure)).toBe("succeeded");
    expect(done.plan.map((one) => one.filename)).toEqual(["20260102000000_check"]);
    expect(done.actions.rollback).toMatchObject({ allowed: true, migrations: 2 });
    const all = await execute(rollbackDeployment, developer, { deploymentId: second.id });
    const gone = await run(all.id);
    expect(gone.state, JSON.stringify(gone.run?.failure)).toBe("succeeded");
    expect(gone.plan.map((one) => one.filename)).toEqual(["20260102000000_check", "20260101000000_note"]);
  });
});
