import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compareSnapshots } from "../../lib/core/diff/compare";
import { planSchema } from "../../lib/core/diff/plan";
import { dumpSchema } from "../../lib/postgres/dump";
import { type EmbeddedMajor, startEmbedded } from "../../lib/postgres/embedded";
import { readSnapshot } from "../../lib/postgres/introspect/read-snapshot";
import { connect, copyRoles, countRows, resetCase } from "./databases";
import { compareDumps } from "./judge";

/**
 * Pairs of schemas in both directions: plan from one to the other, apply, and let pg_dump judge.
 * `npm run corpus -- [major] [part of a name…]`
 */
interface Pair {
  name: string;
  old: string;
  new: string;
  seed?: string;
  seedB?: string;
  roles?: string[];
  meta?: { minVersion?: number };
}

const [first, ...names] = process.argv.slice(2);
const major = (Number(first) || 18) as EmbeddedMajor;
const folder = resolve("..", "shared", "corpora", "diff");
const pairs = await readPairs();
const servers = await Promise.all(
  ["from", "to"].map((side) =>
    startEmbedded({
      dataDir: join(tmpdir(), `dbmigrator-corpus-${process.pid}-${side}`),
      major,
      disposable: true,
    }),
  ),
);
const [here, there] = servers as [(typeof servers)[0], (typeof servers)[0]];
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const pair of pairs) {
  if (names.length > 0 && !names.some((name) => pair.name.includes(name))) continue;
  if ((pair.meta?.minVersion ?? 0) > major) totals.skipped += 2;
  else {
    await judge(`${pair.name} a→b`, pair, pair.old, pair.new, pair.seed);
    await judge(`${pair.name} b→a`, pair, pair.new, pair.old, pair.seedB);
  }
}
console.log(
  `PostgreSQL ${major}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`,
);
for (const server of servers) {
  await server.stop();
  await rm(server.folder, { recursive: true, force: true });
}
process.exit(totals.failed > 0 ? 1 : 0);

async function readPairs(): Promise<Pair[]> {
  const files = ["migra.json", "pgkit-migra.json", "pg-delta.json"];
  const texts = await Promise.all(
    files.map((file) => readFile(join(folder, file), "utf8").catch(() => null)),
  );
  if (texts.includes(null)) console.log(`No pairs in ${folder}: nothing to judge.`);
  return texts.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Pair[])));
}

async function judge(title: string, pair: Pair, from: string, to: string, seed?: string): Promise<void> {
  const problem = await attempt(pair, from, to, seed).catch((error: Error) => error.message);
  if (problem === "") totals.passed++;
  else {
    totals.failed++;
    const text = names.length > 0 ? problem : problem.replaceAll("\n", " ").slice(0, 240);
    console.log(`FAIL ${title}: ${text}`);
  }
}

/** "" or what is wrong. */
async function attempt(pair: Pair, from: string, to: string, seed: string | undefined): Promise<string> {
  await resetCase(here);
  await resetCase(there);
  const left = await connect(here);
  const right = await connect(there);
  try {
    for (const client of [left, right])
      for (const role of pair.roles ?? []) await client.query(`CREATE ROLE ${role}`);
    await left.query(from);
    await right.query(to);
    if (seed) await left.query(seed);
    await copyRoles(right, left);
    const rows = await countRows(left);
    const wanted = await readSnapshot(right);
    const plan = planSchema(await readSnapshot(left), wanted);
    const script = plan.statements.map(({ sql }) => `${sql};`).join("\n");
    await left.query("SET check_function_bodies = off; SET search_path = ''");
    for (const { sql } of plan.statements) {
      const failure = await left.query(sql).then(
        () => null,
        (error: Error) => error.message,
      );
      if (failure !== null) return `${failure}\n  at ${sql}\n${script}`;
    }
    const rest = compareSnapshots(await readSnapshot(left), wanted);
    if (rest.length > 0) return `still different: ${JSON.stringify(rest.slice(0, 3))}\n${script}`;
    const dumps = await Promise.all(
      [here, there].map((server) => dumpSchema({ ...server.spec, database: "corpus_case" })),
    );
    const difference = compareDumps(dumps[0] ?? "", dumps[1] ?? "");
    if (difference) return `pg_dump ${difference}\n${script}`;
    const after = await countRows(left);
    const lost = [...rows].find(([table, count]) => after.has(table) && after.get(table) !== count);
    return lost ? `${lost[0]} had ${lost[1]} rows and has ${after.get(lost[0])}\n${script}` : "";
  } finally {
    await left.end();
    await right.end();
  }
}
