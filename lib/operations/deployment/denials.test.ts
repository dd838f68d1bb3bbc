import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Actor } from "../../access/actor";
import { checksumOf } from "../../core/migration/checksum";
import { db } from "../../db/client";
import { addMigration, deploymentIn, startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testPerson, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { updateMigration } from "../migration/update";
import { updateTarget } from "../target/update";
import { approveDeployment } from "./approve";
import { cancelDeployment } from "./cancel";
import { checkDeployment } from "./check";
import { commentDeployment } from "./comment";
import { createDeployment } from "./create";
import { getDeployment } from "./get";
import { requestChanges } from "./request-changes";
import { runDeployment } from "./run";
import type { DeploymentView } from "./views";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 400_000 });

let stop: () => Promise<void>;
let project: TestProject;
let development: TestDatabase;
let production: TestDatabase;
let targetId: string;

beforeAll(async () => {
  stop = await startTestWorker();
});
afterAll(() => stop());

beforeEach(async () => {
  project = await testProject();
  [development, production] = await Promise.all([testDatabase(), testDatabase()]);
  await testTarget(project, "orders", "development", development.spec);
  targetId = await testTarget(project, "orders", "production", production.spec);
  await addMigration(
    project.services.orders ?? "",
    "20260101000000_orders",
    "CREATE TABLE orders (id int);",
    "DROP TABLE orders;",
  );
  return () => Promise.all([development.drop(), production.drop()]);
});

async function person(name: string, role: string, environmentRole?: string): Promise<Actor> {
  const actor = await testPerson(`${name}-${project.slug}`);
  const userId = actor.userId ?? "";
  await db().membership.create({ data: { userId, projectId: project.projectId, role } });
  if (environmentRole) {
    await db().environmentGrant.create({
      data: { userId, environmentId: project.environments.production ?? "", role: environmentRole },
    });
  }
  return actor;
}

/** A deployment to production that waits for its approval. */
async function waiting(author = project.actors.developer): Promise<DeploymentView> {
  const made = await execute(createDeployment, author, { targetId });
  const view = await deploymentIn(author, made.id, ["awaiting_approval", "blocked", "ready", "approved"]);
  expect(view.state, JSON.stringify(view.problems)).toBe("awaiting_approval");
  return view;
}

const refOf = (view: DeploymentView) => ({ deploymentId: view.id, boundHash: view.bound?.hash });

describe("who may approve", () => {
  it("is nobody who asked for it, whatever their role", async () => {
    const author = project.actors.admin;
    const view = await waiting(author);
    await expect(execute(approveDeployment, author, refOf(view))).rejects.toMatchObject({
      code: "deployment.own",
    });
    expect((await auditRows("deployment.approve")).at(-1)).toMatchObject({
      outcome: "denied",
      resourceId: view.id,
    });
    expect(view.actions.approve).toMatchObject({ allowed: false, reason: "author" });
  });

  it("is nobody whose role is narrowed in that environment", async () => {
    const narrowed = await person("narrowed", "admin", "developer");
    const view = await waiting();
    await expect(execute(approveDeployment, narrowed, refOf(view))).rejects.toMatchObject({
      code: "access.role_needed",
    });
    expect((await execute(getDeployment, narrowed, { deploymentId: view.id })).actions.approve).toMatchObject(
      {
        allowed: false,
        reason: "role",
        params: { needed: "approver", role: "developer" },
      },
    );
    expect(view.approvals.candidates.map((one) => one.label)).not.toContain(narrowed.label);
  });

  it("is nobody who rewrote a script of it since it was asked for: one person alone would change and approve", async () => {
    const { developer, approver } = project.actors;
    const view = await waiting();
    const row = await db().migration.findFirstOrThrow({
      where: { serviceId: project.services.orders ?? "" },
    });
    const up = "CREATE TABLE orders (id int); CREATE TABLE mine (id int);";
    const edit = { id: row.id, revision: row.revision, up, down: row.down };
    await execute(updateMigration, approver, edit);
    await execute(checkDeployment, approver, { deploymentId: view.id });
    const again = await deploymentIn(approver, view.id, ["awaiting_approval"]);
    expect(again.actions.approve).toMatchObject({ allowed: false, reason: "editor" });
    expect(again.approvals.candidates.map((one) => one.id)).not.toContain(approver.userId);
    await expect(execute(approveDeployment, approver, refOf(again))).rejects.toMatchObject({
      code: "deployment.own_script",
    });
    expect((await auditRows("deployment.approve")).at(-1)).toMatchObject({ outcome: "denied" });
    const second = await person("other-eyes", "approver");
    await execute(approveDeployment, second, refOf(again));
    expect((await execute(getDeployment, developer, { deploymentId: view.id })).state).toBe("approved");
  });

  it("is no token, whatever its role", async () => {
    const { approver } = project.actors;
    const token: Actor = {
      ...approver,
      kind: "token",
      token: { projectId: project.projectId, role: "admin" },
    };
    const view = await waiting();
    await expect(execute(approveDeployment, token, refOf(view))).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("is nobody outside the project, to whom it does not exist", async () => {
    const view = await waiting();
    await expect(execute(approveDeployment, project.stranger, refOf(view))).rejects.toMatchObject({
      kind: "not_found",
    });
    await expect(execute(getDeployment, project.stranger, { deploymentId: view.id })).rejects.toMatchObject({
      kind: "not_found",
    });
    expect((await auditRows("deployment.get")).at(-1)).toMatchObject({
      outcome: "denied",
      actorLabel: project.stranger.label,
    });
  });

  it("counts no longer once the role is taken away", async () => {
    const second = await person("second", "approver");
    const view = await waiting();
    await execute(approveDeployment, second, refOf(view));
    await db().membership.updateMany({ where: { userId: second.userId ?? "" }, data: { role: "viewer" } });
    await expect(execute(runDeployment, project.actors.developer, refOf(view))).rejects.toMatchObject({
      code: "deployment.approvals",
    });
  });
});

describe("what an approval holds for", () => {
  it("is lost when a script changes, before and after the approval", async () => {
    const { developer, approver } = project.actors;
    const view = await waiting();
    const up = "CREATE TABLE orders (id int); CREATE TABLE extra (id int);";
    await db().migration.updateMany({
      where: { serviceId: project.services.orders ?? "" },
      data: { up, checksum: checksumOf(up) },
    });
    await expect(execute(approveDeployment, approver, refOf(view))).rejects.toMatchObject({
      code: "deployment.stale",
    });
    expect((await execute(getDeployment, developer, { deploymentId: view.id })).next.kind).toBe("check");
    await execute(checkDeployment, developer, { deploymentId: view.id });
    const again = await deploymentIn(developer, view.id, ["awaiting_approval"]);
    expect(again.bound?.scripts).not.toBe(view.bound?.scripts);
    await expect(execute(approveDeployment, approver, refOf(view))).rejects.toMatchObject({
      code: "deployment.stale",
    });
    await execute(approveDeployment, approver, refOf(again));
    await db().migration.updateMany({
      where: { serviceId: project.services.orders ?? "" },
      data: { down: "SELECT 1" },
    });
    await expect(execute(runDeployment, developer, refOf(again))).rejects.toMatchObject({
      code: "deployment.stale",
    });
  });

  it("is lost when the target changes: the run does nothing and it is checked and asked for again", async () => {
    const { developer, approver } = project.actors;
    const view = await waiting();
    await execute(approveDeployment, approver, refOf(view));
    const client = new pg.Client({ connectionString: production.url });
    await client.connect();
    await client.query("CREATE TABLE by_hand (id int)");
    await execute(runDeployment, developer, refOf(view));
    const again = await deploymentIn(developer, view.id, ["awaiting_approval", "succeeded", "failed"]);
    expect(again.state).toBe("awaiting_approval");
    expect(again.approvals).toMatchObject({ given: 0, needed: 1 });
    expect(again.approvals.decisions).toMatchObject([{ decision: "approved", current: false }]);
    expect(again.run).toMatchObject({
      state: "cancelled",
      failure: { message: "The schema of the target was changed after it was checked." },
    });
    expect((await client.query("SELECT to_regclass('orders') AS made")).rows).toEqual([{ made: null }]);
    await client.end();
  });

  it("is lost when the target becomes another database, even one of the very same schema", async () => {
    const { admin, developer, approver } = project.actors;
    const view = await waiting();
    await execute(approveDeployment, approver, refOf(view));
    const other = await testDatabase();
    const { host, port, user: username, password, database } = other.spec;
    await execute(updateTarget, admin, {
      ...{ targetId, host, port, username, password, database, tlsMode: "disable" },
    });
    const again = await deploymentIn(developer, view.id, ["awaiting_approval", "blocked"]);
    expect(again.bound?.hash).not.toBe(view.bound?.hash);
    expect(again.approvals).toMatchObject({ given: 0, needed: 1 });
    await other.drop();
  });

  it("stays when nothing but time has passed", async () => {
    const { developer, approver } = project.actors;
    const view = await waiting();
    await execute(approveDeployment, approver, refOf(view));
    await execute(checkDeployment, developer, { deploymentId: view.id });
    const again = await deploymentIn(developer, view.id, ["approved", "awaiting_approval"]);
    expect(again.bound).toEqual(view.bound);
    expect(again.state).toBe("approved");
  });

  it("does not help while somebody asks for changes", async () => {
    const { developer, approver } = project.actors;
    const second = await person("doubter", "approver");
    const view = await waiting();
    await execute(approveDeployment, approver, refOf(view));
    await execute(requestChanges, second, { ...refOf(view), comment: "Not on a Friday." });
    expect((await execute(getDeployment, developer, { deploymentId: view.id })).state).toBe(
      "awaiting_approval",
    );
    await expect(execute(runDeployment, developer, refOf(view))).rejects.toMatchObject({
      code: "deployment.changes_requested",
    });
    await execute(approveDeployment, second, refOf(view));
    expect((await execute(getDeployment, developer, { deploymentId: view.id })).state).toBe("approved");
  });
});

describe("starting", () => {
  it("happens once, however often it is asked for at the same time", async () => {
    const { developer, approver } = project.actors;
    const view = await waiting();
    await execute(approveDeployment, approver, refOf(view));
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => execute(runDeployment, developer, refOf(view))),
    );
    expect(results.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect((await deploymentIn(developer, view.id, ["succeeded", "failed"])).state).toBe("succeeded");
    await expect(execute(runDeployment, developer, refOf(view))).rejects.toMatchObject({
      code: "deployment.state",
    });
    expect(await db().run.count({ where: { deploymentId: view.id } })).toBe(1);
  });

  it("waits for the deployment of the same target that was asked for before", async () => {
    const { developer, approver } = project.actors;
    const first = await waiting();
    const second = await waiting();
    expect(second.ahead).toEqual({ number: first.number, state: "awaiting_approval" });
    await execute(approveDeployment, approver, refOf(second));
    await expect(execute(runDeployment, developer, refOf(second))).rejects.toMatchObject({
      code: "deployment.queue",
      details: { number: first.number },
    });
    await execute(cancelDeployment, developer, { deploymentId: first.id });
    await execute(runDeployment, developer, refOf(second));
    expect((await deploymentIn(developer, second.id, ["succeeded", "failed"])).state).toBe("succeeded");
  });

  it("looks again at those that wait behind once it has changed the target", async () => {
    const { developer, approver } = project.actors;
    const first = await waiting();
    const second = await waiting();
    await execute(approveDeployment, approver, refOf(first));
    await execute(runDeployment, developer, refOf(first));
    await deploymentIn(developer, first.id, ["succeeded"]);
    const blocked = await deploymentIn(developer, second.id, ["blocked"]);
    expect(blocked.problems).toMatchObject([{ code: "nothing_left" }]);
  });

  it("is refused where the migration has not succeeded in the environment before and the policy demands it", async () => {
    const { developer } = project.actors;
    await db().environment.update({
      where: { id: project.environments.production ?? "" },
      data: { policy: { requirePrevious: true } },
    });
    const made = await execute(createDeployment, developer, { targetId });
    const view = await deploymentIn(developer, made.id, ["blocked", "awaiting_approval"]);
    expect(view.state).toBe("blocked");
    expect(view.problems).toMatchObject([{ code: "previous_missing", migration: "20260101000000_orders" }]);
    expect(view.requirements).toContainEqual(expect.objectContaining({ key: "previous", state: "unmet" }));
    await expect(execute(runDeployment, developer, refOf(view))).rejects.toMatchObject({ kind: "conflict" });
  });
});

describe("bad input", () => {
  it("is refused with its field named", async () => {
    const { developer } = project.actors;
    await expect(execute(createDeployment, developer, { targetId: "x" })).rejects.toMatchObject({
      status: 422,
      details: { fields: [{ field: "targetId" }] },
    });
    const view = await waiting();
    await expect(
      execute(commentDeployment, developer, { deploymentId: view.id, body: " " }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(execute(createDeployment, developer, { targetId, to: "no-such" })).rejects.toMatchObject({
      code: "plan.unknown_version",
    });
  });

  it("blocks a script that does not parse with its line, without trying it anywhere", async () => {
    const { developer } = project.actors;
    await addMigration(
      project.services.orders ?? "",
      "20260102000000_wrong",
      "SELECT 1;\nCRATE TABLE x (id int);",
    );
    const made = await execute(createDeployment, developer, { targetId });
    const view = await deploymentIn(developer, made.id, ["blocked", "awaiting_approval"]);
    expect(view.problems).toMatchObject([
      { code: "script.syntax", migration: "20260102000000_wrong", line: 2 },
    ]);
    expect(view.shadow).toBeNull();
  });

  it("blocks a script that fails on the shadow, with PostgreSQL's own words", async () => {
    const { developer } = project.actors;
    await addMigration(
      project.services.orders ?? "",
      "20260102000000_wrong",
      "ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders DROP COLUMN missing;",
    );
    const made = await execute(createDeployment, developer, { targetId });
    const view = await deploymentIn(developer, made.id, ["blocked", "awaiting_approval"]);
    expect(view.state).toBe("blocked");
    const failed = view.statements.flatMap((group) => group.statements).find((one) => one.error);
    expect(failed).toMatchObject({ statement: 2, line: 2, error: { sqlState: "42703" } });
    expect(view.summary).toContainEqual(expect.objectContaining({ kind: "fails" }));
  });

  it("tells of a target that is away", async () => {
    const { developer } = project.actors;
    await db().target.update({ where: { id: targetId }, data: { port: 1 } });
    await expect(execute(createDeployment, developer, { targetId })).rejects.toMatchObject({
      kind: "target",
      code: "target.away",
    });
  });
});
