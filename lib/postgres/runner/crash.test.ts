import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readMigrations } from "../../core/migration/layouts";
import { planUp } from "../../core/plan/plan";
import { type EmbeddedServer, startEmbedded } from "../embedded/embedded";
import { readLedger } from "../ledger/ledger";
import { runMigrations } from "./runner";

// A server of its own, whose log reaches the disk only where somebody waits for it: what nobody flushed is lost.
let folder: string;
let server: EmbeddedServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbmigrator-crash-"));
  await chmod(folder, 0o755); // run by root, the server is another user's
  server = await startEmbedded({ dataDir: folder });
  await query(
    "ALTER SYSTEM SET wal_writer_delay = '10s'",
    "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
    "ALTER SYSTEM SET synchronous_commit = off",
    "SELECT pg_reload_conf()",
    "CREATE PROCEDURE naps() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); COMMIT; END $$",
    "CHECKPOINT",
  );
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

let services = 0;

async function query(...statements: string[]): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    let last: pg.QueryResult | undefined;
    for (const sql of statements) last = await client.query(sql);
    return Object.values(last?.rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function up(...contents: string[]) {
  const files = contents.map((content, index) => ({ path: `${index + 1}_a.sql`, content }));
  const { migrations } = readMigrations(files, { service: `crash ${++services}` });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { steps } = planUp(migrations, await readLedger(client));
  await client.end();
  const slow = { settings: { settleMs: 90_000 }, connect: { connectTimeoutMs: 60_000 } };
  return runMigrations({ spec: server.spec, steps, appliedBy: "test", ...slow });
}

async function crash(): Promise<void> {
  const { port, ended } = server;
  process.kill(server.pid, "SIGQUIT"); // an immediate stop: nothing is written any more
  await ended;
  server = await startEmbedded({ dataDir: folder, port });
}

/** Waits until a session sleeps, and answers with its process id. */
async function sleepingSession(running: Promise<unknown>): Promise<number> {
  let early: unknown;
  running.then((outcome) => (early = outcome));
  for (;;) {
    const found = await query("SELECT max(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    expect(early).toBeUndefined();
    if (found) return Number(found);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it("what a shared message applied outlives a crash, whether it came to its end or was cut off", async () => {
  const whole = await up("CREATE TABLE shared_1 (id int)", "CREATE TABLE shared_2 (id int)");
  expect(whole.state).toBe("succeeded");
  await crash();
  expect(await query("SELECT to_regclass('shared_1')::text")).toBe("shared_1");
  const cut = up(
    "CREATE TABLE cut_1 (id int)",
    "CREATE TABLE cut_2 (id int)",
    "CREATE TABLE cut_3 AS SELECT pg_sleep(600)::text AS slept",
  );
  const pid = await sleepingSession(cut);
  await query(`SELECT pg_terminate_backend(${pid})`);
  expect(await cut).toMatchObject({
    state: "failed",
    migrations: [{ outcome: "applied" }, { outcome: "applied" }, { outcome: "failed" }],
  });
  await crash();
  expect(await query("SELECT to_regclass('cut_2')::text")).toBe("cut_2");
  expect(await query("SELECT count(*)::int FROM dbmigrator.migrations_log WHERE status = 'applied'")).toBe(4);
});

it("a crash in the middle of a CALL leaves the row that announced it, in doubt", async () => {
  const running = up(
    "-- dbmigrator: transaction=none\nSET synchronous_commit = off;\nCREATE TABLE before_it (id int);\nCALL naps();",
  );
  await sleepingSession(running);
  await crash();
  expect(await running).toMatchObject({ state: "in_doubt", migrations: [{ outcome: "in_doubt" }] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const rows = (await readLedger(client)).filter((row) => row.status !== "applied");
  await client.end();
  expect(rows).toMatchObject([
    {
      status: "in_doubt",
      steps: { current: 3, done: [expect.any(String), expect.any(String)] },
    },
  ]);
  expect(await query("SELECT to_regclass('before_it')::text")).toBe("before_it");
});
