import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackupPolicy } from "../../core/policy/backup-policy";
import { db } from "../../db/client";
import { backupFolder } from "../../testing/backup-records";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "../deployment/create";
import { runDeployment } from "../deployment/run";

let folder: Awaited<ReturnType<typeof backupFolder>>;
let stop: () => Promise<void>;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

beforeAll(async () => {
  folder = await backupFolder();
  stop = await startTestWorker();
}, 120_000);
afterAll(async () => {
  await stop();
  await folder.remove();
});
beforeEach(async () => {
  project = await testProject();
  target = await testDatabase();
  targetId = await testTarget(project, "orders", "development", target.spec);
  await query("CREATE TABLE item (id int); INSERT INTO item SELECT generate_series(1, 50)");
});
afterEach(() => target.drop());

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: target.url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}

const policy = (backupPolicy: BackupPolicy) =>
  db().environment.update({
    where: { id: project.environments.development ?? "" },
    data: { backupPolicy: { ...backupPolicy } },
  });

async function deploy(up: string) {
  const { developer } = project.actors;
  await addMigration(project.services.orders ?? "", "20260101000000_one", up, null);
  const { id } = await execute(createDeployment, developer, { targetId });
  const ready = await deploymentIn(developer, id, ["ready", "blocked"]);
  await execute(runDeployment, developer, {
    deploymentId: id,
    boundHash: ready.bound?.hash,
    confirm: ready.destroys,
  });
  return { ready, done: await deploymentIn(developer, id, ["succeeded", "failed"], 90_000) };
}

describe("a deployment where the policy asks for a backup", () => {
  it("takes one before its steps, tests it, and says so before and after", async () => {
    await policy({ beforeDeployment: "always", testRestore: true });
    const { ready, done } = await deploy("CREATE TABLE fresh (id int);");
    expect(ready.summary.find((part) => part.kind === "backup")).toMatchObject({ testRestore: true });
    expect(done.state, JSON.stringify(done.run?.failure)).toBe("succeeded");
    expect(done.run?.backup).toMatchObject({ state: "succeeded", tested: { state: "restores" } });
    const codes = done.run?.log.map((line) => line.code) ?? [];
    const order = ["backup_started", "backup_done", "backup_tested", "migration_start", "run_succeeded"];
    expect(codes.filter((code) => order.includes(code))).toEqual(order);
    expect(done.requirements.find((one) => one.key === "backup")).toMatchObject({ state: "met" });
    const backup = await db().backup.findUniqueOrThrow({ where: { id: done.run?.backup?.id ?? "" } });
    expect(backup).toMatchObject({ origin: "deployment", isAutomatic: true, deploymentId: done.id });
    // It shows the moment before: neither the migration's table is in it, nor the ledger that its run made.
    expect(backup.tablesCount).toBe(1);
  }, 180_000);

  it("takes one only for what is risky when the policy says so", async () => {
    await policy({ beforeDeployment: "when_risky" });
    const safe = await deploy("CREATE TABLE fresh (id int);");
    expect(safe.done.run?.backup).toBeNull();
    await db().migration.deleteMany({ where: { serviceId: project.services.orders ?? "" } });
    const { developer } = project.actors;
    await addMigration(project.services.orders ?? "", "20260102000000_two", "DROP TABLE item;", null);
    const { id } = await execute(createDeployment, developer, { targetId });
    const ready = await deploymentIn(developer, id, ["ready", "blocked"]);
    expect(ready.summary.map((part) => part.kind)).toContain("backup");
  }, 180_000);

  it("changes nothing when the backup fails", async () => {
    await policy({ beforeDeployment: "always" });
    const taken = join(folder.path, project.slug);
    await mkdir(folder.path, { recursive: true });
    await writeFile(taken, "a file where the folder would be");
    try {
      const { done } = await deploy("CREATE TABLE fresh (id int);");
      expect(done.state).toBe("failed");
      expect(done.run?.failure?.message).toContain("nothing was changed");
      expect(await query("SELECT to_regclass('fresh') AS fresh")).toEqual([{ fresh: null }]);
      expect(done.run?.backup).toMatchObject({ state: "failed" });
    } finally {
      await rm(taken, { force: true });
    }
  }, 180_000);
});
