import pg from "pg";
import { expect } from "vitest";
import { compareDumps } from "../../bench/corpus/judge";
import { compareSnapshots } from "../core/diff/compare";
import { type DownPlan, planDown } from "../core/diff/down";
import { type PlanOptions, planSchema, type SchemaPlan } from "../core/diff/plan";
import { scriptsOf } from "../core/diff/scripts";
import type { Snapshot } from "../core/schema/types";
import { dumpSchema } from "../postgres/dump/dump";
import type { EmbeddedMajor } from "../postgres/embedded/embedded";
import { readSnapshot } from "../postgres/introspect/read-snapshot";
import { type TestDatabase, testDatabase } from "./postgres";
import type { Draw } from "./random-names";
import { drawPair } from "./random-schemas";

export interface Proof {
  plan: SchemaPlan;
  down: DownPlan | null;
  /** "" or the first thing that is wrong with the result, with the SQL that led there. */
  problem: string;
}

interface Given {
  major?: EmbeddedMajor;
  /** SQL that makes the schema that is there, and the rows in it. */
  from: string;
  seed?: string;
  /** SQL that makes the wanted schema. */
  to: string;
  options?: PlanOptions;
  /** Takes the way back too. */
  andBack?: boolean;
  /** Looks at the rows before. */
  seeded?: (client: pg.Client) => Promise<void>;
  /** Looks at the rows when the plan has been applied. */
  check?: (client: pg.Client) => Promise<void>;
}

/**
 * Applies the plan between two schemas to a database with rows and compares what came out: by a second comparison
 * and by pg_dump.
 */
export async function provePlan(given: Given): Promise<Proof> {
  const major = given.major === undefined ? {} : { major: given.major };
  const [here, there] = await Promise.all([testDatabase(major), testDatabase(major)]);
  const [left, right] = await Promise.all([connect(here), connect(there)]);
  try {
    await left.query(given.from);
    await right.query(given.to);
    if (given.seed) await left.query(given.seed);
    await given.seeded?.(left);
    const before = await readSnapshot(left);
    const wanted = await readSnapshot(right);
    const dumps = await Promise.all([dumpSchema(here.spec), dumpSchema(there.spec)]);
    const plan = planSchema(before, wanted, given.options);
    let problem = await applyAndCompare(plan, left, here, wanted, dumps[1]);
    if (problem === "") await given.check?.(left);
    if (problem !== "" || !given.andBack) return { plan, down: null, problem };
    const down = planDown(before, wanted, given.options);
    problem = await applyAndCompare(down, left, here, before, dumps[0]);
    return { plan, down, problem: problem && `on the way back: ${problem}` };
  } finally {
    await Promise.all([left.end(), right.end()]);
    await Promise.all([here.drop(), there.drop()]);
  }
}

/** "" or what is wrong with the plans between two schemas that are drawn at random. */
export async function proveRandom(draw: Draw, major: EmbeddedMajor = 18): Promise<string> {
  const pair = drawPair(draw);
  const online = pair.seed.length % 2 === 0;
  const before: unknown[] = [];
  const proof = await provePlan({
    ...pair,
    major,
    options: { renames: pair.renames, online },
    andBack: true,
    seeded: async (client) => {
      for (const { from } of pair.same) before.push((await client.query(from)).rows);
    },
    check: async (client) => {
      for (const [i, { to }] of pair.same.entries()) expect((await client.query(to)).rows).toEqual(before[i]);
    },
  }).catch((error: Error) => ({ problem: error.message }));
  return proof.problem === "" ? "" : `${proof.problem}\n-- from\n${pair.from}\n-- to\n${pair.to}`;
}

async function connect(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function applyAndCompare(
  plan: SchemaPlan,
  client: pg.Client,
  database: TestDatabase,
  wanted: Snapshot,
  wantedDump: string,
): Promise<string> {
  const script = scriptsOf(plan);
  const sql = script.map(({ up }) => up).join("\n-- commit\n");
  for (const { up, transaction } of script) {
    const text = transaction ? `BEGIN;\n${up}COMMIT;` : up;
    const failure = await client.query(text).then(
      () => null,
      (error: Error) => error.message,
    );
    if (failure !== null) {
      await client.query("ROLLBACK");
      return `${failure}\n${sql}`;
    }
  }
  const rest = compareSnapshots(await readSnapshot(client), wanted);
  if (rest.length > 0) return `still different: ${JSON.stringify(rest.slice(0, 3), null, 1)}\n${sql}`;
  const difference = compareDumps(await dumpSchema(database.spec), wantedDump);
  return difference === "" ? "" : `pg_dump: ${difference}\n${sql}`;
}
