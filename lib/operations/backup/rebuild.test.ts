import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import type { Actor } from "../../access/actor";
import { setEnv } from "../../env";
import { backupDone, useDone } from "../../testing/backup-records";
import { startTestWorker } from "../../testing/deployments";
import { testDatabase, testServer } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { startTestS3, type TestS3 } from "../../testing/s3-server";
import { execute } from "../define";
import { createRestore } from "../restore/create";
import { createStorage } from "../storage/save";
import { testBackup, verifyBackup } from "./check";
import { createBackup } from "./create";
import { getBackup } from "./get";
import { importBackups, listArchives } from "./import";

const folder = await mkdtemp(join(tmpdir(), "dbmigrator-rebuild-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One instance with a store of its own: started, worked with, and gone without a trace but the archives. */
async function onInstance<T>(secret: string, work: (project: TestProject) => Promise<T>): Promise<T> {
  const stop = await startTestWorker();
  setEnv({ DBMIGRATOR_SECRET: secret });
  try {
    return await work(await testProject());
  } finally {
    await stop();
  }
}

const instanceAdmin = (actor: Actor): Actor => ({ ...actor, instanceAdmin: true });

async function addStorage(project: TestProject, s3: TestS3 | null): Promise<string> {
  const actor = instanceAdmin(project.actors.admin);
  const { endpoint, bucket, accessKeyId, secretAccessKey } = s3?.access ?? {};
  const place = s3
    ? {
        kind: "s3" as const,
        settings: {
          ...{ endpoint: endpoint ?? null, bucket: bucket ?? "", accessKeyId: accessKeyId ?? null },
          ...{ secretAccessKey: secretAccessKey ?? "", pathStyle: true, prefix: "archives" },
        },
      }
    : { kind: "folder" as const, settings: { path: folder } };
  const wanted = { projectId: project.projectId, name: "archives", encrypted: true, isDefault: true };
  return (await execute(createStorage, actor, { ...wanted, ...place })).id;
}

async function query(sql: string, database: string): Promise<Record<string, unknown>[]> {
  const { spec } = await testServer();
  const { host, port, user, password } = spec;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    const result = await client.query(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}

const secret = randomBytes(32).toString("base64");

async function lose(s3: TestS3 | null): Promise<string> {
  const database = await testDatabase();
  await query("CREATE TABLE item AS SELECT n AS id FROM generate_series(1, 300) n", database.name);
  await onInstance(secret, async (project) => {
    await addStorage(project, s3);
    const targetId = await testTarget(project, "orders", "development", database.spec);
    const { admin } = project.actors;
    const { id } = await execute(createBackup, admin, { targetId });
    const made = await backupDone(admin, id);
    expect(made.state, JSON.stringify(made.error)).toBe("succeeded");
    expect(made.manifest?.keyId).not.toBeNull();
  });
  await database.drop();
  return database.name;
}

async function rebuild(name: string, secrets: string, s3: TestS3 | null): Promise<void> {
  await onInstance(secrets, async (project) => {
    const { admin } = project.actors;
    const storageId = await addStorage(project, s3);
    const { spec } = await testServer();
    const targetId = await testTarget(project, "orders", "development", { ...spec, database: name });
    const place = { projectId: project.projectId, storageId };
    const { archives } = await execute(listArchives, admin, place);
    const [archive] = archives.filter((one) => one.database === name);
    expect(archive).toMatchObject({ known: false, keyMissing: false, tables: 1 });
    const { ids } = await execute(importBackups, admin, { ...place, names: [archive?.name ?? ""], targetId });
    const backupId = ids[0] ?? "";
    const verify = await execute(verifyBackup, admin, { backupId });
    expect((await useDone(admin, backupId, verify.useId)).result?.verify).toMatchObject({ ok: true });
    const test = await execute(testBackup, admin, { backupId });
    expect((await useDone(admin, backupId, test.useId)).result?.checks).toMatchObject({ ok: true });
    const wanted = { backupId, mode: "new_database", confirm: name } as const;
    const { id } = await execute(createRestore, admin, wanted);
    const done = await useDone(admin, backupId, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
    expect(await query("SELECT count(*)::int AS n FROM item", name)).toEqual([{ n: 300 }]);
    await query(`DROP DATABASE "${name}" WITH (FORCE)`, "postgres");
  });
}

it("a host that is lost, metadata included, comes back from a folder of archives and the old secret", async () => {
  const name = await lose(null);
  await rebuild(name, `${randomBytes(32).toString("base64")},${secret}`, null);
}, 300_000);

it("without the old secret, encrypted archives are listed and say that their key is missing", async () => {
  const name = await lose(null);
  await onInstance(randomBytes(32).toString("base64"), async (project) => {
    const storageId = await addStorage(project, null);
    const { admin } = project.actors;
    const { archives } = await execute(listArchives, admin, { projectId: project.projectId, storageId });
    const archive = archives.find((one) => one.database === name);
    expect(archive).toMatchObject({ keyMissing: true });
    // What could be checked is told, and that it cannot be opened here is no fault of the backup.
    const place = { projectId: project.projectId, storageId, names: [archive?.name ?? ""] };
    const { spec } = await testServer();
    const targetId = await testTarget(project, "orders", "development", { ...spec, database: "postgres" });
    const { ids } = await execute(importBackups, admin, { ...place, targetId });
    const backupId = ids[0] ?? "";
    const { useId } = await execute(verifyBackup, admin, { backupId });
    expect((await useDone(admin, backupId, useId)).result?.verify).toMatchObject({
      ok: true,
      author: "no_key",
    });
    const test = await execute(testBackup, admin, { backupId });
    expect(await useDone(admin, backupId, test.useId)).toMatchObject({ error: { code: "backup.no_key" } });
    expect(await execute(getBackup, admin, { backupId })).toMatchObject({ tested: { state: "untested" } });
  });
}, 300_000);

it("the same from a bucket", async () => {
  const s3 = await startTestS3();
  try {
    const name = await lose(s3);
    await rebuild(name, secret, s3);
  } finally {
    await s3.close();
  }
}, 300_000);
