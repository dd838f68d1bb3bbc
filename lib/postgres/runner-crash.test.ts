import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readMigrations } from "../core/migration/layouts";
import { planUp } from "../core/plan/plan";
import { type EmbeddedServer, startEmbedded } from "./embedded";
import { readLedger } from "./ledger";
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

async function up(content: string) {
  const { migrations } = readMigrations([{ path: "1_a.sql", content }], { service: "crash" });
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

it("a crash in the middle of a CALL leaves the row that announced it, in doubt", async () => {
  const running = up(
    "-- dbmigrator: transaction=none\nSET synchronous_commit = off;\nCREATE TABLE before_it (id int);\nCALL naps();",
  );
  const active =
    "SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CALL naps%'";
  let early: unknown;
  running.then((outcome) => (early = outcome));
  while (!early && (await query(active)) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(early).toBeUndefined();
  await crash();
  expect(await running).toMatchObject({ state: "in_doubt", migrations: [{ outcome: "in_doubt" }] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const rows = await readLedger(client);
  await client.end();
  expect(rows).toMatchObject([
    {
      status: "in_doubt",
      steps: { current: 3, done: [expect.any(String), expect.any(String)] },
    },
  ]);
  expect(await query("SELECT to_regclass('before_it')::text")).toBe("before_it");
});
