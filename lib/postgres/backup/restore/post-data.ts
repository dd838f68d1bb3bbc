import pg from "pg";
import type { BackupNote, ManifestTable } from "../../../core/backup/types";
import { loadParser, parseTrees } from "../../../core/sql/parser";
import { walkTree } from "../../../core/sql/tree";
import type { RestoreEntry } from "../dump-entries";
import { keyOf } from "../inventory";
import { keyByIndex } from "./key-by-index";
import { type ParallelStep, runParallel } from "./parallel-steps";
import { runEntries, statementFailed } from "./run-entries";

/** A statement that may run beside others. */
export interface PostStep extends ParallelStep {
  entry: RestoreEntry;
}

export type PostStage =
  | { kind: "serial"; entries: RestoreEntry[] }
  | { kind: "parallel"; phase: "indexes" | "constraints"; steps: PostStep[]; after: RestoreEntry[] };

const INDEXES = new Set(["INDEX", "CONSTRAINT"]);
const FOREIGN_KEYS = new Set(["FK CONSTRAINT"]);
/** They follow the object that they speak of, and nothing rests on them. */
const ATTACHED = new Set(["COMMENT", "SECURITY LABEL"]);

/**
 * Stages of what comes after the rows. pg_dump's order puts everything behind what it depends on, and what is of one
 * kind together: indexes do not depend on each other, nor do foreign keys; the rest keeps its order.
 */
export async function planPostData(
  entries: readonly RestoreEntry[],
  tables: readonly ManifestTable[],
  onStep: (done: number) => void,
): Promise<PostStage[]> {
  await loadParser();
  const sizes = new Map(tables.map((table) => [keyOf(table), table.rawBytes]));
  const stages: PostStage[] = [];
  for (const entry of entries) {
    const phase = INDEXES.has(entry.type) ? "indexes" : FOREIGN_KEYS.has(entry.type) ? "constraints" : null;
    const last = stages.at(-1);
    if (phase === null && ATTACHED.has(entry.type) && last?.kind === "parallel") {
      last.after.push(entry);
      continue;
    }
    const locks = phase ? locksOf(entry) : null;
    if (phase === null || locks === null) {
      if (last?.kind === "serial") last.entries.push(entry);
      else stages.push({ kind: "serial", entries: [entry] });
      continue;
    }
    const weight = locks.tables.reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0);
    const sorted = locks.sorts && weight <= SORTED_IN_CACHE_BYTES;
    const key = weight >= LARGE_BYTES ? keyByIndex(entry) : null;
    const run = async (client: pg.Client) => {
      await runEntry(client, key?.index ?? entry, sorted ? IN_CACHE : ["", ""]);
      onStep(1);
    };
    const step = { entry, tables: locks.tables, exclusive: locks.exclusive && !key, weight, run };
    const after = key ? [key.constraint] : [];
    if (last?.kind === "parallel" && last.phase === phase) {
      last.steps.push(step);
      last.after.push(...after);
    } else stages.push({ kind: "parallel", phase, steps: [step], after });
  }
  return stages;
}

const KEYS = new Set(["CONSTR_PRIMARY", "CONSTR_UNIQUE"]);

interface RangeVar {
  schemaname?: string;
  relname?: string;
}

/**
 * A B-tree is sorted in runs that stay in the processor's cache, by one process: 16 MB took 0.55 to 0.65 of the processor
 * time of the default (64 MB, half of it a second process's), 4 and 8 MB took more. Both sessions build indexes, so
 * the processors are busy. Runs of 16 MB are merged at once up to about 1 GB of keys (docs: maintenance_work_mem;
 * plan_create_index_workers wants 32 MB for each process); larger tables have what the server is set to.
 */
const IN_CACHE = ["SET maintenance_work_mem = '16MB';\n", "\nRESET maintenance_work_mem;"] as const;
const SORTED_IN_CACHE_BYTES = 2_000_000_000;
/** Of rows as text; below, a key is there before anybody waits for it. */
const LARGE_BYTES = 16_000_000;

interface Locks {
  /** As in ParallelStep. */
  tables: string[];
  exclusive: boolean;
  /** Builds a B-tree, and nothing else. */
  sorts: boolean;
}

/** Docs: "Explicit Locking". @returns null when the text is not what pg_dump writes today: then it runs alone */
function locksOf(entry: RestoreEntry): Locks | null {
  const parsed = parseTrees(entry.sql);
  if ("failure" in parsed || parsed.trees.length === 0) return null;
  const tables = new Set<string>();
  let exclusive = false;
  let sorts = false;
  for (const tree of parsed.trees) {
    if (!("IndexStmt" in tree)) exclusive = true;
    walkTree(tree, (name, body) => {
      if (name === "IndexStmt") sorts ||= (body as { accessMethod?: string }).accessMethod === "btree";
      if (name === "Constraint") sorts ||= KEYS.has((body as { contype?: string }).contype ?? "");
      if (name !== "relation" && name !== "pktable") return true;
      const { schemaname = "", relname = "" } = body as RangeVar;
      tables.add(keyOf({ schema: schemaname, name: relname }));
      return true;
    });
  }
  return tables.size === 0 ? null : { tables: [...tables], exclusive, sorts };
}

async function runEntry(
  client: pg.Client,
  entry: RestoreEntry,
  [before, after]: readonly [string, string],
): Promise<void> {
  try {
    await client.query(entry.settings + before + entry.sql + after);
  } catch (error) {
    throw error instanceof pg.DatabaseError ? statementFailed(entry, error) : error;
  }
}

/**
 * Takes out of the stages what may run as soon as its table has its rows: the first indexes. Those of a partitioned
 * table, which has none of its own, lock its partitions too (18), and whoever loads one of these locks it.
 * @param filled keys of the tables that are loaded
 */
export function takeEarly(stages: PostStage[], filled: ReadonlySet<string>): ParallelStep[] {
  const [first] = stages;
  if (first?.kind !== "parallel" || first.phase !== "indexes") return [];
  const isEarly = ({ tables }: PostStep) => tables.every((key) => filled.has(key));
  const early = first.steps.filter(isEarly);
  first.steps = first.steps.filter((step) => !isEarly(step));
  return early;
}

export interface RunPostDataOptions {
  /** As in RunEntriesOptions. */
  apart: boolean;
  onPhase: (phase: "indexes" | "constraints") => void;
  onStep: (done: number) => void;
  signal?: AbortSignal | undefined;
}

/** Runs the stages on several sessions. @throws DomainError restore.statement_failed; the signal's reason */
export async function runPostData(
  clients: readonly pg.Client[],
  stages: readonly PostStage[],
  options: RunPostDataOptions,
): Promise<BackupNote[]> {
  const [first] = clients;
  if (!first) throw new RangeError("no session to restore with");
  const notes: BackupNote[] = [];
  const serial = (entries: readonly RestoreEntry[]) =>
    runEntries(first, entries, { nested: false, ...options });
  for (const stage of stages) {
    if (stage.kind === "serial") {
      notes.push(...(await serial(stage.entries)));
      continue;
    }
    options.onPhase(stage.phase);
    await runParallel(clients, stage.steps, options.signal);
    notes.push(...(await serial(stage.after)));
  }
  return notes;
}
