import type pg from "pg";
import { compareSnapshots } from "../../core/diff/compare";
import { describeChanges, type SchemaChange } from "../../core/diff/describe";
import type { MigrationSource } from "../../core/migration/types";
import { maskSecrets } from "../../core/query/mask";
import { differingLines } from "../../core/run/difference";
import type { DryRun, PostgresFailure, TriedStatement } from "../../core/run/types";
import type { Snapshot } from "../../core/schema/types";
import { parseScriptAsync } from "../../core/sql/parse-script";
import { DomainError } from "../../errors";
import { type ConnectionSpec, closeConnection, openConnection } from "../connection/connect";
import { dumpSchema } from "../dump/dump";
import { fingerprintOf } from "../dump/text";
import { readSnapshot } from "../introspect/read-snapshot";
import { createShadow, type EmbeddedSource, type Shadow, type ShadowKind } from "../shadow/shadow";
import { readServerParts } from "../shadow/traits";
import { type ScriptResult, type Trial, tryScript } from "./script";
import { Tracer } from "./trace";

export interface DryRunStep {
  migration: MigrationSource;
  direction: "up" | "down";
  /** Hashes of its first statements that the target has from an attempt that stopped: the run goes on behind them. */
  done?: readonly string[];
}

export type DryRunProgress =
  | { phase: "copy" | "read" | "done" }
  /** The copy is there: the name of its database. */
  | { phase: "copied"; database: string }
  | { phase: "try" | "rollback"; migration: string; position: number; of: number };

export interface DryRunOptions {
  target: ConnectionSpec;
  /** Superuser on the embedded server, or how to start one when it is needed. */
  embedded?: EmbeddedSource;
  /** Where to try; `auto` decides and says why. */
  shadow: "auto" | ShadowKind;
  steps: DryRunStep[];
  /** Milliseconds for everything; default 300000. */
  timeoutMs?: number;
  guardAddresses?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: DryRunProgress) => void;
}

/**
 * Tries steps on a scratch copy of the target and tells what each statement did: locks, rewrites, scans, duration,
 * rows. Compares the schema before and after, then runs everything backwards and compares again. A failing
 * statement is part of the answer. Nothing is written in the target; the copy is removed whatever happens.
 * @throws DomainError of createShadow and dumpSchema; dry_run.timeout; the signal's reason when aborted
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const timeoutMs = options.timeoutMs ?? 300_000;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await onShadow(options, signal);
  } catch (error) {
    if (limit.aborted && !options.signal?.aborted) throw tookTooLong(timeoutMs);
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function onShadow(options: DryRunOptions, signal: AbortSignal): Promise<DryRun> {
  options.onProgress?.({ phase: "copy" });
  const shadow = await createShadow({
    target: options.target,
    ...(options.embedded ? { embedded: options.embedded } : {}),
    ...(options.guardAddresses === undefined ? {} : { guardAddresses: options.guardAddresses }),
    place: options.shadow,
    scripts: options.steps.flatMap(({ migration }) => [migration.up, migration.down ?? ""]),
    signal,
  });
  options.onProgress?.({ phase: "copied", database: shadow.spec.database });
  try {
    return await tryAll(options, shadow, signal);
  } finally {
    await shadow.drop();
  }
}

async function tryAll(options: DryRunOptions, shadow: Shadow, signal: AbortSignal): Promise<DryRun> {
  options.onProgress?.({ phase: "read" });
  const trial = await openTrial(shadow, signal);
  const onAbort = () => void endSession(shadow, trial.tracer.pid);
  signal.addEventListener("abort", onAbort, { once: true });
  const size = watchSize(shadow, onAbort);
  try {
    const before = await readSchema(trial, shadow, signal);
    const { statements, failure } = await tryForward(options, trial).catch((error: unknown) => {
      throw size.exceeded() ?? error;
    });
    options.onProgress?.({ phase: "read" });
    const after = await readSchema(trial, shadow, signal);
    const rollback = failure
      ? { proven: false, reason: "not_tried" as const, durationMs: null }
      : await proveRollback(options, trial, shadow, before, signal);
    options.onProgress?.({ phase: "done" });
    const { kind, serverVersion, createdMs, reason, notes } = shadow;
    return {
      shadow: { kind, serverVersion, createdMs, reason, notes },
      targetFingerprint: shadow.targetFingerprint,
      statements,
      ok: failure === null,
      ...(failure && !statements.some((one) => one.error) ? { failure } : {}),
      schemaBefore: before.text,
      schemaAfter: after.text,
      ...(before.facts && after.facts ? { changes: changesBetween(before.facts, after.facts) } : {}),
      fingerprintBefore: fingerprintOf(before.text),
      fingerprintAfter: fingerprintOf(after.text),
      rollback,
    };
  } finally {
    size.stop();
    signal.removeEventListener("abort", onAbort);
    await closeTrial(trial);
  }
}

async function openTrial(shadow: Shadow, signal: AbortSignal): Promise<Trial> {
  const open = () => openConnection({ ...shadow.spec, applicationName: "dbmigrator-dry-run" });
  const [session, gate, watcher] = await Promise.all([open(), open(), open()]);
  return {
    session,
    tracer: await Tracer.start(session),
    tools: { gate, watcher },
    admin: shadow.admin,
    major: shadow.major,
    ...(await readServerParts(watcher)),
    signal,
  };
}

async function closeTrial(trial: Trial): Promise<void> {
  await Promise.all([trial.session, trial.tools.gate, trial.tools.watcher].map(closeConnection));
}

/** A statement that runs at this moment ends only when its session is ended. */
async function endSession(shadow: Shadow, pid: number): Promise<void> {
  await shadow.admin.query("SELECT pg_terminate_backend($1)", [pid]).catch(() => undefined);
}

/** A script that fills tables without end must not fill the disk of a server that others use too. */
const MOST_BYTES = 8 * 1024 ** 3;
const LOOK_EVERY_MS = 3000;

function watchSize(shadow: Shadow, onExceeded: () => void): { exceeded(): DomainError | null; stop(): void } {
  let bytes = 0;
  const look = async () => {
    const { rows } = await shadow.admin.query<{ bytes: string }>(
      "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::text AS bytes",
    );
    bytes = Number(rows[0]?.bytes ?? 0);
    if (bytes > MOST_BYTES) onExceeded();
  };
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  return {
    exceeded: () => (bytes > MOST_BYTES ? tooLarge() : null),
    stop: () => clearInterval(timer),
  };
}

function tooLarge(): DomainError {
  return new DomainError(
    "target",
    "dry_run.too_large",
    `The scratch copy grew beyond ${MOST_BYTES / 1024 ** 3} GB and was stopped.`,
    {
      details: { gigabytes: MOST_BYTES / 1024 ** 3 },
      hint: "A statement that writes that many rows cannot be tried on a copy of the schema.",
    },
  );
}

async function tryForward(
  options: DryRunOptions,
  trial: Trial,
): Promise<{ statements: TriedStatement[]; failure: PostgresFailure | null }> {
  const statements: TriedStatement[] = [];
  let failure: PostgresFailure | null = null;
  for (const [at, { migration, direction, done }] of options.steps.entries()) {
    const script = direction === "up" ? migration.up : (migration.down ?? "");
    if (failure) {
      for (const one of await notReached(migration.filename, script)) statements.push(one);
      continue;
    }
    options.onProgress?.({
      phase: "try",
      migration: migration.filename,
      position: at + 1,
      of: options.steps.length,
    });
    const result: ScriptResult = await tryScript(trial, migration.filename, script, done);
    for (const one of result.statements) statements.push(one);
    failure = result.failure;
  }
  return { statements, failure };
}

async function notReached(migration: string, script: string): Promise<TriedStatement[]> {
  const { statements } = await parseScriptAsync(script);
  return statements.map((statement) => ({
    migration,
    statement: statement.index,
    line: statement.line,
    sql: maskSecrets(statement.text),
    locks: [],
    rewrites: [],
    scans: [],
    durationMs: null,
    rows: null,
    error: null,
    tried: false,
    whyNot: "Not tried: an earlier migration failed.",
    whyNotCode: "earlier_failed",
    scansObserved: false,
  }));
}

/** Runs every step's opposite, last one first, and looks whether the schema is what it was. */
async function proveRollback(
  options: DryRunOptions,
  trial: Trial,
  shadow: Shadow,
  before: ReadSchema,
  signal: AbortSignal,
): Promise<DryRun["rollback"]> {
  const back = options.steps.toReversed().map(({ migration, direction }) => ({
    migration,
    script: direction === "up" ? migration.down : migration.up,
  }));
  const without = back.filter(({ script }) => script === null || script.trim() === "");
  if (without.length > 0 || back.length === 0) {
    const missing = without.map(({ migration }) => migration.filename);
    return { proven: false, reason: back.length === 0 ? "not_tried" : "no_down", missing, durationMs: null };
  }
  const started = performance.now();
  for (const [at, { migration, script }] of back.entries()) {
    options.onProgress?.({
      phase: "rollback",
      migration: migration.filename,
      position: at + 1,
      of: back.length,
    });
    const { failure } = await tryScript(trial, migration.filename, script ?? "");
    if (failure) return { proven: false, reason: "failed", failure, durationMs: elapsed(started) };
  }
  const durationMs = elapsed(started);
  if (options.steps.some(({ done = [] }) => done.length > 0))
    return { proven: false, reason: "partly", durationMs };
  const difference = differingLines(before.text, await dumpSchema(shadow.spec, { signal }));
  if (difference === "") return { proven: true, reason: "proven", durationMs };
  // A column that comes back stands at the end of its table: another text, the same schema.
  const facts = before.facts && (await readFacts(trial.tools.watcher));
  if (before.facts && facts && compareSnapshots(before.facts, facts).length === 0) {
    return { proven: true, reason: "proven", orderOnly: true, difference, durationMs };
  }
  return { proven: false, reason: "differs", difference, durationMs };
}

interface ReadSchema {
  text: string;
  /** As readFacts. */
  facts: Snapshot | null;
}

/** Both ways at a time: one is the work of another thread. */
async function readSchema(trial: Trial, shadow: Shadow, signal: AbortSignal): Promise<ReadSchema> {
  const [text, facts] = await Promise.all([
    dumpSchema(shadow.spec, { signal }),
    readFacts(trial.tools.watcher),
  ]);
  return { text, facts };
}

/** The schema as facts; null when this server's catalogs cannot be read so: the text of the dump still tells all. */
async function readFacts(client: pg.Client): Promise<Snapshot | null> {
  return readSnapshot(client).catch(() => null);
}

function changesBetween(before: Snapshot, after: Snapshot): SchemaChange[] {
  return describeChanges(compareSnapshots(before, after), before, after);
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}

function tookTooLong(timeoutMs: number): DomainError {
  return new DomainError(
    "target",
    "dry_run.timeout",
    `Trying the migrations took longer than ${Math.round(timeoutMs / 1000)} s and was stopped.`,
    { details: { seconds: Math.round(timeoutMs / 1000) }, hint: "Allow more time, or split the migrations." },
  );
}
