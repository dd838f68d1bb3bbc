import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createBackup } from "../lib/postgres/backup/create";
import { folderStore } from "../lib/postgres/backup/folder-store";
import { restoreInto } from "../lib/postgres/backup/restore/restore";
import { verifyBackup } from "../lib/postgres/backup/verify";
import type { ConnectionSpec } from "../lib/postgres/connection/connect";
import { dropDatabase, newDatabase, report, withServer } from "./measure";

/**
 * Backup and restore against `pg_dump -Fd -j2` and `pg_restore -j2` with their defaults, on a PostgreSQL 15, when its
 * own tools are installed. One table holds most of the rows, so that it must not run alone. What a row costs to print
 * and to compress differs between databases, so there are two.
 */
const MEGABYTES = Number(process.env.BENCH_MB ?? 1000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MEMORY_LIMIT_MB = 300;

const native = ["/usr/lib/postgresql/15/bin", "/usr/bin"].find((folder) =>
  spawnSync(join(folder, "pg_dump"), ["--version"]).stdout?.toString().includes(" 15."),
);

/** About 270 bytes of table a row, keys and times that grow, words that repeat, some noise: what an application writes. */
const EVENTS = `
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY, account_id int NOT NULL, kind text NOT NULL,
  at timestamptz NOT NULL, amount numeric(12,2), body jsonb, note text);
INSERT INTO events (account_id, kind, at, amount, body, note)
SELECT (random() * 20000)::int + 1, (ARRAY['created','paid','shipped','returned','cancelled'])[i % 5 + 1],
       '2026-01-01'::timestamptz + i * interval '3 seconds', (random() * 100000)::numeric(12,2),
       jsonb_build_object('ip', '10.0.' || i % 250 || '.' || i % 199, 'agent', 'Mozilla/5.0 (X11; Linux x86_64)',
                          'session', md5(i::text), 'items', i % 7),
       'order ' || i || ' of customer ' || (random() * 20000)::int
  FROM generate_series(1, $ROWS) i;`;

const OTHERS = `
CREATE TABLE accounts (id int PRIMARY KEY, email text NOT NULL, name text, created_at timestamptz DEFAULT now());
INSERT INTO accounts SELECT i, 'user' || i || '@example.com', 'Name ' || md5(i::text) FROM generate_series(1, 20002) i;
CREATE TABLE lines AS SELECT i AS id, i / 4 + 1 AS event_id, (random() * 900)::int AS product, (random() * 9)::int AS pieces,
       md5(i::text) AS token FROM generate_series(1, $ROWS) i;
CREATE TABLE files AS SELECT i AS id, decode(md5(i::text) || md5((i + 1)::text), 'hex') AS content, repeat('word ', 40) AS text
  FROM generate_series(1, $ROWS / 8) i;
ALTER TABLE events ADD PRIMARY KEY (id);
CREATE INDEX ON events (account_id, at);
CREATE INDEX ON events (kind);
ALTER TABLE events ADD FOREIGN KEY (account_id) REFERENCES accounts;
ALTER TABLE lines ADD PRIMARY KEY (id);
CREATE INDEX ON lines (token);
ALTER TABLE files ADD PRIMARY KEY (id);
VACUUM ANALYZE;`;

const APPLICATION = (EVENTS + OTHERS).replaceAll(
  "$ROWS",
  // The two tables of a row each, and an eighth of a third: 400 bytes on disk with indexes left out.
  String(Math.round((MEGABYTES * 1_000_000) / 390)),
);

/** The tables of PostgreSQL's pgbench (its documentation, "What is the Transaction Actually Performed"), as `-i` fills them. */
const PGBENCH = `
CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88));
CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84));
CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84));
INSERT INTO pgbench_branches SELECT i, 0 FROM generate_series(1, $SCALE) i;
INSERT INTO pgbench_tellers SELECT i, (i - 1) / 10 + 1, 0 FROM generate_series(1, $SCALE * 10) i;
INSERT INTO pgbench_accounts SELECT i, (i - 1) / 100000 + 1, 0, '' FROM generate_series(1, $SCALE * 100000) i;
ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid);
ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid);
ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid);
VACUUM ANALYZE;`.replaceAll("$SCALE", String(Math.round(MEGABYTES / 15)));

async function query(spec: ConnectionSpec, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...spec, ssl: false });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

async function seed(spec: ConnectionSpec, script: string): Promise<void> {
  for (const statement of script.split(/;\n/)) if (statement.trim() !== "") await query(spec, statement);
}

function tool(name: string, spec: ConnectionSpec, args: string[]): void {
  const connection = ["-h", spec.host, "-p", String(spec.port), "-U", spec.user, "-d", spec.database];
  const env = { ...process.env, PGPASSWORD: spec.password ?? "" };
  const done = spawnSync(join(native as string, name), [...connection, ...args], { env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Largest resident size of this process while `work` runs, megabytes. */
async function memoryOf(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  await work().finally(() => clearInterval(timer));
  return peak / 1_000_000;
}

async function compare(server: ConnectionSpec, name: string, script: string): Promise<void> {
  const source = await newDatabase(server);
  await seed(source, script);
  const bytes = Number((await query(source, "SELECT pg_database_size(current_database()) AS b")).rows[0].b);
  console.log(`  ${name}: ${(bytes / 1_000_000).toFixed(0)} MB, indexes included; ${ROUNDS} round(s)`);
  const times = {
    dump: [] as number[],
    ours: [] as number[],
    restore: [] as number[],
    oursRestore: [] as number[],
  };
  const sizes = { dump: 0, ours: 0 };
  let memory = 0;
  const measured = async (into: number[], work: () => Promise<unknown>) => {
    memory = Math.max(
      memory,
      await memoryOf(async () => {
        into.push(await timed(work));
      }),
    );
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const [dumped, archive] = [join(folder, `dump${round}`), join(folder, `archive${round}`)];
    times.dump.push(await timed(() => tool("pg_dump", source, ["-Fd", "-j2", "-f", dumped])));
    const store = folderStore(archive);
    await measured(times.ours, () => createBackup({ spec: source, store, scope: { kind: "database" } }));
    Object.assign(sizes, { dump: await sizeOf(dumped), ours: await sizeOf(archive) });
    const checked = await verifyBackup({ store });
    if (!checked.ok) throw new Error("the backup does not verify");
    const theirs = await newDatabase(server);
    await query(theirs, "CHECKPOINT");
    times.restore.push(await timed(() => tool("pg_restore", theirs, ["-j2", dumped])));
    await dropDatabase(theirs);
    await query(source, "CHECKPOINT");
    const as = `restored_${round}`;
    // pg_restore collects no statistics either.
    await measured(times.oursRestore, () =>
      restoreInto({ store, spec: source, mode: "beside", as, analyze: false }),
    );
    await dropDatabase({ ...source, database: as });
    await rm(dumped, { recursive: true });
    await store.delete();
  }
  await dropDatabase(source);
  report("  backup against pg_dump -Fd -j2", times.ours, times.dump, 0.4);
  const megabytes = (value: number) => `${(value / 1_000_000).toFixed(1)} MB`;
  console.log(
    `    size: ${(sizes.ours / sizes.dump).toFixed(2)} × (wished: at most 0.80)   ${megabytes(sizes.ours)} against ${megabytes(sizes.dump)}`,
  );
  report("  restore, checked, against pg_restore -j2", times.oursRestore, times.restore, 0.95);
  console.log(
    `    memory of this process: ${memory.toFixed(0)} MB at most (wished: under ${MEMORY_LIMIT_MB})`,
  );
}

const folder = await mkdtemp(join(tmpdir(), "dbmigrator-bench-backup-"));
try {
  if (!native) console.log("  skipped: no pg_dump of PostgreSQL 15 is installed");
  else {
    await withServer(async (server) => {
      await compare(server, "an application's tables", APPLICATION);
      await compare(server, "pgbench's tables", PGBENCH);
    }, 15);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
