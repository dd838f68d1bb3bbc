import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Role } from "../../access/roles";
import { db } from "../../db/client";
import { setEnv } from "../../env";
import { backupFolder } from "../../testing/backup-records";
import { deploymentIn, startTestWorker } from "../../testing/deployments";
import { findMisfits } from "../../testing/json-schema";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { sessionCookie } from "../../testing/session-cookie";
import { handleApi } from "../http";
import { ENDPOINTS } from "./endpoints";
import type { JsonSchema } from "./json-schema";
import { openApiDocument } from "./openapi";
import { matchEndpoint } from "./router";

// Every check makes a scratch copy: slow where the machine is small.
vi.setConfig({ testTimeout: 300_000 });

interface Documented {
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}
const api = openApiDocument();
const paths = api.paths as Record<string, Record<string, Documented>>;
const { schemas } = api.components as { schemas: Record<string, JsonSchema> };

let stop: () => Promise<void>;
let project: TestProject;
let targetId: string;
const databases: TestDatabase[] = [];
const called = new Set<string>();

let folder: Awaited<ReturnType<typeof backupFolder>>;

async function dropDatabase(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: databases[0]?.url });
  await client.connect();
  await client.query(`DROP DATABASE ${name}`).finally(() => client.end());
}

beforeAll(async () => {
  folder = await backupFolder();
  stop = await startTestWorker();
  setEnv({ LOG_LEVEL: "error" });
  project = await testProject();
  for (const environment of ["development", "production"]) {
    const database = await testDatabase();
    databases.push(database);
    const id = await testTarget(project, "orders", environment, database.spec);
    if (environment === "development") targetId = id;
  }
}, 60_000);
afterAll(async () => {
  await stop();
  await folder.remove();
  for (const database of databases) await database.drop();
});

/** Fields of answers that later calls need. */
interface Fields {
  id: string;
  number: number;
  deployment: number;
  revision: number;
  state: string;
  restore: string;
  removed: string;
  kept_database: string;
  rows: { id: string }[];
}

/** Calls an endpoint as a person would from a page, and holds its answer against its own documentation. */
async function call(role: Role, method: string, path: string, body?: object): Promise<Fields> {
  const headers = {
    cookie: await sessionCookie(project.actors[role]),
    host: "localhost",
    "sec-fetch-site": "same-origin",
    ...(body ? { "content-type": "application/json" } : {}),
  };
  const url = new URL(`http://localhost/api/v1${path}`);
  if (method === "GET" || method === "DELETE") url.searchParams.set("project", project.slug);
  const sent = body ? { body: JSON.stringify({ project: project.slug, ...body }) } : {};
  const segments = url.pathname.split("/").slice(3);
  const response = await handleApi(new Request(url, { method, headers, ...sent }), segments);
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  const match = matchEndpoint(method, segments);
  if (match.kind !== "found") throw new Error(`${path} is no endpoint`);
  const { endpoint } = match;
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  const json = (type === "application/json" ? JSON.parse(text) : text) as Fields;
  const documented = paths[endpoint.path]?.[method.toLowerCase()]?.responses[response.status];
  const schema = documented?.content?.[type]?.schema;
  expect(schema && Object.keys(schema), `${endpoint.id} ${response.status} is documented`).not.toEqual([]);
  expect(schema).toBeDefined();
  expect(findMisfits(json, schema ?? {}, schemas), endpoint.id).toEqual([]);
  called.add(endpoint.id);
  return json;
}

const here = { service: "orders", environment: "development" };

async function migration(name: string, up: string, down: string): Promise<string> {
  const made = await call("developer", "POST", "/migrations", { service: "orders", name });
  const { id, revision } = await call("developer", "GET", `/migrations/${made.id}`);
  await call("developer", "PATCH", `/migrations/${id}`, { up, down, revision });
  await db().migration.update({ where: { id }, data: { draft: false } });
  return id;
}

/** Until a deployment has come to one of the states, which takes the worker its time. */
async function until(number: number, ...states: Parameters<typeof deploymentIn>[2]) {
  const { id } = await db().deployment.findFirstOrThrow({ where: { projectId: project.projectId, number } });
  return deploymentIn(project.actors.developer, id, states, 120_000);
}

it("scripts: every answer is what is documented", async () => {
  const made = await call("developer", "POST", "/migrations/create", {
    service: "orders",
    description: "gone",
  });
  await call("developer", "DELETE", `/migrations/${made.id}`);
  await migration("orders", "CREATE TABLE orders (id int PRIMARY KEY, note text);", "DROP TABLE orders;");
  await migration("index", "CREATE INDEX orders_note ON orders (note);", "DROP INDEX orders_note;");
  await call("developer", "POST", "/migrations/validate", { sql: "DROP TABLE orders; SELEC 1;" });
  await call("developer", "POST", "/migrations/dry-run", here);
  await call("viewer", "GET", "/migrations");
  await call("viewer", "GET", "/migrations/status");
});

it("projects and targets: every answer is what is documented", async () => {
  await call("viewer", "GET", "/projects");
  await call("viewer", "GET", `/projects/${project.slug}`);
  await call("viewer", "GET", `/projects/${project.slug}/targets`);
  await call("viewer", "GET", `/targets/${targetId}`);
  await call("admin", "POST", `/targets/${targetId}/test`, {});
});

it("deployments and runs: every answer is what is documented", async () => {
  const first = await call("developer", "POST", "/migrations/apply", { ...here, steps: 1, wait: 120 });
  expect(first.state).toBe("succeeded");
  const second = await call("developer", "POST", "/migrations/run", { ...here, wait: 120 });
  expect(second.state).toBe("succeeded");

  const promoted = await call("developer", "POST", `/deployments/${second.deployment}/promote`, {});
  const { number } = promoted;
  await until(number, "awaiting_approval");
  await call("developer", "POST", `/deployments/${number}/comments`, { body: "Please look." });
  await call("developer", "POST", `/deployments/${number}/check`, {});
  const waiting = await until(number, "awaiting_approval");
  const bound = { boundHash: waiting.bound?.hash };
  await call("approver", "POST", `/deployments/${number}/request-changes`, { ...bound, comment: "Why?" });
  await call("approver", "POST", `/deployments/${number}/approve`, bound);
  await call("viewer", "GET", `/deployments/${number}`);
  await call("developer", "POST", `/deployments/${number}/run`, bound);
  await until(number, "succeeded");
  await call("viewer", "GET", `/deployments/${number}`);

  await call("admin", "POST", `/deployments/${second.deployment}/rollback`, { reason: "Not wanted." });
  await call("viewer", "GET", "/deployments");
  const { rows } = await call("viewer", "GET", "/runs");
  const [run] = rows;
  await call("viewer", "GET", `/runs/${run?.id}`);
  await call("viewer", "GET", `/runs/${run?.id}/log`);
});

it("what was stopped and begun again: every answer is what is documented", async () => {
  await migration("late", "CREATE TABLE late (id int);", "DROP TABLE late;");
  const { number } = await call("developer", "POST", "/deployments", { ...here, environment: "production" });
  await call("developer", "POST", `/deployments/${number}/cancel`, {});
  await call("developer", "POST", `/deployments/${number}/retry`, {});
  await until(number, "awaiting_approval");
});

it("backups: every answer is what is documented", async () => {
  const made = await call("developer", "POST", "/backups", { ...here, description: "by hand", wait: 60 });
  expect(made.state).toBe("succeeded");
  await call("viewer", "GET", "/backups");
  await call("viewer", "GET", `/backups/${made.id}`);
  const pinned = await call("developer", "PATCH", `/backups/${made.id}`, { pinned: true, labels: ["keep"] });
  expect(pinned).toMatchObject({ pinned: true, labels: ["keep"], description: "by hand" });
  await call("developer", "POST", `/backups/${made.id}/verify`, {});
  const { restore } = await call("developer", "POST", `/backups/${made.id}/test`, {});
  await call("developer", "POST", `/restores/${restore}/cancel`, {});
  await call("viewer", "GET", `/restores/${restore}`);
  const copy = { id: made.id, mode: "beside", database: `copy_${Date.now()}`, wait: 60 };
  const restored = await call("developer", "POST", "/backups/restore", copy);
  expect(restored.state).toBe("succeeded");
  await dropDatabase(copy.database);
  const other = await call("developer", "POST", "/backup/create", { ...here, schema_only: true, wait: 60 });
  await db().backup.update({ where: { id: other.id }, data: { state: "queued" } });
  const stopped = await call("developer", "POST", `/backups/${other.id}/cancel`, {});
  expect(stopped.state).toBe("cancelled");
  await call("developer", "DELETE", `/backups/${other.id}`);

  const live = databases[0]?.name ?? "";
  const swap = { id: made.id, confirm: live, wait: 60 };
  const { id: swapped } = await call("developer", "POST", "/backups/restore", swap);
  await call("developer", "POST", `/restores/${swapped}/swap-back`, { confirm: live });
  const { kept_database: kept } = await call("viewer", "GET", `/restores/${swapped}`);
  expect(await call("viewer", "GET", "/restores/kept")).toMatchObject([{ useId: swapped, kept }]);
  const { removed } = await call("developer", "POST", `/restores/${swapped}/drop-kept`, { confirm: kept });
  expect(removed).toContain("_restored_");
  const waits = { state: "awaiting_approval", approvalsNeeded: 2 };
  await db().restore.update({ where: { id: restored.id }, data: waits });
  await call("approver", "POST", `/restores/${restored.id}/approve`, {});
  await db().restore.update({ where: { id: restored.id }, data: { state: "in_doubt" } });
  const word = { as: "not_done", reason: "The copy is not there." };
  expect(await call("developer", "POST", `/restores/${restored.id}/settle`, word)).toEqual({
    state: "failed",
  });
});

it("what backups demand and take: every answer is what is documented", async () => {
  const estimate = { ...here, tables: ["public.orders"] };
  expect(await call("developer", "POST", "/backups/estimate", estimate)).toMatchObject({ fits: true });
  const { snapshotId } = await db().backup.findFirstOrThrow({ where: { description: "by hand" } });
  const sql = (await call("admin", "GET", `/backups/${snapshotId}/export`)) as unknown as string;
  expect(sql).toContain("CREATE TABLE public.orders");
  const policies = (await call("viewer", "GET", "/backup-policies")) as unknown as {
    environment: { id: string; name: string };
    policy: object;
  }[];
  const { id } = policies.find((one) => one.environment.name === "production")?.environment ?? {};
  await call("admin", "PATCH", `/backup-policies/${id}`, { policy: { keepLast: 3 } });
  const after = (await call("viewer", "GET", "/backup-policies")) as unknown as typeof policies;
  expect(after.find((one) => one.environment.id === id)?.policy).toMatchObject({ keepLast: 3 });
});

it("storages: every answer is what is documented", async () => {
  const path = join(folder.path, "elsewhere");
  const settings = { kind: "folder", settings: { path } };
  const asInstanceAdmin = (instanceAdmin: boolean) =>
    db().user.update({ where: { id: project.actors.admin.userId ?? "" }, data: { instanceAdmin } });
  await asInstanceAdmin(true);
  const { id } = await call("admin", "POST", "/storages", { name: "elsewhere", ...settings });
  await asInstanceAdmin(false);
  const storages = (await call("viewer", "GET", "/storages")) as unknown as { id: string; name: string }[];
  expect(storages.find((one) => one.id === id)).toMatchObject({ name: "elsewhere" });
  expect(await call("admin", "POST", `/storages/${id}/test`, {})).toEqual({ ok: true, error: null });

  const made = await db().backup.findFirstOrThrow({ where: { description: "by hand" } });
  await cp(made.filePath, join(path, made.snapshotId), { recursive: true });
  const { archives } = (await call("admin", "GET", `/storages/${id}/archives`)) as unknown as {
    archives: object[];
  };
  expect(archives).toMatchObject([{ name: made.snapshotId, known: false }]);
  const imported = { names: [made.snapshotId], targetId };
  const { ids } = (await call("admin", "POST", `/storages/${id}/import`, imported)) as unknown as {
    ids: string[];
  };
  expect(await call("viewer", "GET", `/backups/${ids[0]}`)).toMatchObject({ state: "succeeded" });

  await rm(path, { recursive: true });
  await writeFile(path, "no folder");
  const failed = await call("admin", "POST", `/storages/${id}/test`, {});
  expect(failed).toMatchObject({ ok: false, error: { code: "storage.not_a_folder", details: { path } } });
  await db().backup.deleteMany({ where: { storageId: id } });
  await call("admin", "DELETE", `/storages/${id}?confirm=elsewhere`);
});

it("schedules and kept rows: every answer is what is documented", async () => {
  const { id } = await call("admin", "POST", "/schedules", { ...here, cron: "15 4 * * 1" });
  await call("admin", "PATCH", `/schedules/${id}`, { timeZone: "Europe/Madrid" });
  await call("admin", "PATCH", `/schedules/${id}`, { enabled: false });
  const [schedule] = (await call("viewer", "GET", "/schedules")) as unknown as object[];
  const kept = { cron: "15 4 * * 1", timeZone: "Europe/Madrid", enabled: false, kind: "backup" };
  expect(schedule).toMatchObject({ ...kept, scope: { kind: "database" } });
  await call("admin", "DELETE", `/schedules/${id}`);
  await call("viewer", "GET", `/targets/${targetId}/kept-rows`);
  await call("developer", "POST", `/targets/${targetId}/kept-rows/purge`, {});
});

/** Called by drift.test.ts; what they answer is documented from their types alone. */
const ELSEWHERE = /^(migrations\.diff|schema\.|drift\.|baseline\.)/;

it("no endpoint was left out", () => {
  const ids = ENDPOINTS.filter(({ id, missing }) => !missing && !ELSEWHERE.test(id)).map(({ id }) => id);
  expect(ids.filter((id) => !called.has(id))).toEqual([]);
});
