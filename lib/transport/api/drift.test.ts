import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { setEnv } from "../../env";
import { execute } from "../../operations/define";
import { createToken } from "../../operations/token/create";
import { metadataDatabase, type TestDatabase, testDatabase, testServer } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { handleApi } from "../http";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let store: TestDatabase;
let project: TestProject;
let databases: Record<"development" | "production", TestDatabase>;
let tokens: Record<"viewer" | "developer" | "admin" | "stranger", string>;

beforeAll(async () => {
  store = await metadataDatabase();
  setEnv({ LOG_LEVEL: "error", DBMIGRATOR_SHADOW_URL: (await testServer()).url });
  project = await testProject();
  databases = { development: await testDatabase(), production: await testDatabase() };
  for (const [environment, { spec }] of Object.entries(databases)) {
    await testTarget(project, "orders", environment, spec);
  }
  const make = async (
    projectId: string,
    role: "viewer" | "developer" | "admin",
    actor = project.actors.admin,
  ) => (await execute(createToken, actor, { projectId, name: role, role, expiresInDays: 1 })).token;
  const other = await testProject();
  tokens = {
    viewer: await make(project.projectId, "viewer"),
    developer: await make(project.projectId, "developer"),
    admin: await make(project.projectId, "admin"),
    stranger: await make(other.projectId, "developer", other.actors.admin),
  };
  await query("development", "CREATE TABLE orders (id int PRIMARY KEY, note text)");
  await query("production", "CREATE TABLE orders (id int PRIMARY KEY)");
});
afterAll(async () => {
  await db().$disconnect();
  await Promise.all([store, ...Object.values(databases)].map((one) => one.drop()));
});

async function query(environment: "development" | "production", sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databases[environment].url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function call(method: string, path: string, token: string, body?: unknown) {
  const request = new Request(`http://localhost:3000/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const response = await handleApi(request, new URL(request.url).pathname.split("/").slice(3));
  return { status: response.status, json: (await response.json()) as Record<string, never> };
}

const diff = (token: string, more = "") =>
  call("GET", `/migrations/diff?project=${project.slug}&service=orders&environment=production${more}`, token);

describe("GET /migrations/diff", () => {
  it("tells what one environment has against another, with the SQL both ways", async () => {
    const found = await diff(tokens.viewer, "&against=development");
    expect(found).toMatchObject({
      status: 200,
      json: {
        against: "development",
        identical: false,
        counts: { added: 1, changed: 0, removed: 0 },
        changes: [{ change: "added", kind: "column", name: "public.orders.note" }],
        up: "ALTER TABLE public.orders ADD COLUMN note text;\n",
      },
    });
    await query("production", (found.json as unknown as { up: string }).up);
    expect(await diff(tokens.viewer, "&against=development")).toMatchObject({
      json: { identical: true, up: "" },
    });
  });

  it("says that nothing is foretold where nothing is recorded", async () => {
    expect(await diff(tokens.viewer)).toMatchObject({
      status: 200,
      json: { state: "unmanaged", identical: false, against: null, reason: null },
    });
  });

  it("shows nothing of another project, and names what is missing", async () => {
    expect((await diff(tokens.stranger)).status).toBe(404);
    expect((await diff(tokens.viewer, "&against=nowhere")).status).toBe(404);
    const empty = await call("GET", `/migrations/diff?project=${project.slug}`, tokens.viewer);
    expect(empty).toMatchObject({ status: 422, json: { errors: expect.any(Array) } });
  });
});

describe("PATCH /drift-policies/{environmentId}", () => {
  it("changes what an environment makes of drift, and tells what does not fit", async () => {
    const path = `/drift-policies/${project.environments.production}`;
    const policy = { beforeDeployment: "block", everyMinutes: 30, ignoreSchemas: ["audit"] };
    expect((await call("PATCH", path, tokens.admin, { policy })).status).toBe(200);
    const { json } = await call("GET", `/projects/${project.slug}`, tokens.viewer);
    const { environments } = json as unknown as { environments: { name: string; driftPolicy: object }[] };
    expect(environments.find(({ name }) => name === "production")?.driftPolicy).toMatchObject({
      ...policy,
      ignoreOwners: false,
    });
    const wrong = await call("PATCH", path, tokens.admin, { policy: { everyMinutes: 1, ignoreAll: true } });
    expect(wrong.status).toBe(422);
    expect(wrong.json.errors).toHaveLength(2);
  });

  it("is for administrators of the project", async () => {
    const path = `/drift-policies/${project.environments.production}`;
    expect((await call("PATCH", path, tokens.developer, { policy: {} })).status).toBe(403);
    expect((await call("PATCH", path, tokens.stranger, { policy: {} })).status).toBe(404);
  });
});

describe("POST /compare", () => {
  const sides = (source: object, target: object) => ({ project: project.slug, source, target });
  const sql = (text: string) => ({ kind: "sql", name: "wanted.sql", text });

  it("compares a file with a database, and makes a migration of the ticked changes", async () => {
    const { id: targetId } = await db().target.findFirstOrThrow({
      where: { environmentId: project.environments.production ?? "" },
    });
    const body = sides(
      { kind: "target", targetId },
      sql(
        "CREATE TABLE orders (id int PRIMARY KEY, note text, a int, b int); CREATE VIEW v AS SELECT b FROM orders;",
      ),
    );
    const found = await call("POST", "/compare", tokens.developer, body);
    expect(found.status, JSON.stringify(found.json)).toBe(200);
    const { changes } = found.json as unknown as { changes: { id: string; name: string; needs: string[] }[] };
    expect(changes.map((one) => one.name).sort()).toEqual(["public.orders.a", "public.orders.b", "public.v"]);
    const view = changes.find((one) => one.name === "public.v");
    expect(view?.needs).toEqual(["column:public.orders.b"]);
    const made = await call("POST", "/compare/migration", tokens.developer, {
      ...body,
      serviceId: project.services.orders,
      name: "Totals",
      changes: [view?.id],
    });
    expect(made.status, JSON.stringify(made.json)).toBe(201);
    const row = await db().migration.findUniqueOrThrow({
      where: { id: (made.json as unknown as { id: string }).id },
    });
    expect(row).toMatchObject({ draft: true, name: "totals" });
    expect(row.up).toContain("ADD COLUMN b integer");
    expect(row.up).toContain("CREATE VIEW public.v");
    expect(row.up).not.toContain("COLUMN a");
    expect(row.down).toMatch(/DROP VIEW public\.v;[\s\S]*DROP COLUMN b;/);
  });

  it("runs no text of a viewer and finds no target of another project", async () => {
    const body = sides(sql("SELECT 1"), sql("SELECT 2"));
    expect((await call("POST", "/compare", tokens.viewer, body)).status).toBe(403);
    const foreign = await db().target.findFirstOrThrow();
    const stolen = {
      ...sides({ kind: "target", targetId: foreign.id }, sql("SELECT 1")),
      project: undefined,
    };
    expect((await call("POST", "/compare", tokens.stranger, stolen)).status).toBe(404);
  });

  it("tells why a script cannot be replayed, and what is no snapshot", async () => {
    const failing = sides(sql("SELECT 1;\nSELECT * FROM nowhere;"), sql("SELECT 1"));
    expect(await call("POST", "/compare", tokens.developer, failing)).toMatchObject({
      status: 412,
      json: { code: "replay.failed", detail: expect.stringContaining("line 2") },
    });
    const broken = sides({ kind: "snapshot", name: "x.json", text: "{}" }, sql("SELECT 1"));
    expect(await call("POST", "/compare", tokens.developer, broken)).toMatchObject({
      status: 422,
      json: { code: "snapshot.invalid" },
    });
  });
});
