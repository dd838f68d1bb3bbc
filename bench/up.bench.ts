import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import { readMigrations } from "../lib/core/migration/layouts";
import { planUp } from "../lib/core/plan/plan";
import { computeStatus } from "../lib/core/plan/state";
import { type ConnectionSpec, closeConnection, openConnection } from "../lib/postgres/connection/connect";
import { readLedger } from "../lib/postgres/ledger/ledger";
import { runMigrations } from "../lib/postgres/runner/runner";
import { alternate, dropDatabase, newDatabase, report, withServer } from "./measure";

/**
 * All migrations of a real project on an empty database. Baseline: one plain connection that sends BEGIN, the
 * script, an INSERT and COMMIT as four round trips, without a lock, a check or a parse; where PostgreSQL refuses a
 * transaction, it leaves BEGIN and COMMIT out.
 */
const folder = resolve("..", "shared", "corpora", "real", "langfuse");

async function readFiles() {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sql"));
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(folder.length + 1), content: await readFile(path, "utf8") };
    }),
  );
}

async function runPlain(spec: ConnectionSpec): Promise<void> {
  const files = (await readFiles()).sort((a, b) => (a.path < b.path ? -1 : 1));
  const client = new pg.Client({ ...spec, ssl: false });
  await client.connect();
  await client.query("CREATE TABLE plain_log (name text PRIMARY KEY, at timestamptz DEFAULT now())");
  for (const { path, content } of files) {
    const outside = /^[^-\n]*\bconcurrently\b/im.test(content);
    if (!outside) await client.query("BEGIN");
    await client.query(content);
    await client.query("INSERT INTO plain_log (name) VALUES ($1)", [path]);
    if (!outside) await client.query("COMMIT");
  }
  await client.end();
}

/** As the commands do: the files are read while the server answers. */
async function openWhileReading(spec: ConnectionSpec) {
  const opening = openConnection(spec);
  const { migrations } = readMigrations(await readFiles());
  return { client: await opening, migrations };
}

async function runOurs(spec: ConnectionSpec): Promise<void> {
  const { client, migrations } = await openWhileReading(spec);
  const plan = planUp(migrations, await readLedger(client));
  const outcome = await runMigrations({ spec, client, steps: plan.steps, appliedBy: "bench" });
  await closeConnection(client);
  if (outcome.state !== "succeeded") throw new Error(JSON.stringify(outcome.failure));
}

/** Nothing pending: connect, read the scripts and the ledger, compare. */
async function readStatus(spec: ConnectionSpec): Promise<void> {
  const { client, migrations } = await openWhileReading(spec);
  const ledger = await readLedger(client);
  if (computeStatus(migrations, ledger).counts.applied !== migrations.length)
    throw new Error("something is pending");
  await closeConnection(client);
}

async function plainStatus(spec: ConnectionSpec): Promise<void> {
  await readFiles();
  const client = new pg.Client({ ...spec, ssl: false });
  await client.connect();
  await client.query("SELECT filename, checksum FROM dbmigrator.migrations_log WHERE is_current");
  await client.end();
}

if (!existsSync(folder)) console.log("  skipped: the folder of real migrations is not here");
else {
  await withServer(async (server) => {
    const onNew = (work: (spec: ConnectionSpec) => Promise<void>) => async () => {
      const spec = databases.pop();
      if (spec) await work(spec);
    };
    const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
    const databases: ConnectionSpec[] = [];
    for (let i = 0; i < 2 * (rounds + 1); i++) databases.push(await newDatabase(server));
    const names = [...databases];
    const up = await alternate(rounds, onNew(runPlain), onNew(runOurs));
    report("up of 434 migrations against plain node-postgres", up.second, up.first, 1.05);
    const [last] = names;
    if (last) {
      const status = await alternate(
        20,
        () => plainStatus(last),
        () => readStatus(last),
      );
      report(
        "status with nothing pending against reading the files and one SELECT",
        status.second,
        status.first,
      );
    }
    for (const spec of names) await dropDatabase(spec);
  });
}
