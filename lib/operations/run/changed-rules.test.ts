import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { ensureLedger } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { approveDeployment } from "../deployment/approve";
import { createDeployment } from "../deployment/create";
import { runDeployment } from "../deployment/run";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
const databases: Record<string, TestDatabase> = {};
const targets: Record<string, string> = {};

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  for (const environment of ["development", "production"]) {
    const database = await testDatabase();
    databases[environment] = database;
    targets[environment] = await testTarget(project, "orders", environment, database.spec);
  }
  const service = project.services.orders ?? "";
  await addMigration(service, "20260101000000_orders", "CREATE TABLE orders (id int);", "DROP TABLE orders;");
});
afterAll(async () => {
  await stop();
  for (const database of Object.values(databases)) await database.drop();
});

/** Starts a deployment behind another runner, lets rules change while it waits, and says what became of it. */
async function changeWhileItWaits(environment: string, deploymentId: string, change: () => Promise<unknown>) {
  const { developer } = project.actors;
  const database = databases[environment];
  if (!database) throw new Error(`no database for ${environment}`);
  const other = await openConnection(database.spec);
  await ensureLedger(other);
  await acquireRunnerLock(other, 1000, () => undefined);
  // The ledger is there since the check: nothing but the rules may be another afterwards.
  const ready = await deploymentIn(developer, deploymentId, ["ready", "approved"]);
  await execute(runDeployment, developer, { deploymentId, boundHash: ready.bound?.hash });
  await deploymentIn(developer, deploymentId, ["running"]);
  await change();
  await closeConnection(other);
  const view = await deploymentIn(developer, deploymentId, [
    "awaiting_approval",
    "blocked",
    "succeeded",
    "failed",
  ]);
  const client = await openConnection(database.spec);
  const made = await client.query("SELECT to_regclass('orders')::text AS found");
  await closeConnection(client);
  return { state: view.state, found: made.rows[0]?.found };
}

it("a run does not start when its environment asks for an approval by then", async () => {
  const { id } = await execute(createDeployment, project.actors.developer, { targetId: targets.development });
  await deploymentIn(project.actors.developer, id, ["ready"]);
  const where = { id: project.environments.development ?? "" };
  const result = await changeWhileItWaits("development", id, () =>
    db().environment.update({ where, data: { policy: { approvals: 1 } } }),
  );
  expect(result).toEqual({ state: "awaiting_approval", found: null });
});

it("a run does not start when who approved it may approve no more", async () => {
  const { developer, approver } = project.actors;
  const { id: deploymentId } = await execute(createDeployment, developer, { targetId: targets.production });
  const waiting = await deploymentIn(developer, deploymentId, ["awaiting_approval"]);
  await execute(approveDeployment, approver, { deploymentId, boundHash: waiting.bound?.hash });
  const result = await changeWhileItWaits("production", deploymentId, () =>
    db().membership.updateMany({ where: { userId: approver.userId ?? "" }, data: { role: "viewer" } }),
  );
  expect(result).toEqual({ state: "awaiting_approval", found: null });
});
