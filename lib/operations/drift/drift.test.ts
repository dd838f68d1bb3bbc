import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { checksumOf } from "../../core/migration/checksum";
import { db } from "../../db/client";
import { parseConnectionString } from "../../postgres/connection/connect";
import { runMigrations } from "../../postgres/runner/runner";
import { execute as run } from "../../testing/command-line";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { approveDeployment } from "../deployment/approve";
import { checkDeployment } from "../deployment/check";
import { createDeployment } from "../deployment/create";
import { planTarget } from "../deployment/plan-target";
import { runDeployment } from "../deployment/run";
import { adoptDrift } from "./adopt";
import { checkDrift } from "./check";
import { dueDriftChecks } from "./due";
import { getDrift } from "./get";
import { ignoreDrift, noticeDrift } from "./ignore";
import { listDrift } from "./list";
import { updateDriftPolicy } from "./policy";
import { revertDrift } from "./revert";
import type { DriftView } from "./views";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let stop: () => Promise<void>;
beforeAll(async () => {
  stop = await startTestWorker();
});
afterAll(() => stop());

const UP = "CREATE TABLE orders (id int PRIMARY KEY, note text);";

let project: TestProject;
let database: TestDatabase;
let targetId: string;

beforeEach(async () => {
  project = await testProject();
  database = await testDatabase();
  targetId = await testTarget(project, "orders", "production", database.spec);
  await addMigration(project.services.orders ?? "", "20260101000000_orders", UP, "DROP TABLE orders;");
  const migration = {
    ...{ service: "orders", filename: "20260101000000_orders", version: "20260101000000", name: "orders" },
    ...{ kind: "versioned" as const, up: UP, down: "DROP TABLE orders;", checksum: checksumOf(UP) },
  };
  await runMigrations({
    spec: parseConnectionString(database.url),
    steps: [{ migration, direction: "up" }],
    appliedBy: "test",
  });
  return () => database.drop();
});

/** Asks for a check and waits for its report. */
async function checked(): Promise<DriftView> {
  const { developer } = project.actors;
  await db().targetDrift.updateMany({ where: { targetId }, data: { checkedAt: new Date(0) } });
  await execute(checkDrift, developer, { targetId });
  return reported();
}

async function reported(): Promise<DriftView> {
  for (let turn = 0; turn < 300; turn++) {
    const view = await execute(getDrift, project.actors.developer, { targetId });
    if (!view.checking && view.checkedAt !== null && view.checkedAt > "1971") return view;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no report came");
}

describe("a target whose migration stopped part of the way", () => {
  it("cannot be compared, and says in which deployment that is to be finished", async () => {
    const { developer } = project.actors;
    const open = await testDatabase();
    await run(open.url, "CREATE TABLE item (note text); INSERT INTO item VALUES ('twice'), ('twice')");
    await testTarget(project, "orders", "development", open.spec);
    const up = `-- dbmigrator: transaction=none
ALTER TABLE item ADD COLUMN part int;
CREATE UNIQUE INDEX CONCURRENTLY item_note ON item (note);`;
    await db().migration.deleteMany({ where: { filename: "20260101000000_orders" } });
    await addMigration(project.services.orders ?? "", "20260102000000_part", up);
    const target = await db().target.findFirstOrThrow({ where: { environment: { name: "development" } } });
    const made = await execute(createDeployment, developer, { targetId: target.id, direction: "up" });
    const { bound } = await deploymentIn(developer, made.id, ["ready"]);
    await execute(runDeployment, developer, { deploymentId: made.id, boundHash: bound?.hash });
    await deploymentIn(developer, made.id, ["failed"]);
    targetId = target.id;
    expect(await checked()).toMatchObject({
      state: "unknown",
      reason: { code: "drift.unfinished", details: { names: "20260102000000_part" } },
      unfinishedIn: made.number,
    });
    await open.drop();
  });
});

describe("a target that is what its ledger says", () => {
  it("has no drift, and one that somebody changed has, until it is put right", async () => {
    expect(await checked()).toMatchObject({ state: "none", changes: [], replayed: { migrations: 1 } });
    await run(database.url, "ALTER TABLE orders ADD COLUMN hand text; CREATE INDEX by_hand ON orders (note)");
    const drifted = await checked();
    expect(drifted).toMatchObject({ state: "drifted", counts: { added: 2, changed: 0, removed: 0 } });
    expect(drifted.changes.map((one) => one.name).sort()).toEqual(["public.by_hand", "public.orders.hand"]);
    expect(drifted.plan?.up).toContain("ADD COLUMN hand text");
    expect(drifted.plan?.down).toContain("DROP COLUMN hand");
    const list = await execute(listDrift, project.actors.viewer, { project: project.slug });
    expect(list.targets).toMatchObject([{ targetId, state: "drifted", since: drifted.checkedAt }]);
    await run(database.url, drifted.plan?.down ?? "");
    expect(await checked()).toMatchObject({ state: "none", since: null });
    expect((await auditRows("drift.found")).at(-1)?.resourceId).toBe(targetId);
    expect((await auditRows("drift.gone")).at(-1)?.resourceId).toBe(targetId);
  });
});

describe("what is no drift by policy", () => {
  it("is left out with the rule that says so, and counts again when the rule is taken back", async () => {
    const { admin, approver, developer } = project.actors;
    await run(
      database.url,
      "ALTER TABLE orders ADD COLUMN hand text; COMMENT ON TABLE orders IS 'said by hand'; CREATE STATISTICS s ON id, note FROM orders",
    );
    const before = await checked();
    expect(before.changes.map((one) => one.name).sort()).toEqual(["public.orders", "public.orders.hand"]);
    expect(before.ignored.map((one) => [one.change.name, one.rule])).toEqual([["public.s", "statistics"]]);
    await execute(updateDriftPolicy, admin, {
      environmentId: project.environments.production,
      policy: { ignoreComments: true },
    });
    await expect(
      execute(ignoreDrift, developer, {
        targetId,
        patterns: ["column:public.orders.hand"],
        reason: "not mine",
      }),
    ).rejects.toMatchObject({ kind: "forbidden" });
    const { ids } = await execute(ignoreDrift, approver, {
      targetId,
      patterns: ["column:public.orders.hand"],
      reason: "made by the replication",
    });
    const after = await checked();
    expect(after).toMatchObject({ state: "none", changes: [] });
    expect(after.ignored.map((one) => one.rule).sort()).toEqual([
      "column:public.orders.hand",
      "comments",
      "statistics",
    ]);
    await execute(noticeDrift, approver, { targetId, ignoreId: ids[0] });
    expect(await checked()).toMatchObject({ state: "drifted", counts: { added: 1 } });
  });
});

describe("what cannot be told", () => {
  it("is unknown with its reason, never in order", async () => {
    await run(database.url, "UPDATE dbmigrator.migrations_log SET is_current = false");
    await run(
      database.url,
      `INSERT INTO dbmigrator.migrations_log (service, filename, version, name, kind, direction, script_content, checksum, status, applied_by)
       VALUES ('orders', '2_view', '2', 'view', 'versioned', 'up', 'CREATE VIEW v AS SELECT * FROM elsewhere', 'x', 'applied', 'test')`,
    );
    expect(await checked()).toMatchObject({
      state: "unknown",
      reason: { code: "replay.failed", message: expect.stringContaining("2_view") },
      changes: [],
    });
    await run(database.url, "DROP SCHEMA dbmigrator CASCADE");
    expect(await checked()).toMatchObject({ state: "unmanaged", reason: null });
    await db().target.update({ where: { id: targetId }, data: { port: 1 } });
    expect(await checked()).toMatchObject({
      state: "unknown",
      reason: { code: "target.away", details: { port: 1 } },
    });
  });
});

describe("who looks, and when", () => {
  it("lets viewers read, developers ask, and strangers see nothing", async () => {
    const { viewer } = project.actors;
    await expect(execute(checkDrift, viewer, { targetId })).rejects.toMatchObject({ kind: "forbidden" });
    const hidden = { kind: "not_found" };
    await expect(execute(getDrift, project.stranger, { targetId })).rejects.toMatchObject(hidden);
    await expect(execute(checkDrift, project.stranger, { targetId })).rejects.toMatchObject(hidden);
    const view = await execute(getDrift, viewer, { targetId });
    expect(view.actions).toMatchObject({
      check: { allowed: false, reason: "role", params: { needed: "developer" } },
    });
  });

  it("asks for a protected target every hour, for an open one when its policy says so", async () => {
    const open = await testTarget(project, "orders", "development", database.spec);
    const due = async (minutes: number) => {
      const all = await dueDriftChecks(db(), new Date(Date.now() + minutes * 60_000));
      return [targetId, open].filter((id) => all.includes(id));
    };
    expect(await due(0)).toEqual([targetId]);
    await checked();
    expect(await due(59)).toEqual([]);
    expect(await due(61)).toEqual([targetId]);
    const policy = { everyMinutes: 30 };
    await execute(updateDriftPolicy, project.actors.admin, {
      environmentId: project.environments.development,
      policy,
    });
    expect(await due(0)).toEqual([open]);
  });
});

describe("drift that is adopted", () => {
  it("becomes a migration that is recorded where it was found and pending elsewhere, with a way back", async () => {
    const { admin, developer } = project.actors;
    await run(
      database.url,
      "ALTER TABLE orders ADD COLUMN hand text; CREATE TABLE extra (id int REFERENCES orders)",
    );
    const before = await checked();
    const only = before.changes.filter((one) => one.name === "public.orders.hand").map((one) => one.id);
    const draft = await execute(adoptDrift, developer, { targetId, name: "hand", changes: only });
    expect(draft.recorded).toBe(false);
    expect(await db().migration.findUnique({ where: { id: draft.id } })).toMatchObject({
      draft: true,
      up: "ALTER TABLE public.orders ADD COLUMN hand text;\n",
      down: "-- Loses data.\nALTER TABLE public.orders DROP COLUMN hand;\n",
    });
    await db().migration.delete({ where: { id: draft.id } });
    const made = await execute(adoptDrift, admin, { targetId, name: "by hand" });
    expect(made).toMatchObject({ recorded: true, filename: expect.stringMatching(/^\d{14}_by_hand$/) });
    expect(
      await run(database.url, "SELECT filename, status FROM dbmigrator.migrations_log ORDER BY id"),
    ).toEqual([
      { filename: "20260101000000_orders", status: "applied" },
      { filename: made.filename, status: "baseline" },
    ]);
    expect(await checked()).toMatchObject({ state: "none", replayed: { migrations: 2 } });
    await expect(execute(adoptDrift, admin, { targetId, name: "again" })).rejects.toMatchObject({
      code: "drift.none",
    });
    expect((await auditRows("drift.adopt")).map((row) => row.outcome)).toEqual([
      ...["intent", "ok", "intent", "ok", "intent", "failed"],
    ]);
  });
});

describe("drift that is taken back", () => {
  it("is a deployment like any other, and leaves nothing pending anywhere", async () => {
    const { developer, admin, approver } = project.actors;
    const development = await testDatabase();
    const open = await testTarget(project, "orders", "development", development.spec);
    await run(database.url, "ALTER TABLE orders ADD COLUMN hand text; DROP INDEX IF EXISTS nothing");
    expect(await checked()).toMatchObject({ state: "drifted" });
    const made = await execute(revertDrift, developer, { targetId, reason: "nobody asked for it" });
    const view = await deploymentIn(developer, made.id, ["awaiting_approval", "blocked"]);
    expect(view.state, JSON.stringify(view.problems)).toBe("awaiting_approval");
    expect(view.plan.map((one) => one.filename)).toEqual([made.migration]);
    expect(view.schemaChange?.changes).toMatchObject([{ change: "removed", name: "public.orders.hand" }]);
    for (const person of [approver, admin]) {
      await execute(approveDeployment, person, { deploymentId: made.id, boundHash: view.bound?.hash });
    }
    const { bound } = await deploymentIn(developer, made.id, ["approved"]);
    await execute(runDeployment, developer, {
      deploymentId: made.id,
      boundHash: bound?.hash,
      confirm: view.destroys,
    });
    await deploymentIn(developer, made.id, ["succeeded"]);
    // What the page said before the run no longer stands: nobody has to ask for another look.
    const after = await reported();
    expect(after).toMatchObject({ state: "none", replayed: { migrations: 1 } });
    expect(after.history.map((one) => one.trigger)).toEqual(["run", "asked"]);
    const plan = await planTarget(db(), { targetId: open, direction: "up" });
    expect(plan.planned.map((one) => one.filename)).toEqual(["20260101000000_orders"]);
    expect(plan.status.migrations.map((one) => one.filename)).toEqual(["20260101000000_orders"]);
    await development.drop();
  });
});

describe("a deployment to a target that was changed by hand", () => {
  it("tells the drift as a warning, and is blocked where the environment says so", async () => {
    const { developer, admin } = project.actors;
    await run(database.url, "ALTER TABLE orders ADD COLUMN hand text");
    await addMigration(project.services.orders ?? "", "20260102000000_more", "CREATE TABLE more (id int);");
    const made = await execute(createDeployment, developer, { targetId });
    const warned = await deploymentIn(developer, made.id, ["awaiting_approval", "blocked"]);
    expect(warned.state, JSON.stringify(warned.problems)).toBe("awaiting_approval");
    expect(warned.requirements.find((one) => one.key === "drift")).toMatchObject({
      state: "warning",
      params: { count: 1, state: "drifted" },
    });
    expect(await execute(getDrift, developer, { targetId })).toMatchObject({ state: "drifted" });
    await execute(updateDriftPolicy, admin, {
      environmentId: project.environments.production,
      policy: { beforeDeployment: "block" },
    });
    await execute(checkDeployment, developer, { deploymentId: made.id });
    const blocked = await deploymentIn(developer, made.id, ["blocked"]);
    expect(blocked.problems).toMatchObject([
      { code: "drift", message: expect.stringContaining("public.orders.hand") },
    ]);
    await run(database.url, "ALTER TABLE orders DROP COLUMN hand");
    await execute(checkDeployment, developer, { deploymentId: made.id });
    const free = await deploymentIn(developer, made.id, ["awaiting_approval"]);
    expect(free.requirements.find((one) => one.key === "drift")).toMatchObject({ state: "met" });
  });
});
