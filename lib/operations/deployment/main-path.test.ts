import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { readLedger } from "../../postgres/ledger/ledger";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testPerson, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { getRunLog } from "../run/get";
import { approveDeployment } from "./approve";
import { createDeployment } from "./create";
import { promoteDeployment } from "./promote";
import { rollbackDeployment } from "./rollback";
import { runDeployment } from "./run";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let development: TestDatabase;
let production: TestDatabase;
let targets: { development: string; production: string };

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  [development, production] = await Promise.all([testDatabase(), testDatabase()]);
  targets = {
    development: await testTarget(project, "orders", "development", development.spec),
    production: await testTarget(project, "orders", "production", production.spec),
  };
  const service = project.services.orders ?? "";
  await addMigration(
    service,
    "20260101000000_orders",
    "CREATE TABLE orders (id int PRIMARY KEY, total numeric, legacy text);",
    "DROP TABLE orders;",
  );
  await addMigration(
    service,
    "20260102000000_notes",
    "ALTER TABLE orders ADD COLUMN note text;",
    "ALTER TABLE orders DROP COLUMN note;",
  );
});
afterAll(async () => {
  await stop();
  await Promise.all([development.drop(), production.drop()]);
});

async function query(database: TestDatabase, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

async function ledgerOf(database: TestDatabase) {
  const client = await openConnection(database.spec);
  try {
    return (await readLedger(client)).map((row) => [row.filename, row.status, row.appliedBy]);
  } finally {
    await closeConnection(client);
  }
}

const columns = (database: TestDatabase) =>
  query(
    database,
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY 1",
  ).then((rows) => rows.map((row) => row.column_name));

describe("from a new deployment to the rollback", () => {
  let firstId: string;
  let productionId: string;

  it("checks a deployment to an open environment and runs it without approval", async () => {
    const { developer } = project.actors;
    const made = await execute(createDeployment, developer, { targetId: targets.development });
    firstId = made.id;
    const ready = await deploymentIn(developer, made.id, ["ready", "blocked"]);
    expect(ready.state, JSON.stringify(ready.problems)).toBe("ready");
    expect(ready.plan.map((one) => one.filename)).toEqual(["20260101000000_orders", "20260102000000_notes"]);
    expect(ready.rollback?.proven).toBe(true);
    expect(ready.schemaChange?.after).toContain("CREATE TABLE public.orders");
    expect(ready.statements.flatMap((group) => group.statements).every((one) => one.tried)).toBe(true);
    expect(ready.next).toMatchObject({ kind: "run", action: { allowed: true } });

    await execute(runDeployment, developer, { deploymentId: made.id, boundHash: ready.bound?.hash });
    const done = await deploymentIn(developer, made.id, ["succeeded", "failed", "in_doubt"]);
    expect(done.state, JSON.stringify(done.run)).toBe("succeeded");
    expect(await ledgerOf(development)).toEqual([
      ["20260101000000_orders", "applied", developer.label],
      ["20260102000000_notes", "applied", developer.label],
    ]);
    expect(await columns(development)).toEqual(["id", "legacy", "note", "total"]);
    expect(done.run?.steps.map((step) => step.state)).toEqual(["done", "done"]);
    expect(done.run?.comparison).toMatchObject({ schema: "same", error: null });
    expect(done.path.map((step) => step.state)).toEqual(["done", "skipped", "done", "done"]);
    const log = await execute(getRunLog, developer, { runId: done.run?.id });
    expect(log.rows.map((line) => line.code)).toEqual(
      expect.arrayContaining(["run_started", "migration_recorded", "run_succeeded"]),
    );
  });

  it("mirrors the ledger after the run", async () => {
    await expect
      .poll(() => db().target.findUniqueOrThrow({ where: { id: targets.development } }), { timeout: 30_000 })
      .toMatchObject({ currentVersion: "20260102000000", appliedCount: 2, pendingCount: 0 });
  });

  it("promotes what succeeded and asks another person in the protected environment", async () => {
    const { developer, approver, viewer } = project.actors;
    const made = await execute(promoteDeployment, developer, { deploymentId: firstId });
    productionId = made.id;
    const waiting = await deploymentIn(developer, made.id, [
      "awaiting_approval",
      "blocked",
      "ready",
      "approved",
    ]);
    expect(waiting.state, JSON.stringify(waiting.problems)).toBe("awaiting_approval");
    expect(waiting.promotedFrom).toMatchObject({ number: 1 });
    expect(waiting.approvals).toMatchObject({ given: 0, needed: 1, basis: "protected" });
    expect(waiting.approvals.candidates.map((one) => one.label)).toEqual([
      project.actors.admin.label,
      approver.label,
    ]);
    expect(waiting.next).toMatchObject({ kind: "wait_approval", action: { allowed: false } });
    const boundHash = waiting.bound?.hash;

    await expect(
      execute(runDeployment, developer, { deploymentId: made.id, boundHash }),
    ).rejects.toMatchObject({ code: "deployment.approvals" });
    await expect(
      execute(approveDeployment, viewer, { deploymentId: made.id, boundHash }),
    ).rejects.toMatchObject({ kind: "forbidden" });
    await expect(
      execute(approveDeployment, approver, { deploymentId: made.id, boundHash: "0".repeat(64) }),
    ).rejects.toMatchObject({
      code: "deployment.stale",
    });
    await execute(approveDeployment, approver, {
      deploymentId: made.id,
      boundHash,
      comment: "Looked at it.",
    });
    await expect(
      execute(approveDeployment, approver, { deploymentId: made.id, boundHash }),
    ).rejects.toMatchObject({ kind: "conflict" });

    const approved = await deploymentIn(developer, made.id, ["approved"]);
    expect(approved.conversation).toMatchObject([{ kind: "approved", body: "Looked at it.", current: true }]);
    await execute(runDeployment, developer, { deploymentId: made.id, boundHash });
    expect((await deploymentIn(developer, made.id, ["succeeded", "failed", "in_doubt"])).state).toBe(
      "succeeded",
    );
    expect(await columns(production)).toEqual(["id", "legacy", "note", "total"]);
  });

  it("rolls back in production only for an admin with a reason, with approvals, and with names typed", async () => {
    const { developer, approver, admin } = project.actors;
    await expect(
      execute(rollbackDeployment, developer, { deploymentId: productionId, reason: "broken" }),
    ).rejects.toMatchObject({ code: "access.role_needed" });
    await expect(execute(rollbackDeployment, admin, { deploymentId: productionId })).rejects.toMatchObject({
      code: "deployment.reason",
    });
    const made = await execute(rollbackDeployment, admin, {
      deploymentId: productionId,
      reason: "The release is broken.",
    });
    const waiting = await deploymentIn(admin, made.id, ["awaiting_approval", "blocked"]);
    expect(waiting.state, JSON.stringify(waiting.problems)).toBe("awaiting_approval");
    expect(waiting.plan.map((one) => [one.filename, one.direction])).toEqual([
      ["20260102000000_notes", "down"],
      ["20260101000000_orders", "down"],
    ]);
    expect(waiting.approvals).toMatchObject({ needed: 2, basis: "destructive" });
    expect(waiting.destroys.length).toBeGreaterThan(0);
    const boundHash = waiting.bound?.hash;
    const second = await testPerson("second-approver");
    await db().membership.create({
      data: { userId: second.userId ?? "", projectId: project.projectId, role: "approver" },
    });
    await execute(approveDeployment, approver, { deploymentId: made.id, boundHash });
    await execute(approveDeployment, second, { deploymentId: made.id, boundHash });
    const approved = await deploymentIn(admin, made.id, ["approved"]);
    const confirm = approved.destroys;
    await expect(
      execute(runDeployment, admin, { deploymentId: made.id, boundHash, confirm: confirm.slice(1) }),
    ).rejects.toMatchObject({
      code: "deployment.confirm",
    });
    await expect(
      execute(runDeployment, developer, { deploymentId: made.id, boundHash, confirm }),
    ).rejects.toMatchObject({ kind: "forbidden" });
    await execute(runDeployment, admin, { deploymentId: made.id, boundHash, confirm });
    const done = await deploymentIn(admin, made.id, ["succeeded", "failed", "in_doubt"]);
    expect(done.state, JSON.stringify(done.run?.failure)).toBe("succeeded");
    expect(await columns(production)).toEqual([]);
    expect(await ledgerOf(production)).toEqual([
      ["20260102000000_notes", "reverted", admin.label],
      ["20260101000000_orders", "reverted", admin.label],
    ]);
  });

  it("leaves an event for every step and for every refusal", async () => {
    const runs = await auditRows("run.execute");
    expect(runs.map((row) => row.outcome)).toEqual(["intent", "ok", "intent", "ok", "intent", "ok"]);
    expect(runs[0]?.runId).toBe(runs[1]?.runId);
    const approvals = await auditRows("deployment.approve");
    expect(approvals.map((row) => row.outcome)).toEqual(["denied", "failed", "ok", "failed", "ok", "ok"]);
    const rollbacks = await auditRows("deployment.rollback");
    expect(rollbacks.map((row) => row.outcome)).toEqual(["denied", "failed", "ok"]);
    expect(rollbacks[2]?.details).toMatchObject({ reason: "The release is broken." });
  });
});
