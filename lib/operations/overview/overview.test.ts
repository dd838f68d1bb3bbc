import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase, testDatabase } from "../../testing/postgres";
import { type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { listDeployments } from "../deployment/list";
import { listRunning } from "../deployment/running";
import { getPlaces } from "../frame/places";
import { setMemberRole } from "../member/change";
import { createMigration } from "../migration/create";
import { renameMigration } from "../migration/rename";
import { listRuns } from "../run/list";
import { createService } from "../service/create";
import { testTarget as testConnection } from "../target/test";
import { getOverview } from "./get";

let store: TestDatabase;
let target: TestDatabase;
let project: TestProject;
const targets: Record<string, string> = {};
const RUNS = 10_000;

/** Ten thousand finished deployments with a run each, and some that are open. */
async function fill(): Promise<void> {
  const { developer } = project.actors;
  for (const name of ["development", "production"]) {
    await db().$executeRaw`
      WITH made AS (
        INSERT INTO deployment (project_id, number, target_id, state, plan, created_by, created_by_label, created_at, updated_at, finished_at, to_version)
        SELECT ${project.projectId}::uuid, n * 2 + ${name === "production" ? 1 : 0}, ${targets[name]}::uuid,
          CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'succeeded' END, '[{"filename": "1_a"}]', ${developer.userId}::uuid, ${developer.label},
          at, at, at + interval '1 s', '1'
        FROM generate_series(1, ${RUNS / 2}) AS n, LATERAL (SELECT now() - (${RUNS / 2} - n) * interval '20 minutes' AS at)
        RETURNING id, target_id, state, created_at, finished_at
      )
      INSERT INTO run (deployment_id, target_id, project_id, state, created_at, started_at, finished_at, started_by, started_by_label, migrations_done, outcome)
      SELECT id, target_id, ${project.projectId}::uuid, state, created_at, created_at, finished_at, ${developer.userId}::uuid, ${developer.label}, 1,
        '{"progress": {"statements": {"done": 1, "of": 1}, "migrations": {"done": 1, "of": 1}}}'
      FROM made`;
  }
  await db()
    .$executeRaw`UPDATE project SET next_deployment = ${RUNS + 10} WHERE id = ${project.projectId}::uuid`;
  await db().$executeRawUnsafe("VACUUM ANALYZE");
}

async function open(
  number: number,
  environment: string,
  state: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const { developer } = project.actors;
  await db().deployment.create({
    data: {
      ...{
        projectId: project.projectId,
        number,
        targetId: targets[environment] ?? "",
        state,
        createdBy: developer.userId ?? "",
      },
      ...{
        createdByLabel: developer.label,
        plan: [{ filename: "2_b" }],
        approvalsNeeded: 1,
        boundHash: "h",
        ...more,
      },
    },
  });
}

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject();
  target = await testDatabase();
  for (const name of ["development", "production"])
    targets[name] = await testTarget(project, "orders", name, target.spec);
  await fill();
  await db().target.updateMany({ data: { syncedAt: new Date(), pendingCount: 2, currentVersion: "1" } });
  await open(RUNS + 2, "production", "awaiting_approval", { severity: "danger", destroys: ["orders.total"] });
});
afterAll(async () => {
  await db().$disconnect();
  await target.drop();
  await store.drop();
});

const overview = (role: keyof TestProject["actors"]) =>
  execute(getOverview, project.actors[role], { project: project.slug });

describe("overview of a project with ten thousand runs", () => {
  it("shows each viewer what they can do something about", async () => {
    const kinds = async (role: keyof TestProject["actors"]) =>
      (await overview(role)).needsYou.map((one) => [one.kind, one.environment.name]);
    expect(await kinds("approver")).toEqual([
      ["approval", "production"],
      ["failed", "development"],
    ]);
    expect(await kinds("developer")).toEqual([["failed", "development"]]);
    expect(await kinds("viewer")).toEqual([]);
  });

  it("counts the statement where a run stopped over the whole run, as its page does", async () => {
    const [run] = await db().$queryRaw<{ id: string }[]>`
      UPDATE run SET error = '{"message": "no room", "statement": 1}' WHERE id = (
        SELECT r.id FROM run r JOIN deployment d ON d.id = r.deployment_id
        WHERE d.target_id = ${targets.development}::uuid ORDER BY d.created_at DESC LIMIT 1) RETURNING id`;
    const runId = run?.id ?? "";
    const step = (position: number, migration: string, state: string) => ({
      ...{ runId, position, migration, state },
      ...{ statement: 1, line: 1, sql: "SELECT 1" },
    });
    await db().runStep.createMany({ data: [step(1, "1_a", "done"), step(2, "2_b", "failed")] });
    const { needsYou, cells } = await overview("developer");
    const failure = { message: "no room", statement: 2 };
    expect(needsYou.find(({ kind }) => kind === "failed")).toMatchObject(failure);
    expect(cells.find(({ targetId }) => targetId === targets.development)?.failure).toMatchObject(failure);
  });

  it("says of every target what is most worth saying, and what to do there", async () => {
    const { cells, environments } = await overview("developer");
    const of = (name: string) =>
      cells.find((cell) => cell.environmentId === environments.find((one) => one.name === name)?.id);
    expect(of("development")).toMatchObject({ mark: "failed", next: { kind: "open_failed" } });
    expect(of("production")?.serverVersion).toBeNull();
    await execute(testConnection, project.actors.admin, { targetId: targets.production });
    const read = (await overview("viewer")).cells.find((cell) => cell.targetId === targets.production);
    expect(read?.serverVersion).toMatch(/^\d\d\.\d+/);
    expect(of("production")).toMatchObject({
      mark: "waiting",
      active: { number: RUNS + 2 },
      next: { kind: "review", number: RUNS + 2 },
    });
  });

  it("one migration that did not go through waits, where a deployment is asked for too", async () => {
    const { pendingCount } = await db().target.findUniqueOrThrow({ where: { id: targets.production ?? "" } });
    await db().target.update({
      where: { id: targets.production ?? "" },
      data: { pendingCount: 0, failedCount: 1 },
    });
    const places = await execute(getPlaces, project.actors.viewer, { project: project.slug });
    expect(places.targets.find(({ id }) => id === targets.production)).toMatchObject({ pending: 1 });
    await db().target.update({
      where: { id: targets.production ?? "" },
      data: { pendingCount, failedCount: 0 },
    });
  });

  it("counts twelve weeks without gaps and the last twenty durations", async () => {
    const { weeks, durations } = await overview("viewer");
    expect(weeks).toHaveLength(12);
    expect(weeks.every((week) => new Date(week.week).getUTCDay() === 1)).toBe(true);
    const total = weeks.reduce((sum, week) => sum + week.succeeded + week.failed, 0);
    const first = new Date(weeks[0]?.week ?? "");
    expect(total).toBe(await db().run.count({ where: { finishedAt: { gte: first } } }));
    expect(durations).toHaveLength(20);
    expect(durations.at(-1)?.durationMs).toBe(1000);
  });

  it("pages through deployments and runs without missing or repeating any", async () => {
    const { viewer } = project.actors;
    const numbers: number[] = [];
    for (let after: string | undefined, turn = 0; turn < 3; turn++) {
      const page = await execute(listDeployments, viewer, {
        project: project.slug,
        limit: 40,
        ...(after ? { after } : {}),
      });
      numbers.push(...page.rows.map((row) => row.number));
      after = page.next ?? undefined;
    }
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));
    expect(numbers).toHaveLength(120);
    const first = await execute(listRuns, viewer, { project: project.slug, limit: 40 });
    const second = await execute(listRuns, viewer, {
      project: project.slug,
      limit: 40,
      after: first.next ?? "",
    });
    expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(80);
  });

  it("reads none of its tables from end to end", async () => {
    const { viewer } = project.actors;
    const scans = async () => {
      await db().$queryRaw`SELECT pg_stat_clear_snapshot()::text, pg_stat_force_next_flush()::text`;
      const rows = await db().$queryRaw<{ relname: string; seq_tup_read: bigint }[]>`
        SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname IN ('run', 'deployment', 'audit_event')`;
      return new Map(rows.map((row) => [row.relname, Number(row.seq_tup_read)]));
    };
    await db().$disconnect();
    const before = await scans();
    await overview("approver");
    await execute(listDeployments, viewer, { project: project.slug });
    await execute(listRuns, viewer, { project: project.slug });
    await execute(listRunning, viewer, { project: project.slug });
    await db().$disconnect();
    const after = await scans();
    for (const name of ["run", "deployment"])
      expect((after.get(name) ?? 0) - (before.get(name) ?? 0), name).toBeLessThan(RUNS);
  });

  it("tells what was made by its own name, and nothing of what only looks", async () => {
    const { admin, developer } = project.actors;
    await execute(createService, admin, { projectId: project.projectId, name: "billing" });
    await execute(setMemberRole, admin, {
      ...{ projectId: project.projectId, userId: project.actors.viewer.userId ?? "", role: "viewer" },
    });
    const made = await execute(createMigration, developer, {
      ...{ project: project.slug, service: "orders", name: "first_name", up: "SELECT 1;" },
    });
    await execute(renameMigration, developer, { id: made.id, name: "second_name" });
    await execute(testConnection, admin, { targetId: targets.production });
    const { activity } = await overview("viewer");
    const told = activity.map((entry) => [entry.operation, entry.resource.label]);
    expect(told).toContainEqual(["service.create", "billing"]);
    expect(told.find(([operation]) => operation === "migration.create")?.[1]).toMatch(
      /^orders\/\d{14}_first_name$/,
    );
    expect(told.find(([operation]) => operation === "migration.rename")?.[1]).toMatch(/_second_name$/);
    // A check of the connection is no news.
    expect(told.map(([operation]) => operation)).not.toContain("target.test");
  });
});
