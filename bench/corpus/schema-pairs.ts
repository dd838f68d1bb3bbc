import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compareSnapshots } from "../../lib/core/diff/compare";
import { planSchema } from "../../lib/core/diff/plan";
import { type EmbeddedMajor, type EmbeddedServer, startEmbedded } from "../../lib/postgres/embedded/embedded";
import { readSnapshot } from "../../lib/postgres/introspect/read-snapshot";
import { applyPlan } from "./apply";
import { type Budget, breachesOf, isAboutRoles } from "./budget";
import { connect, copyRoles, resetCase } from "./databases";
import { compareDumps, dumpAll } from "./judge";
import { findLosses, readRows } from "./rows";

/**
 * Pairs of schemas in both directions: plan from one to the other, apply, and let pg_dump judge.
 * `npm run corpus -- [major] [part of a name…] [--online]`
 */
interface Pair {
  name: string;
  old: string;
  new: string;
  seed?: string;
  seedB?: string;
  roles?: string[];
  meta?: { minVersion?: number };
  budget?: { "a-to-b"?: Budget; "b-to-a"?: Budget };
}

/** One direction of a pair. */
interface Way {
  title: string;
  from: string;
  to: string;
  /** Rows that must survive. */
  seed: string | undefined;
  budget: Budget | undefined;
}

/** Two servers that work on one pair at a time: roles are the server's, so the sides cannot share one. */
interface Lane {
  here: EmbeddedServer;
  there: EmbeddedServer;
}

const LANES = 2;
const words = process.argv.slice(2);
const online = words.includes("--online");
const [first, ...names] = words.filter((word) => word !== "--online");
const major = (Number(first) || 18) as EmbeddedMajor;
const folder = resolve("..", "shared", "corpora", "diff");
const totals = { passed: 0, failed: 0, skipped: 0 };
const queue = (await readPairs()).filter(
  (pair) => names.length === 0 || names.some((name) => pair.name.includes(name)),
);
const started = performance.now();
const lanes = await Promise.all(Array.from({ length: LANES }, (_, index) => openLane(index)));
await Promise.all(lanes.map(work));
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `PostgreSQL ${major}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped in ${seconds} s`,
);
for (const server of lanes.flatMap(({ here, there }) => [here, there])) {
  await server.stop();
  await rm(server.folder, { recursive: true, force: true });
}
process.exit(totals.failed > 0 ? 1 : 0);

async function openLane(index: number): Promise<Lane> {
  const open = (side: string) =>
    startEmbedded({
      dataDir: join(tmpdir(), `dbmigrator-corpus-${process.pid}-${index}${side}`),
      major,
      disposable: true,
    });
  const [here, there] = await Promise.all([open("a"), open("b")]);
  return { here, there } as Lane;
}

async function readPairs(): Promise<Pair[]> {
  const files = ["migra.json", "pgkit-migra.json", "pg-delta.json"];
  const texts = await Promise.all(
    files.map((file) => readFile(join(folder, file), "utf8").catch(() => null)),
  );
  if (texts.includes(null)) console.log(`No pairs in ${folder}: nothing to judge.`);
  return texts.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Pair[])));
}

async function work(lane: Lane): Promise<void> {
  for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
    const { name, old, seed, seedB, budget, meta } = pair;
    if ((meta?.minVersion ?? 0) > major) {
      totals.skipped += 2;
      console.log(`SKIP ${name}, both ways: needs PostgreSQL ${meta?.minVersion}`);
    } else {
      await judge(lane, pair, {
        ...{ title: `${name} a→b`, from: old, to: pair.new, seed },
        budget: budget?.["a-to-b"],
      });
      await judge(lane, pair, {
        ...{ title: `${name} b→a`, from: pair.new, to: old, seed: seedB },
        budget: budget?.["b-to-a"],
      });
    }
  }
}

async function judge(lane: Lane, pair: Pair, way: Way): Promise<void> {
  const problem = await attempt(lane, pair, way).catch((error: Error) => error.message);
  if (problem === "") totals.passed++;
  else {
    totals.failed++;
    const text = names.length > 0 ? problem : problem.replaceAll("\n", " ").slice(0, 240);
    console.log(`FAIL ${way.title}: ${text}`);
  }
}

/** "" or what is wrong. */
async function attempt(
  { here, there }: Lane,
  pair: Pair,
  { title, from, to, seed, budget }: Way,
): Promise<string> {
  await Promise.all([resetCase(here), resetCase(there)]);
  const left = await connect(here);
  const right = await connect(there);
  try {
    for (const client of [left, right])
      for (const role of pair.roles ?? []) await client.query(`CREATE ROLE ${role}`);
    await left.query(from);
    await right.query(to);
    if (seed) await left.query(seed);
    await copyRoles(right, left);
    const rows = await readRows(left);
    const wanted = await readSnapshot(right);
    const plan = planSchema(await readSnapshot(left), wanted, { online });
    const script = plan.statements.map(({ sql }) => `${sql};`).join("\n");
    // An online plan takes other forms on purpose.
    const judged = !online && !isAboutRoles(budget);
    if (isAboutRoles(budget))
      console.log(`NOTE ${title}: the form of its plan is not judged, it renames a role`);
    const breaches = judged ? breachesOf(budget, plan.statements) : "";
    if (breaches) return `${breaches}\n${script}`;
    const failure = await applyPlan(left, plan);
    if (failure !== null) return `${failure}\n${script}`;
    const rest = compareSnapshots(await readSnapshot(left), wanted);
    if (rest.length > 0) return `still different: ${JSON.stringify(rest.slice(0, 3))}\n${script}`;
    const dumps = await Promise.all(
      [here, there].map((server) => dumpAll({ ...server.spec, database: "corpus_case" }, major)),
    );
    const difference = compareDumps(dumps[0] ?? "", dumps[1] ?? "");
    if (difference) return `pg_dump ${difference}\n${script}`;
    const lost = findLosses(rows, await readRows(left));
    return lost.length > 0 ? `${lost.join()}\n${script}` : "";
  } finally {
    await left.end();
    await right.end();
  }
}
