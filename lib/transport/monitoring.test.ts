import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../access/actor";
import { db } from "../db/client";
import { execute } from "../operations/define";
import { createToken } from "../operations/token/create";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";
import { handleHealth } from "./health";
import { handleMetrics } from "./metrics";

let store: TestDatabase;
let token: string;

beforeAll(async () => {
  store = await metadataDatabase();
  const user = await db().user.create({
    data: { email: "ada@example.org", name: "Ada", instanceAdmin: true },
  });
  const [shop] = await Promise.all(["shop", "other"].map((slug) => makeProject(slug, user.id)));
  const admin: Actor = { kind: "user", id: user.id, label: "ada", userId: user.id, instanceAdmin: true };
  const made = await execute(createToken, admin, {
    projectId: shop ?? "",
    name: "monitor",
    role: "viewer",
    expiresInDays: 1,
  });
  token = made.token;
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

/** A project with a target that has 3 pending migrations, one run of 250 ms with 7 rows, and one that failed. */
async function makeProject(slug: string, userId: string): Promise<string> {
  const project = await db().project.create({
    data: {
      slug,
      name: slug,
      services: { create: { name: "orders" } },
      environments: { create: { name: "production", position: 1 } },
    },
    include: { services: true, environments: true },
  });
  const target = await db().target.create({
    data: {
      ...{ serviceId: project.services[0]?.id ?? "", environmentId: project.environments[0]?.id ?? "" },
      ...{ host: "h", database: "d", username: "u", pendingCount: 3, appliedCount: 5 },
    },
  });
  const deployment = await db().deployment.create({
    data: {
      projectId: project.id,
      number: 1,
      targetId: target.id,
      state: "succeeded",
      createdBy: userId,
      createdByLabel: "ada",
      plan: [{ filename: "20260101000000_first" }],
    },
  });
  const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);
  const run = {
    deploymentId: deployment.id,
    targetId: target.id,
    projectId: project.id,
    startedBy: userId,
    startedByLabel: "ada",
    startedAt: at(0),
  };
  const steps = { create: { position: 1, migration: "first", statement: 1, line: 1, sql: "x", rows: 7n } };
  await db().run.create({
    data: {
      ...run,
      attempt: 1,
      state: "failed",
      createdAt: at(0),
      finishedAt: at(2000),
      error: { sqlState: "55P03" },
    },
  });
  await db().run.create({
    data: {
      ...run,
      attempt: 2,
      state: "succeeded",
      createdAt: at(1),
      finishedAt: at(250),
      outcome: { lockWaitMs: 12 },
      steps,
    },
  });
  return project.id;
}

const from = (ip: string, headers: Record<string, string> = {}) =>
  new Request("http://localhost/x", { headers: { "x-forwarded-for": ip, ...headers } });

describe("/health", () => {
  it("tells this machine what is pending, what ran last and whether a run is at work", async () => {
    const response = await handleHealth(from("127.0.0.1"));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "ok",
      database: "connected",
      pending_migrations: 6,
      last_migration: { filename: "20260101000000_first", service: "orders", environment: "production" },
      lock_status: "free",
    });
  });

  it("tells strangers from elsewhere, or behind a proxy of this machine, only whether it works", async () => {
    for (const request of [
      from("203.0.113.9"),
      from("127.0.0.1", { "x-dbmigrator-proxied": "1" }),
      from("127.0.0.1.evil.org"),
    ]) {
      expect(await (await handleHealth(request)).json()).toEqual({ status: "ok", database: "connected" });
    }
  });

  it("shows a run at work as a held lock", async () => {
    await db().run.updateMany({ where: { attempt: 2 }, data: { state: "running" } });
    const body = (await (await handleHealth(from("::1"))).json()) as { lock_status: string };
    await db().run.updateMany({ where: { attempt: 2 }, data: { state: "succeeded" } });
    expect(body.lock_status).toBe("held");
  });
});

describe("/metrics", () => {
  const place = 'project="shop",service="orders",environment="production"';

  it("gives this machine the figures of every project and of the process", async () => {
    const response = await handleMetrics(from("127.0.0.1"));
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain");
    for (const line of [
      `pending_migrations{${place}} 3`,
      `applied_migrations{${place}} 5`,
      `migration_errors_total{${place},code="55P03"} 1`,
      `migration_rows_affected{${place}} 7`,
      `lock_wait_time_ms{${place}} 12`,
      `migration_execution_duration_ms_bucket{${place},le="100"} 0`,
      `migration_execution_duration_ms_bucket{${place},le="500"} 1`,
      `migration_execution_duration_ms_bucket{${place},le="+Inf"} 2`,
      `migration_execution_duration_ms_sum{${place}} 2250`,
      "# TYPE migration_execution_duration_ms histogram",
      "# TYPE backup_size_bytes gauge",
      'deployments{project="other",state="succeeded"} 1',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toContain("process_cpu_seconds_total");
  });

  it("gives a token the figures of its project alone", async () => {
    const response = await handleMetrics(from("203.0.113.9", { authorization: `Bearer ${token}` }));
    const text = await response.text();
    expect(text).toContain(`pending_migrations{${place}} 3`);
    expect(text).not.toContain("other");
  });

  it("refuses everybody else, and records it", async () => {
    const response = await handleMetrics(from("203.0.113.9"));
    expect([response.status, await response.json()]).toMatchObject([401, { code: "access.sign_in" }]);
    expect(await db().auditEvent.findFirst({ orderBy: { seq: "desc" } })).toMatchObject({
      operation: "instance.metrics",
      outcome: "denied",
    });
  });
});
