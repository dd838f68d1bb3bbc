import {
  type ComparisonPlanOptions,
  compareSchemas,
  type SchemaComparison,
} from "../../core/comparison/compare-schemas";
import { filterSnapshot, type SchemaScope } from "../../core/comparison/filter";
import type { NoisePolicy } from "../../core/comparison/noise";
import { type BothWays, planBothWays } from "../../core/comparison/plan-sql";
import type { ScriptProof } from "../../core/comparison/proof";
import { adoptOwners } from "../../core/schema/map-role";
import type { Kind, Snapshot } from "../../core/schema/types";
import { unreadKinds, withoutKinds } from "../../core/schema/without-kinds";
import { type ConnectionSpec, closeConnection, openConnection } from "../connection/connect";
import { readSnapshot } from "../introspect/read-snapshot";
import type { ShadowKind } from "../shadow/choice";
import type { EmbeddedSource } from "../shadow/shadow";
import type { EmptyShadow } from "./empty-shadow";
import { type Replayed, type ReplayScript, withReplay } from "./replay";
import { runScript } from "./run-script";

export interface DraftOptions {
  /** The database that was edited by hand. */
  spec: ConnectionSpec;
  /** What it was made of before. */
  scripts: readonly ReplayScript[];
  embedded: EmbeddedSource;
  place: "auto" | ShadowKind;
  scope: SchemaScope;
  noise: NoisePolicy;
  /** What is the same object under another name; asked again where an answer raises new questions. */
  answer(comparison: SchemaComparison): Promise<ComparisonPlanOptions>;
  signal: AbortSignal;
}

export interface DraftedMigration extends BothWays {
  comparison: SchemaComparison;
  replayed: Replayed;
  actual: Snapshot;
  proof: { up: ScriptProof; down: ScriptProof };
}

/**
 * The migration, there and back, that leads from what scripts make to what a database is now, tried on the scratch
 * database where the scripts were replayed. Writes nothing in the database.
 * @throws DomainError of openConnection and replayScripts, and what `answer` throws
 */
export async function draftMigration(options: DraftOptions): Promise<DraftedMigration> {
  const { spec, scripts, embedded, place, signal } = options;
  const actual = await readDatabase(spec);
  const role = actual.currentRole;
  return withReplay({ like: spec, scripts, role, embedded, place, signal }, async ({ shadow, replayed }) => {
    const narrow = (snapshot: Snapshot) =>
      narrowed(snapshot, options.scope, [...replayed.blind, ...unreadKinds(actual)]);
    const wanted = narrow(actual);
    const own = (snapshot: Snapshot) =>
      options.noise.owners ? adoptOwners(narrow(snapshot), wanted) : narrow(snapshot);
    const from = own(replayed.snapshot);
    const comparison = await untilAnswered(from, wanted, options);
    const ways = planBothWays(comparison);
    const read = async () => own(await shadow.snapshot(role));
    const proof =
      comparison.lines.length === 0 ? NOT_TRIED : await prove(shadow, ways, comparison, { read, signal });
    return { ...ways, comparison, replayed, actual, proof };
  });
}

/** A renamed table may have renamed columns, which only show afterwards. */
async function untilAnswered(from: Snapshot, to: Snapshot, options: DraftOptions): Promise<SchemaComparison> {
  let comparison = compareSchemas(from, to, options.noise);
  for (let turn = 0; turn < 10; turn++) {
    comparison = compareSchemas(from, to, options.noise, await options.answer(comparison));
    if (comparison.questions.length === 0) break;
  }
  return comparison;
}

const UNTRIED: ScriptProof = { state: "not_tried", left: [], message: null };
const NOT_TRIED = { up: UNTRIED, down: UNTRIED };

function narrowed(snapshot: Snapshot, scope: SchemaScope, blind: readonly Kind[]): Snapshot {
  return withoutKinds(filterSnapshot(snapshot, scope), blind);
}

async function readDatabase(spec: ConnectionSpec): Promise<Snapshot> {
  const client = await openConnection(spec);
  try {
    return await readSnapshot(client);
  } finally {
    await closeConnection(client);
  }
}

/** Runs the script there, looks, runs the way back, and looks again. */
async function prove(
  shadow: EmptyShadow,
  ways: BothWays,
  { from, to }: SchemaComparison,
  { read, signal }: { read: () => Promise<Snapshot>; signal: AbortSignal },
): Promise<DraftedMigration["proof"]> {
  const up = await tryWay(shadow, ways.up, to, read, signal);
  if (up.state !== "proven") return { up, down: UNTRIED };
  return { up, down: await tryWay(shadow, ways.down, from, read, signal) };
}

async function tryWay(
  shadow: EmptyShadow,
  sql: string,
  goal: Snapshot,
  read: () => Promise<Snapshot>,
  signal: AbortSignal,
): Promise<ScriptProof> {
  const { failure } = await runScript(shadow, "new migration", sql, signal);
  if (failure) return { state: "failed", left: [], message: failure.message };
  const left = compareSchemas(await read(), goal).lines;
  return { state: left.length === 0 ? "proven" : "differs", left, message: null };
}
