import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../../access/actor";
import { db } from "../../db/client";
import { sealSecret } from "../../db/secrets";
import { setEnv } from "../../env";
import { execute } from "../../operations/define";
import { createToken } from "../../operations/token/create";
import { metadataDatabase, type TestDatabase, testDatabase } from "../../testing/postgres";
import { handleApi } from "../http";
import { sessionCookieName, sessionSecrets } from "../session";
import { ENDPOINTS } from "./endpoints";

let store: TestDatabase;
let target: TestDatabase;
let tokens: Record<"viewer" | "developer" | "admin" | "stranger", string>;
let migrationId: string;
let targetId: string;
let environmentId: string;
const missing = "00000000-0000-4000-8000-000000000000";

beforeAll(async () => {
  store = await metadataDatabase();
  setEnv({ LOG_LEVEL: "error" });
  target = await testDatabase();
  const user = await db().user.create({
    data: { email: "ada@example.org", name: "Ada", instanceAdmin: true },
  });
  const admin: Actor = { kind: "user", id: user.id, label: user.email, userId: user.id, instanceAdmin: true };
  const shop = await makeProject("shop");
  const other = await makeProject("other");
  const made = async (projectId: string, role: "viewer" | "developer" | "admin") =>
    (await execute(createToken, admin, { projectId, name: role, role, expiresInDays: 1 })).token;
  tokens = {
    viewer: await made(shop, "viewer"),
    developer: await made(shop, "developer"),
    admin: await made(shop, "admin"),
    stranger: await made(other, "admin"),
  };
  const service = await db().service.findFirstOrThrow({ where: { projectId: shop } });
  const environment = await db().environment.findFirstOrThrow({ where: { projectId: shop } });
  const { host, port, database, user: username } = target.spec;
  const row = await db().target.create({
    data: {
      serviceId: service.id,
      environmentId: environment.id,
      host,
      port,
      database,
      username,
      tlsMode: "disable",
    },
  });
  targetId = row.id;
  environmentId = environment.id;
  await db().target.update({
    where: { id: targetId },
    data: { password: sealSecret(target.spec.password ?? "", targetId) },
  });
});

afterAll(async () => {
  await db().$disconnect();
  await store.drop();
  await target.drop();
});

async function makeProject(slug: string): Promise<string> {
  const { id } = await db().project.create({
    data: {
      slug,
      name: slug,
      services: { create: { name: "orders" } },
      environments: { create: { name: "development", position: 1 } },
    },
  });
  return id;
}

interface Sent {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

async function call(method: string, path: string, { token, body, headers }: Sent = {}) {
  const request = new Request(`http://localhost:3000/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const path2 = new URL(request.url).pathname.split("/").slice(3);
  const response = await handleApi(request, path2);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: JSON.parse(text) as Record<string, never>,
  };
}

/** Every endpoint with its places filled in by something of the project "shop" where there is one. */
function filled(path: string): string {
  return path
    .replace("{id}", migrationId ?? missing)
    .replace("{runId}", missing)
    .replace("{restoreId}", missing)
    .replace("{scheduleId}", missing)
    .replace("{storageId}", missing)
    .replace("{environmentId}", environmentId)
    .replace("{targetId}", targetId)
    .replace("{slug}", "shop")
    .replace("{number}", "1");
}

const names = { service: "orders", environment: "development" };

describe("every endpoint", () => {
  it.each(ENDPOINTS.map((e) => [e.method, e.path] as const))(
    "%s %s answers a stranger with 401",
    async (method, path) => {
      const before = await db().auditEvent.count({ where: { outcome: "denied" } });
      const answer = await call(
        method,
        filled(path),
        method === "GET" || method === "DELETE" ? {} : { body: { service: "orders" } },
      );
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      expect(answer.json).toMatchObject({ code: "access.sign_in", status: 401 });
      expect(await db().auditEvent.count({ where: { outcome: "denied" } })).toBe(before + 1);
    },
  );

  it.each(ENDPOINTS.filter((e) => !e.missing).map((e) => [e.method, e.path] as const))(
    "%s %s shows nothing of another project",
    async (method, path) => {
      migrationId ??= await anyMigration();
      const named = path === "/migrations/diff" ? `&${new URLSearchParams(names)}` : "";
      const where = method === "GET" || method === "DELETE" ? `?project=shop&confirm=x${named}` : "";
      const body = {
        ...names,
        project: "shop",
        name: "x",
        description: "x",
        sql: "SELECT 1",
        up: "",
        down: null,
        revision: 1,
        boundHash: "0".repeat(64),
        comment: "x",
        body: "x",
        snapshot_id: "x",
        source: { kind: "target", targetId },
        target: { kind: "target", targetId },
        serviceId: missing,
        patterns: ["x"],
        reason: "x y",
        migrations: ["x"],
        as: "done",
        cron: "0 3 * * *",
        policy: {},
        names: ["x"],
        ...(path === "/storages"
          ? { kind: "s3", settings: { bucket: "archives", accessKeyId: "x", secretAccessKey: "x" } }
          : {}),
        ...(path.startsWith("/restores/") ? { confirm: "x" } : {}),
      };
      const sent = where ? {} : { body };
      const answer = await call(method, filled(path) + where, { token: tokens.stranger, ...sent });
      if (path === "/projects" || path === "/migrations/validate")
        expect(answer.text).not.toContain('"shop"');
      else expect([answer.status, answer.json.code]).toEqual([404, expect.stringMatching(/not_found$/)]);
    },
  );
});

async function anyMigration(): Promise<string> {
  const service = await db().service.findFirstOrThrow({ where: { project: { slug: "shop" } } });
  const data = {
    serviceId: service.id,
    filename: "20200101000000_first",
    version: "20200101000000",
    name: "first",
    up: "CREATE TABLE first (id int);",
    down: "DROP TABLE first;",
    checksum: "0".repeat(64),
  };
  return (await db().migration.create({ data })).id;
}

describe("rights", () => {
  it.each([
    ["POST", "/migrations", { service: "orders", name: "x" }],
    ["PATCH", "/migrations/{id}", { revision: 1, up: "SELECT 1", down: null }],
    ["DELETE", "/migrations/{id}", undefined],
    ["POST", "/migrations/run", names],
    ["POST", "/migrations/apply", names],
    ["POST", "/migrations/dry-run", names],
    ["POST", "/deployments", names],
    ["POST", "/targets/{targetId}/test", {}],
  ])("%s %s is refused to a viewer, and the refusal is recorded", async (method, path, body) => {
    migrationId ??= await anyMigration();
    const answer = await call(method, filled(path), { token: tokens.viewer, ...(body ? { body } : {}) });
    expect([answer.status, answer.json.code]).toEqual([403, "access.role_needed"]);
    const last = await db().auditEvent.findFirstOrThrow({ orderBy: { seq: "desc" } });
    expect(last).toMatchObject({ outcome: "denied", actorKind: "token" });
  });

  it("refuses a token that is unknown, and a scheme that is no bearer", async () => {
    expect((await call("GET", "/migrations", { token: "dbm_unknown_token_value" })).status).toBe(401);
    const basic = await call("GET", "/migrations", { headers: { authorization: "Basic YTpi" } });
    expect([basic.status, basic.json.code]).toEqual([401, "access.scheme"]);
  });
});

describe("a signed-in browser", () => {
  async function cookieOf(): Promise<string> {
    const user = await db().user.findFirstOrThrow();
    const session = await db().session.create({
      data: { userId: user.id, expiresAt: new Date(Date.now() + 60_000) },
    });
    const claims = { sub: user.id, sid: session.id, ver: user.sessionVersion };
    return `${sessionCookieName(false)}=${await encode({ token: claims, secret: sessionSecrets()[0] })}`;
  }

  it("may call the API from this site's pages, and from no other site", async () => {
    const cookie = await cookieOf();
    const send = (headers: Record<string, string>) =>
      call("POST", "/migrations", {
        body: { project: "shop", service: "orders", name: "from browser" },
        headers: { cookie, host: "localhost:3000", ...headers },
      });
    expect((await send({ "sec-fetch-site": "same-origin" })).status).toBe(201);
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      {},
    ]) {
      expect((await send(headers as Record<string, string>)).json).toMatchObject({
        status: 403,
        code: "access.other_site",
      });
    }
    expect((await call("GET", "/migrations?project=shop", { headers: { cookie } })).status).toBe(200);
  });

  it("is a stranger again once its session is revoked", async () => {
    const cookie = await cookieOf();
    await db().session.updateMany({ data: { revokedAt: new Date() } });
    expect((await call("GET", "/migrations?project=shop", { headers: { cookie } })).status).toBe(401);
  });
});

describe("input", () => {
  it("names each field that does not fit", async () => {
    const answer = await call("POST", "/migrations", { token: tokens.developer, body: { service: 7 } });
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({
      code: "input.invalid",
      errors: expect.arrayContaining([expect.objectContaining({ field: "service" })]),
    });
    const page = await call("GET", "/migrations?limit=0", { token: tokens.viewer });
    expect(page.json).toMatchObject({ status: 422, errors: [{ field: "limit" }] });
  });

  it("refuses what is no JSON, no object, no application/json or too large", async () => {
    const send = (body: string, type = "application/json") =>
      call("POST", "/migrations/dry-run", {
        token: tokens.developer,
        body,
        headers: { "content-type": type },
      });
    expect((await send("{")).json).toMatchObject({ status: 400, code: "http.malformed_json" });
    expect((await send("[1]")).json).toMatchObject({ status: 422, code: "input.invalid" });
    expect((await send("{}", "text/plain")).json).toMatchObject({ status: 415, code: "http.content_type" });
    expect((await send(`{"x":"${"x".repeat(1024 * 1024)}"}`)).json).toMatchObject({
      status: 413,
      code: "http.too_large",
    });
  });

  it("tells unknown paths, other methods and what is still to come apart", async () => {
    expect((await call("GET", "/nothing", { token: tokens.viewer })).json).toMatchObject({
      status: 404,
      code: "http.no_endpoint",
    });
    const other = await call("DELETE", "/migrations", { token: tokens.viewer });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, POST"]);
  });

  it("never repeats a secret that was sent", async () => {
    const secret = "hunter2-very-secret";
    const answers = await Promise.all([
      call("POST", `/targets/${targetId}/test`, {
        token: tokens.admin,
        body: { connection: { host: "h", port: "x", database: "d", username: "u", password: secret } },
      }),
      call("POST", "/migrations", { token: tokens.developer, body: { service: { password: secret } } }),
    ]);
    for (const { text } of answers) expect(text).not.toContain(secret);
    expect(answers.map(({ status }) => status)).toEqual([422, 422]);
  });
});

describe("migrations", () => {
  it("are made from a description, listed, read, saved and deleted", async () => {
    const made = await call("POST", "/migrations/create", {
      token: tokens.developer,
      body: {
        service: "orders",
        environment: "development",
        description: "Add Order Channel",
        up: "CREATE TABLE channel (id int);",
      },
    });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ name: "add_order_channel" });
    const { id } = made.json as unknown as { id: string };
    expect((await call("GET", `/migrations/${id}`, { token: tokens.viewer })).json).toMatchObject({
      up: "CREATE TABLE channel (id int);",
    });
    expect((await call("GET", "/migrations?service=orders", { token: tokens.viewer })).text).toContain(id);
    const saved = await call("PATCH", `/migrations/${id}`, {
      token: tokens.developer,
      body: { revision: 1, up: "SELECT 1;", down: null },
    });
    expect(saved.json).toMatchObject({ revision: 2 });
    const stale = await call("PATCH", `/migrations/${id}`, {
      token: tokens.developer,
      body: { revision: 1, up: "SELECT 2;", down: null },
    });
    expect(stale.status).toBe(409);
    expect((await call("DELETE", `/migrations/${id}`, { token: tokens.developer })).status).toBe(200);
    expect((await call("GET", `/migrations/${id}`, { token: tokens.viewer })).status).toBe(404);
  });

  it("answer the same request again with the first answer", async () => {
    const send = (name: string, token = tokens.developer) =>
      call("POST", "/migrations", {
        token,
        body: { service: "orders", name },
        headers: { "idempotency-key": "key-1" },
      });
    const [first, again] = [await send("once"), await send("once")];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await send("another")).json).toMatchObject({ status: 422, code: "idempotency.other_request" });
    // Keys belong to who sent them.
    expect((await send("once", tokens.admin)).json).not.toEqual(first.json);
    expect(await db().migration.count({ where: { name: "once" } })).toBe(2);
  });

  it("let a key be used again after a failure", async () => {
    const send = (service: string) =>
      call("POST", "/migrations", {
        token: tokens.developer,
        body: { service, name: "retry" },
        headers: { "idempotency-key": "key-2" },
      });
    expect((await send("nothing")).status).toBe(404);
    expect((await send("orders")).status).toBe(201);
  });

  it("hold a key only while somebody answers: what a killed process left can soon be sent again", async () => {
    const send = () =>
      call("POST", "/migrations", {
        token: tokens.developer,
        body: { service: "orders", name: "left" },
        headers: { "idempotency-key": "key-3" },
      });
    expect((await send()).status).toBe(201);
    const where = { key: "key-3" };
    await db().idempotencyKey.updateMany({ where, data: { status: null, seenAt: new Date() } });
    expect((await send()).json).toMatchObject({ status: 409, code: "idempotency.in_progress" });
    await db().idempotencyKey.updateMany({ where, data: { seenAt: new Date(Date.now() - 60_000) } });
    const again = await send();
    expect(again.status).toBe(201);
    expect(again.headers.get("idempotency-replayed")).toBeNull();
    expect((await send()).headers.get("idempotency-replayed")).toBe("true");
  });

  it("are validated without being stored", async () => {
    const sql = "ALTER TABLE orders DROP COLUMN note;\n\\connect x\n";
    const answer = await call("POST", "/migrations/validate", {
      token: tokens.viewer,
      body: { sql, file: "a.sql" },
    });
    expect(answer.json).toMatchObject({
      ok: false,
      problems: [{ code: "psql_command", line: 2 }],
      statements: [
        {
          file: "a.sql",
          line: 1,
          locks: [{ relation: "orders", mode: "ACCESS EXCLUSIVE" }],
          rewrite: "no",
          scan: "no",
        },
      ],
      findings: [{ code: "drop-column", severity: "danger" }],
      destroys: ["orders.note"],
    });
  });

  it("are tried on a copy of the target", async () => {
    migrationId ??= await anyMigration();
    await db().migration.update({ where: { id: migrationId }, data: { draft: false } });
    const answer = await call("POST", "/migrations/dry-run", { token: tokens.developer, body: names });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      migrations: [{ filename: "20200101000000_first" }],
      dryRun: { ok: true, rollback: { proven: true } },
    });
  });

  it("tell where each target stands", async () => {
    const answer = await call("GET", "/migrations/status", { token: tokens.viewer });
    expect(answer.json).toMatchObject({
      targets: [{ service: "orders", environment: "development", counts: { applied: 0 } }],
    });
  });
});

describe("what no store can hold", () => {
  it.each([
    ["a null byte in the address", "/migrations?project=sh%00op"],
    ["a number past its column", "/deployments/2147483648"],
  ])("%s is refused as input", async (_, path) => {
    expect((await call("GET", path, { token: tokens.admin })).status).toBe(422);
  });

  it("a cookie that is none leaves its sender a stranger", async () => {
    const headers = { cookie: `${sessionCookieName(false)}=%E0%A4%A` };
    expect((await call("GET", "/migrations?project=shop", { headers })).status).toBe(401);
  });
});
