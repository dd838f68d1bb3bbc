import { compareSnapshots, type Difference } from "../diff/compare";
import type { MigrationSource } from "../migration/types";
import { compareVersions } from "../migration/version";
import type { Fact, Snapshot } from "../schema/types";

/** What a database shows of one migration, by the schema before and after it. */
export interface MigrationTrace {
  /** Differences that are left to the database after it. */
  differences: number;
  /** What it makes, changes or removes, and no later migration changes again. */
  touched: number;
  /** Of these, how many the database shows. */
  shown: number;
}

/** A migration that another tool's table names. */
export interface ForeignWord {
  tool: string;
  at: string | null;
  failed: boolean;
}

export interface BaselineProposal {
  /** Index of the last migration that the database has; -1: none. */
  last: number;
  certainty: "exact" | "closest" | "recorded" | "none";
  /** By index. */
  proposed: boolean[];
  /** Where another tool's word and the database disagree. */
  contradictions: { index: number; word: ForeignWord | null }[];
}

/** Owners, privileges and comments say little about which migrations ran. */
const COARSE = { ignoreOwners: true, ignoreGrants: true };

/**
 * What each migration did, and how much of it a database shows.
 * @param states the schema before the first migration, then after each
 */
export function traceMigrations(states: readonly Snapshot[], database: Snapshot): MigrationTrace[] {
  const left = states.slice(1).map((after) => differencesBetween(after, database));
  const nearest = left.indexOf(Math.min(...left));
  return states.slice(1).map((after, at) => {
    const before = states[at] as Snapshot;
    // What was made, taken away and made again later is no evidence against its first migration.
    const last = states[at <= nearest ? nearest + 1 : states.length - 1] as Snapshot;
    const steps =
      after === before ? [] : compareSnapshots(before, after, COARSE).filter((one) => stays(one, last));
    return {
      differences: left[at] as number,
      touched: steps.length,
      shown: steps.filter((one) => isShown(one, database)).length,
    };
  });
}

export function differencesBetween(a: Snapshot, b: Snapshot): number {
  return compareSnapshots(a, b, COARSE).filter(saysMore).length;
}

function saysMore({ change, parts }: Difference): boolean {
  return change !== "changed" || parts.some((part) => part !== "comment");
}

function stays(step: Difference, last: Snapshot): boolean {
  const now = last.facts.get(step.id);
  if (step.change === "removed") return now === undefined;
  return now !== undefined && sameBody(now, step.to);
}

function isShown(step: Difference, database: Snapshot): boolean {
  const there = database.facts.get(step.id);
  if (step.change === "removed") return there === undefined;
  return there !== undefined && (step.change === "added" || sameBody(there, step.to));
}

function sameBody(a: Fact, b: Fact | null): boolean {
  return b !== null && JSON.stringify(a.body) === JSON.stringify(b.body);
}

/**
 * Which migrations to record as applied. Another tool's word counts where there is one; else everything up to the
 * state that is nearest to the database, as long as the database shows it.
 * @param empty differences between an empty database and this one
 * @param traces of the migrations that could be replayed, in order
 * @param words what other tools say about each migration
 */
export function proposeBaseline(
  empty: number,
  traces: readonly MigrationTrace[],
  words: readonly (ForeignWord | null)[],
): BaselineProposal {
  const nearest = nearestState(empty, traces);
  const isAbsent = (index: number) => {
    const trace = traces[index];
    return trace !== undefined && trace.touched > 0 && trace.shown === 0;
  };
  const told = words.some((word) => word !== null && !word.failed);
  const proposed = words.map((word, index) =>
    told ? word !== null && !word.failed : index <= nearest && !isAbsent(index),
  );
  const last = proposed.lastIndexOf(true);
  const contradictions = words.flatMap((word, index) => {
    const says = proposed[index] === true;
    const wrong = says ? isAbsent(index) : told && index <= nearest && isFullyShown(traces[index]);
    return wrong ? [{ index, word }] : [];
  });
  const left = last === -1 ? empty : (traces[last]?.differences ?? null);
  const certainty = last === -1 ? "none" : left === 0 ? "exact" : told ? "recorded" : "closest";
  return { last, certainty, proposed, contradictions };
}

function isFullyShown(trace: MigrationTrace | undefined): boolean {
  return trace !== undefined && trace.touched > 0 && trace.shown === trace.touched;
}

/**
 * The state with the fewest differences, the earliest of several; of those that follow, the ones that the database
 * shows in full belong to it too. Rows tell nothing: what changes no schema is left to a person.
 */
function nearestState(empty: number, traces: readonly MigrationTrace[]): number {
  let best = -1;
  let least = empty;
  for (const [index, { differences, touched }] of traces.entries()) {
    if (differences < least && touched > 0) {
      least = differences;
      best = index;
    }
  }
  while (isFullyShown(traces[best + 1]) && (traces[best + 1]?.differences ?? 1) <= least) best += 1;
  return best;
}

/** Whether another tool's record means this migration: by its whole name, its version or the hash of its script. */
export function isSameMigration(
  migration: Pick<MigrationSource, "filename" | "version" | "checksum">,
  record: { key: string; version: string },
): boolean {
  if (record.key === migration.filename || record.key === migration.checksum) return true;
  const digits = /^\d+(?:[._]\d+)*$/;
  if (!digits.test(record.version) || !digits.test(migration.version)) return false;
  return compareVersions(record.version, migration.version) === 0;
}
