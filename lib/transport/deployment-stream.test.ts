import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { GET as deploymentEvents } from "@/app/(dashboard)/[project]/deployments/[number]/events/route";
import { GET as runningEvents } from "@/app/(dashboard)/[project]/running/route";
import type { Actor } from "../access/actor";
import { db } from "../db/client";
import { setEnv } from "../env";
import { execute } from "../operations/define";
import { createDeployment } from "../operations/deployment/create";
import { getDeploymentLive } from "../operations/deployment/live";
import { touchDeployment } from "../operations/deployment/move";
import { runDeployment } from "../operations/deployment/run";
import type { DeploymentLive, RunningOperation } from "../operations/deployment/views";
import { addMigration, deploymentIn, startTestWorker } from "../testing/deployments";
import { type OpenStream, openStream } from "../testing/event-stream";
import { type TestDatabase, testDatabase } from "../testing/postgres";
import { type TestProject, testPerson, testProject, testTarget } from "../testing/project";
import { sessionCookie } from "../testing/session-cookie";

// Every check makes a scratch copy, and a revoked session is noticed after ten seconds.
vi.setConfig({ testTimeout: 120_000 });

let stop: () => Promise<void>;
let project: TestProject;
let database: TestDatabase;
let targetId: string;
const streams: OpenStream[] = [];

beforeAll(async () => {
  stop = await startTestWorker();
  setEnv({ LOG_LEVEL: "fatal" });
  project = await testProject();
  database = await testDatabase();
  targetId = await testTarget(project, "orders", "development", database.spec);
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await stop();
  await database.drop();
});

let count = 0;

/** A deployment that was checked, of a migration that no other test needs. @param first a statement before its own */
async function newDeployment(first = ""): Promise<{ id: string; number: number; boundHash: string }> {
  count += 1;
  // What a test before left waiting would come first.
  await db().deployment.updateMany({ where: { state: "ready" }, data: { state: "cancelled" } });
  const up = `${first}CREATE TABLE t_${count} (id int); SELECT 1; CREATE INDEX ON t_${count} (id);`;
  await addMigration(project.services.orders ?? "", `2026010100000${count}_t`, up, `DROP TABLE t_${count};`);
  const { developer } = project.actors;
  const { id, number } = await execute(createDeployment, developer, { targetId });
  const ready = await deploymentIn(developer, id, ["ready"]);
  return { id, number, boundHash: ready.bound?.hash ?? "" };
}

/** A statement that waits on the target, and not on the copy on which it is tried. */
const HELD = "SELECT pg_advisory_xact_lock(1); ";

/** Runs wait until they were seen: streams look now and then, and a quick run would be over by then. @returns lets them go on */
async function holdRuns(): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query("SELECT pg_advisory_lock(1)");
  return () => holder.end();
}

async function request(actor: Actor | null): Promise<Request> {
  const headers = actor ? { cookie: await sessionCookie(actor) } : {};
  return new Request("http://localhost/events", { headers });
}

async function openDeployment(actor: Actor | null, number: number): Promise<OpenStream> {
  const params = Promise.resolve({ project: project.slug, number: String(number) });
  const stream = openStream(await deploymentEvents(await request(actor), { params }));
  streams.push(stream);
  return stream;
}

async function openBell(actor: Actor | null): Promise<OpenStream> {
  const params = Promise.resolve({ project: project.slug });
  const stream = openStream(await runningEvents(await request(actor), { params }));
  streams.push(stream);
  return stream;
}

describe("the events of a deployment", () => {
  it("tell its state at once, each change of the run, and end with it", async () => {
    const letGo = await holdRuns();
    const { id, number, boundHash } = await newDeployment(HELD);
    const stream = await openDeployment(project.actors.viewer, number);
    expect(stream.status).toBe(200);
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers.get("cache-control")).toContain("no-store");
    const first = await stream.next<DeploymentLive>();
    expect(first).toMatchObject({ event: "state", data: { state: "ready", run: null } });
    await execute(runDeployment, project.actors.developer, { deploymentId: id, boundHash });
    const rest = [];
    for (let state = ""; state !== "running"; ) {
      const message = await stream.next<DeploymentLive>();
      if (!message) throw new Error("the stream ended before the run began");
      rest.push(message);
      state = message.data.state;
    }
    await letGo();
    rest.push(...(await stream.rest<DeploymentLive>()));
    expect(rest.at(-1)?.data).toMatchObject({ state: "succeeded", ended: true });
    const ids = [first, ...rest].map((one) => Number(one?.id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    // Every line of the log comes once.
    const lines = rest.flatMap(({ data }) => data.run?.log.map((line) => line.id) ?? []);
    expect(new Set(lines).size).toBe(lines.length);
    expect(rest.flatMap(({ data }) => data.run?.log.map((line) => line.code) ?? [])).toContain(
      "run_succeeded",
    );
    // Steps come when they change; together the messages hold all of them as they ended.
    const steps = new Map(
      rest.flatMap(({ data }) => data.run?.steps.map((s) => [s.position, s.state]) ?? []),
    );
    expect([...steps.values()]).toEqual(["done", "done", "done", "done"]);
  });

  it("never carry a version that is newer than their state: nothing would tell of the newer one", async () => {
    const { id } = await newDeployment();
    const states = ["ready", "running"] as const;
    const written = new Map<number, string>();
    let done = false;
    const writer = (async () => {
      for (let i = 0; !done; i += 1) {
        const updatedAt = new Date(Date.UTC(2026, 0, 1) + i);
        const state = states[i % 2] as string;
        written.set(updatedAt.getTime(), state);
        await db().deployment.update({ where: { id }, data: { state, updatedAt } });
      }
    })();
    const read = [];
    for (let i = 0; i < 60; i += 1)
      read.push(await execute(getDeploymentLive, project.actors.developer, { deploymentId: id }));
    done = true;
    await writer;
    await db().deployment.update({ where: { id }, data: { state: "cancelled" } });
    const seen = read.filter(({ version }) => written.has(version));
    expect(seen.length).toBeGreaterThan(30);
    expect(seen.map(({ state }) => state)).toEqual(seen.map(({ version }) => written.get(version)));
  });

  it("tell a change of the same millisecond too, if later", async () => {
    const { id, number } = await newDeployment();
    const stream = await openDeployment(project.actors.viewer, number);
    await stream.next();
    await db().$executeRaw`UPDATE deployment SET state = 'cancelled' WHERE id = ${id}::uuid`;
    expect((await stream.rest()).map(({ data }) => (data as DeploymentLive).state)).toEqual(["cancelled"]);
  });

  it("of one that is over are its state, and the end", async () => {
    const last = await db().deployment.findFirstOrThrow({ where: { state: "succeeded" } });
    const stream = await openDeployment(project.actors.viewer, last.number);
    const all = await stream.rest<DeploymentLive>();
    expect(all.map(({ data }) => data.state)).toEqual(["succeeded"]);
  });

  it("are not for strangers, and not there for others", async () => {
    expect((await openDeployment(null, 1)).status).toBe(401);
    expect((await openDeployment(project.stranger, 1)).status).toBe(404);
    expect((await openDeployment(project.actors.viewer, 9999)).status).toBe(404);
    expect((await openDeployment(project.stranger, 1)).headers.get("content-type")).toContain("problem+json");
  });

  it("stop for somebody who is no member any more, with the next change", async () => {
    const { id, number } = await newDeployment();
    const guest = await testPerson("guest");
    const membership = { userId: guest.userId ?? "", projectId: project.projectId };
    await db().membership.create({ data: { ...membership, role: "viewer" } });
    const stream = await openDeployment(guest, number);
    await stream.next();
    await db().membership.deleteMany({ where: membership });
    await touchDeployment(db(), id);
    expect(await stream.rest()).toEqual([]);
  });

  it("stop when the session is revoked", async () => {
    const { number } = await newDeployment();
    const stream = await openDeployment(project.actors.approver, number);
    await stream.next();
    const userId = project.actors.approver.userId ?? "";
    await db().session.updateMany({ where: { userId }, data: { revokedAt: new Date() } });
    expect(await stream.rest()).toEqual([]);
  });

  it("cost nothing any more once the reader has gone", async () => {
    const { id, number } = await newDeployment();
    const stream = await openDeployment(project.actors.viewer, number);
    await stream.next();
    stream.close();
    await touchDeployment(db(), id);
    expect(await stream.rest()).toEqual([]);
  });
});

describe("the bell", () => {
  it("rings when something begins to run, and again when it is over", async () => {
    const stream = await openBell(project.actors.viewer);
    type Running = { operations: RunningOperation[] };
    expect(await stream.next<Running>()).toMatchObject({ event: "running", data: { operations: [] } });
    const letGo = await holdRuns();
    const { id, number, boundHash } = await newDeployment(HELD);
    const seen = async (state: string) => {
      for (;;) {
        const message = await stream.next<Running>();
        if (!message) throw new Error(`the stream ended before ${state}`);
        const { operations } = message.data;
        if (
          operations.some(
            (one) => "deploymentNumber" in one && one.state === state && one.deploymentNumber === number,
          )
        )
          return;
      }
    };
    await execute(runDeployment, project.actors.developer, { deploymentId: id, boundHash });
    await seen("running");
    await letGo();
    for (let message = await stream.next<Running>(); message; message = await stream.next<Running>()) {
      if (message.data.operations.length === 0) break;
    }
    stream.close();
  });

  it("is not for strangers, and not there for others", async () => {
    expect((await openBell(null)).status).toBe(401);
    expect((await openBell(project.stranger)).status).toBe(404);
  });
});
