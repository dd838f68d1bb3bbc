import { execFileSync, spawnSync } from "node:child_process";
import type pg from "pg";
import { compareSnapshots } from "../lib/core/diff/compare";
import { planSchema } from "../lib/core/diff/plan";
import type { Snapshot } from "../lib/core/schema/types";
import { type ConnectionSpec, openConnection } from "../lib/postgres/connection/connect";
import { dumpSchema } from "../lib/postgres/dump/dump";
import { readSnapshot } from "../lib/postgres/introspect/read-snapshot";
import { alternate, dropDatabase, median, newDatabase, report, withServer } from "./measure";
import { readRaw } from "./schema-raw";
import { changeSchema, fillSchema } from "./schema-seed";

/**
 * Comparing two databases that differ in 1 % of their objects, against a plain read of the same catalogs of both by
 * node-postgres; planning the change by itself; reading one, against pg_dump --schema-only. BENCH_TABLES=100,1000 chooses the sizes, BENCH_ROUNDS
 * how often. Run by itself with `once <url> <url>` it compares once and prints what it took, so that memory is that
 * of a process which does nothing else.
 */
const [mode, first = "", second = ""] = process.argv.slice(2);
if (mode === "once") await printOnce(first, second);
else {
  const native = installedDump();
  // A native pg_dump reads servers up to its own version.
  await withServer((server) => measureAll(server, native), native >= 18 || native < 15 ? 18 : 15);
}

async function measureAll(server: ConnectionSpec, native: number): Promise<void> {
  const sizes = (process.env.BENCH_TABLES ?? "100,1000,5000").split(",").map(Number);
  const times: { tables: number; ms: number }[] = [];
  for (const tables of sizes) {
    const left = await newDatabase(server);
    await fillSchema(left, tables);
    const right = await newDatabase(server);
    await fillSchema(right, tables);
    await changeSchema(right, tables);
    times.push({ tables, ms: await measure(left, right, tables, native) });
    for (const spec of [left, right]) await dropDatabase(spec);
  }
  const each = times.map(({ tables, ms }) => `${tables}: ${((1000 * ms) / tables).toFixed(0)} µs`);
  console.log(`  compare, time a table: ${each.join(", ")}`);
}

async function measure(
  left: ConnectionSpec,
  right: ConnectionSpec,
  tables: number,
  native: number,
): Promise<number> {
  // Small ones take as long as a hiccup of the machine, and as the engine's own warming up.
  const rounds = Number(process.env.BENCH_ROUNDS ?? (tables > 2000 ? 2 : tables > 500 ? 4 : 20));
  const both = await alternate(
    rounds,
    () => onBoth(left, right, readRaw),
    () => compareOnce(left, right),
  );
  report(`compare two of ${tables} tables, against a raw read of both`, both.second, both.first, 1.5);
  const [from, to] = await readBoth(left, right);
  const planning = await alternate(
    rounds,
    () => void compareSnapshots(from, to),
    () => {
      if (planSchema(from, to).statements.length === 0) throw new Error("nothing is planned");
    },
  );
  const [compared, planned] = [median(planning.first), median(planning.second)].map(Math.round);
  console.log(
    `  of ${tables} tables, once both are read: compare ${compared} ms, plan the change ${planned} ms`,
  );
  const dump = await alternate(
    Math.min(rounds, 3),
    () => dumpOne(left, native),
    () => onOne(left, async (client) => void (await readSnapshot(client))),
  );
  const which = native >= 15 ? "pg_dump --schema-only" : "our pg_dump (WebAssembly) --schema-only";
  report(
    `read one of ${tables} tables, against ${which}`,
    dump.second,
    dump.first,
    tables > 2000 ? 0.6 : 0.8,
  );
  const once = spawnSync(process.execPath, [process.argv[1] ?? "", "once", urlOf(left), urlOf(right)]);
  console.log(`  compare two of ${tables} tables: ${once.stdout.toString().trim()}${once.stderr.toString()}`);
  return median(both.second);
}

async function onOne(spec: ConnectionSpec, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await openConnection(spec);
  await work(client);
  await client.end();
}

async function onBoth(
  left: ConnectionSpec,
  right: ConnectionSpec,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  await Promise.all([onOne(left, work), onOne(right, work)]);
}

async function readBoth(left: ConnectionSpec, right: ConnectionSpec): Promise<[Snapshot, Snapshot]> {
  const read = async (spec: ConnectionSpec) => {
    const client = await openConnection(spec);
    const snapshot = await readSnapshot(client);
    await client.end();
    return snapshot;
  };
  return Promise.all([read(left), read(right)]);
}

async function compareOnce(left: ConnectionSpec, right: ConnectionSpec): Promise<void> {
  const [from, to] = await readBoth(left, right);
  if (compareSnapshots(from, to).length === 0) throw new Error("nothing differs");
}

function installedDump(): number {
  try {
    return Number(/ (\d+)/.exec(execFileSync("pg_dump", ["--version"]).toString())?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function dumpOne(spec: ConnectionSpec, native: number): Promise<void> {
  if (native < 15) {
    await dumpSchema(spec);
    return;
  }
  const args = ["--schema-only", "-f", "/dev/null", urlOf(spec)];
  const result = spawnSync("pg_dump", args);
  if (result.status !== 0) throw new Error(result.stderr.toString());
}

function urlOf(spec: ConnectionSpec): string {
  return `postgresql://${spec.user}:${encodeURIComponent(spec.password ?? "")}@${spec.host}:${spec.port}/${spec.database}`;
}

async function printOnce(left: string, right: string): Promise<void> {
  const spec = (url: string) => {
    const { hostname, port, username, password, pathname } = new URL(url);
    const base = {
      host: hostname,
      port: Number(port),
      user: username,
      password: decodeURIComponent(password),
    };
    return { ...base, database: pathname.slice(1), tls: "disable" } as unknown as ConnectionSpec;
  };
  await compareOnce(spec(left), spec(right));
  console.log(`${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`);
}
