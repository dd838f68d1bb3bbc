import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PlanStep } from "../../core/plan/types";
import { db } from "../../db/client";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { createDeployment } from "../deployment/create";
import { loadLastCheck } from "../deployment/load";
import { rollbackDeployment } from "../deployment/rollback";
import { runDeployment } from "../deployment/run";
import { updateEnvironment } from "../environment/update";
import { foretellUndo } from "./foretell";
import { listKeptRows } from "./list";
import { hasExpiredRows, purgeKeptRows } from "./purge";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let database: TestDatabase;
let targetId: string;

beforeAll(async () => {
  stop = await startTestWorker();
  project = await testProject();
  database = await testDatabase();
  targetId = await testTarget(project, "orders", "development", database.spec);
  await query(
    "CREATE TABLE orders (id int PRIMARY KEY, note text, total numeric); INSERT INTO orders SELECT i, 'n' || i, i FROM generate_series(1, 5) i",
  );
  const service = project.services.orders ?? "";
  await addMigration(service, "20260101000000_cleanup", "DELETE FROM orders WHERE id > 3;", null);
  await addMigration(
    service,
    "20260102000000_drop_note",
    "ALTER TABLE orders DROP COLUMN note;\nUPDATE orders SET total = total * 2;",
    "ALTER TABLE orders ADD COLUMN note text;",
  );
});
afterAll(async () => {
  await stop();
  await database.drop();
});

async function query(sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const result = await client.query({ text: sql, rowMode: "array" });
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
}

describe("rows kept by deployments", () => {
  it("are foretold by the check, kept by the run and put back by the rollback", async () => {
    const { admin } = project.actors;
    const made = await execute(createDeployment, admin, { targetId });
    const ready = await deploymentIn(admin, made.id, ["ready", "blocked"]);
    expect(ready.state, JSON.stringify(ready.problems)).toBe("ready");
    expect((await loadLastCheck(db(), made.id))?.undo).toMatchObject({
      mode: "keep",
      days: 7,
      parts: [
        { migration: "20260101000000_cleanup", kind: "delete", relation: "public.orders", state: "kept" },
        { kind: "drop_column", columns: ["note"], state: "kept", rows: expect.any(Number) },
        { kind: "update", columns: ["total"], line: 2, state: "kept" },
      ],
    });
    await execute(runDeployment, admin, {
      ...{ deploymentId: made.id, boundHash: ready.bound?.hash, confirm: ["orders.note"] },
    });
    expect((await deploymentIn(admin, made.id, ["succeeded", "failed"])).state).toBe("succeeded");
    const kept = await execute(listKeptRows, admin, { targetId });
    expect(kept.map(({ kind, rows, state, mergeable }) => [kind, rows, state, mergeable])).toEqual([
      ["update", 3, "kept", true],
      ["drop_column", 3, "kept", true],
      ["delete", 2, "kept", true],
    ]);
    await query("INSERT INTO orders VALUES (9, 9); UPDATE orders SET total = 100 WHERE id = 1");
    const back = await execute(rollbackDeployment, admin, { deploymentId: made.id });
    const waiting = await deploymentIn(admin, back.id, ["ready", "blocked"]);
    expect(waiting.state, JSON.stringify(waiting.problems)).toBe("ready");
    expect((await loadLastCheck(db(), back.id))?.undo).toMatchObject({ mode: "put_back" });
    await execute(runDeployment, admin, {
      ...{ deploymentId: back.id, boundHash: waiting.bound?.hash, confirm: waiting.destroys },
    });
    expect((await deploymentIn(admin, back.id, ["succeeded", "failed"])).state).toBe("succeeded");
    expect(await query("SELECT id, note, total::text FROM orders ORDER BY id")).toEqual([
      [1, "n1", "100"],
      [2, "n2", "2"],
      [3, "n3", "3"],
      [4, "n4", "4"],
      [5, "n5", "5"],
      [9, null, "9"],
    ]);
  });

  it("are foretold as lost where a trigger of what is inserted takes them away, once however many INSERTs there are", async () => {
    await query(`CREATE TABLE note (id int);
      CREATE FUNCTION cleans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders WHERE id = -1; RETURN new; END $$;
      CREATE TRIGGER cleans AFTER INSERT ON note FOR EACH ROW EXECUTE FUNCTION cleans()`);
    const up = "CREATE TABLE other (id int);\nINSERT INTO note VALUES (1);\nINSERT INTO note VALUES (2);";
    const step = { migration: { service: "orders", filename: "1_notes", up } } as PlanStep;
    const planned = { direction: "up" as const, putBack: false, environment: { policy: {} } };
    const { parts } = await foretellUndo(database.spec, planned, [step], AbortSignal.timeout(60_000));
    expect(parts).toEqual([
      expect.objectContaining({
        statement: 2,
        state: "not_kept",
        reason: "trigger",
        relation: "TRIGGER cleans ON note",
      }),
    ]);
    await query("DROP TABLE note; DROP FUNCTION cleans()");
  });

  it("are foretold as lost where functions and triggers of the deployment itself take them away", async () => {
    await query(`CREATE TABLE note (id int);
      CREATE FUNCTION was_harmless() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
      CREATE TRIGGER noted AFTER INSERT ON note FOR EACH ROW EXECUTE FUNCTION was_harmless()`);
    const scripts = [
      `INSERT INTO note VALUES (0);
       CREATE FUNCTION cleans(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC DELETE FROM orders WHERE id = x; SELECT x; END;
       CREATE FUNCTION reads(x int) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT 1'; RETURN x; END $$;
       CREATE TABLE other (id int);`,
      `CREATE FUNCTION cleans_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.id := public.cleans(1); RETURN new; END $$;
       CREATE TRIGGER cleans BEFORE INSERT OR UPDATE ON other FOR EACH ROW EXECUTE FUNCTION cleans_other();
       CREATE OR REPLACE FUNCTION was_harmless() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN TRUNCATE orders; RETURN new; END';`,
      `INSERT INTO public.other VALUES (1);
       INSERT INTO note SELECT reads(2) FROM other;
       CREATE TABLE made AS SELECT cleans(id) FROM other;
       CREATE TABLE harmless AS SELECT reads(id) FROM other;`,
    ];
    const steps = scripts.map(
      (up, i) => ({ migration: { service: "orders", filename: `${i + 1}_step`, up } }) as PlanStep,
    );
    const planned = { direction: "up" as const, putBack: false, environment: { policy: {} } };
    const { parts } = await foretellUndo(database.spec, planned, steps, AbortSignal.timeout(60_000));
    expect(parts.map(({ migration, line, relation, reason }) => [migration, line, relation, reason])).toEqual(
      [
        ["3_step", 1, "TRIGGER cleans ON other", "trigger"],
        ["3_step", 2, "TRIGGER noted ON note", "trigger"],
        ["3_step", 3, "cleans()", "code"],
      ],
    );
    await query("DROP TABLE note; DROP FUNCTION was_harmless");
  });

  it("are none where nobody wants them, and the way back then needs its script", async () => {
    const { admin } = project.actors;
    await execute(updateEnvironment, admin, {
      environmentId: project.environments.development ?? "",
      policy: { undo: { keep: false } },
    });
    const made = await execute(createDeployment, admin, { targetId });
    const ready = await deploymentIn(admin, made.id, ["ready", "blocked"]);
    expect(ready.state, JSON.stringify(ready.problems)).toBe("ready");
    expect((await loadLastCheck(db(), made.id))?.undo).toMatchObject({ mode: "off", parts: [] });
    await execute(runDeployment, admin, {
      ...{ deploymentId: made.id, boundHash: ready.bound?.hash, confirm: ["orders.note"] },
    });
    expect((await deploymentIn(admin, made.id, ["succeeded", "failed"])).state).toBe("succeeded");
    const back = await execute(rollbackDeployment, admin, { deploymentId: made.id });
    const blocked = await deploymentIn(admin, back.id, ["ready", "blocked"]);
    expect(blocked.problems.map(({ code, migration }) => [code, migration])).toContainEqual([
      "plan.no_down",
      "20260101000000_cleanup",
    ]);
  });

  it("are removed by whoever may delete backups, and nobody else", async () => {
    const { viewer } = project.actors;
    await expect(execute(purgeKeptRows, viewer, { targetId })).rejects.toMatchObject({ kind: "forbidden" });
    const { admin } = project.actors;
    const [entry] = await execute(listKeptRows, viewer, { targetId });
    expect(await execute(purgeKeptRows, admin, { targetId, ids: [entry?.id ?? ""] })).toMatchObject({
      entries: 1,
    });
    expect((await execute(listKeptRows, viewer, { targetId }))[0]).toMatchObject({ state: "purged" });
    expect(await hasExpiredRows(db(), targetId)).toBe(false);
    await query("UPDATE dbmigrator_undo.entry SET expires_at = now() - interval '1 day'");
    expect(await hasExpiredRows(db(), targetId)).toBe(true);
    expect(await execute(purgeKeptRows, admin, { targetId })).toMatchObject({ entries: 2 });
  });
});
