import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { ConnectionSpec } from "../lib/postgres/connection/connect";
import { startEmbedded } from "../lib/postgres/embedded/embedded";

/** Middle value; a machine's hiccup does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Value below which a share of the values lies (0.95: p95). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Milliseconds of each turn, after one turn that does not count; a and b take turns, so that both meet the same load. */
export async function alternate(
  rounds: number,
  first: () => Promise<void> | void,
  second: () => Promise<void> | void,
): Promise<{ first: number[]; second: number[] }> {
  const times = { first: [] as number[], second: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of [["first", first] as const, ["second", second] as const]) {
      const start = performance.now();
      await work();
      if (round > 0) times[name].push(performance.now() - start);
    }
  }
  return times;
}

/** One line: what, the ratio of the medians, what was wished for, and both figures. */
export function report(
  what: string,
  measured: readonly number[],
  baseline: readonly number[],
  wished?: number,
): void {
  const ratio = median(measured) / median(baseline);
  const goal = wished === undefined ? "" : ` (wished: at most ${wished.toFixed(2)})`;
  console.log(
    `  ${what}: ${ratio.toFixed(2)} ×${goal}   ${median(measured).toFixed(0)} ms against ${median(baseline).toFixed(0)} ms`,
  );
}

/** A durable server of its own: fsync is part of what is measured. */
export async function withServer(
  work: (spec: ConnectionSpec, folder: string) => Promise<void>,
  major: 14 | 15 | 18 = 18,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "dbmigrator-bench-"));
  const server = await startEmbedded({ dataDir, major });
  try {
    await work(server.spec, server.folder);
  } finally {
    await server.stop();
    await rm(server.folder, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

let databases = 0;

/** A new database on the server. */
export async function newDatabase(spec: ConnectionSpec): Promise<ConnectionSpec> {
  const name = `bench_${++databases}`;
  const client = new pg.Client({ ...spec, ssl: false });
  await client.connect();
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await client.end();
  return { ...spec, database: name };
}

export async function dropDatabase(spec: ConnectionSpec): Promise<void> {
  const client = new pg.Client({ ...spec, database: "postgres", ssl: false });
  await client.connect();
  await client.query(`DROP DATABASE ${spec.database} WITH (FORCE)`);
  await client.end();
}
