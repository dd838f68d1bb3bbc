import { alignVersions } from "../../core/comparison/align-versions";
import {
  type BaselineProposal,
  differencesBetween,
  type ForeignWord,
  isSameMigration,
  type MigrationTrace,
  proposeBaseline,
  traceMigrations,
} from "../../core/comparison/baseline";
import { filterSnapshot } from "../../core/comparison/filter";
import { type ComparedLine, compareLines } from "../../core/comparison/lines";
import { compareSnapshots } from "../../core/diff/compare";
import type { MigrationSource } from "../../core/migration/types";
import { compareVersions } from "../../core/migration/version";
import { isApplied } from "../../core/plan/state";
import type { LedgerRow } from "../../core/plan/types";
import type { PostgresFailure } from "../../core/run/types";
import { adoptOwners } from "../../core/schema/map-role";
import type { Snapshot } from "../../core/schema/types";
import { unreadKinds, withoutKinds } from "../../core/schema/without-kinds";
import { parseScriptAsync } from "../../core/sql/parse-script";
import { type ConnectionSpec, closeConnection, openConnection } from "../connection/connect";
import { readSnapshot } from "../introspect/read-snapshot";
import { readLedger } from "../ledger/ledger";
import type { ShadowKind } from "../shadow/choice";
import type { EmbeddedSource } from "../shadow/shadow";
import { createEmptyShadow, type EmptyShadow } from "./empty-shadow";
import { type ForeignLedger, type ForeignRecord, ownTables, readOtherLedgers } from "./other-ledgers";
import { runScript } from "./run-script";
import { tellUnreplayed } from "./tell-unreplayed";

export interface DetectOptions {
  spec: ConnectionSpec;
  /** In the order in which they are applied. */
  migrations: readonly MigrationSource[];
  /** Only these schemas belong to them; empty: all. */
  schemas?: readonly string[];
  embedded?: EmbeddedSource;
  place?: "auto" | ShadowKind;
  guardAddresses?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, of: number) => void;
}

export interface MigrationEvidence {
  migration: MigrationSource;
  word: ForeignWord | null;
  /** null: it was not reached in the replay. */
  trace: MigrationTrace | null;
  proposed: boolean;
}

export interface DetectedBaseline extends Omit<BaselineProposal, "proposed"> {
  evidence: MigrationEvidence[];
  otherLedgers: ForeignLedger[];
  /** What is left between the proposed state and the database. */
  leftOver: ComparedLine[];
  /** File names in our own ledger already. */
  recorded: string[];
  /** The first migration that cannot be replayed, and why. */
  stopped: { migration: string; failure: PostgresFailure } | null;
  notes: string[];
  database: Snapshot;
}

/**
 * Finds which migrations an existing database already has: they are replayed on a scratch server, and the schema after
 * each is compared with the database; the tables of other tools are asked too. Writes nothing in the database.
 * @throws DomainError of openConnection and createEmptyShadow
 */
export async function detectBaseline(options: DetectOptions): Promise<DetectedBaseline> {
  const { migrations } = options;
  const there = await readThere(options);
  const scope = { schemas: options.schemas ?? [], exclude: ownTables(there.otherLedgers) };
  const left = unreadKinds(there.snapshot);
  const narrow = (snapshot: Snapshot) => withoutKinds(filterSnapshot(snapshot, scope), left);
  const database = narrow(there.snapshot);
  const replay = await replayStates(options, there.snapshot.currentRole);
  const aligned = new Map<Snapshot, Snapshot>();
  const asThere = (state: Snapshot) => alignVersions(narrow(state), database)[0];
  const states = replay.states.map((state) => {
    const known = aligned.get(state) ?? adoptOwners(asThere(state), database);
    aligned.set(state, known);
    return known;
  });
  const traces = traceMigrations(states, database);
  const words = migrations.map((one) => wordAbout(one, there.otherLedgers));
  const empty = states[0] ? differencesBetween(states[0], database) : 0;
  const proposal = proposeBaseline(empty, traces, words);
  const nearest = states[Math.min(proposal.last + 1, states.length - 1)];
  return {
    last: proposal.last,
    certainty: proposal.certainty,
    contradictions: proposal.contradictions,
    evidence: migrations.map((migration, at) => ({
      migration,
      word: words[at] ?? null,
      trace: traces[at] ?? null,
      proposed: proposal.proposed[at] === true && !there.recorded.includes(migration.filename),
    })),
    otherLedgers: there.otherLedgers,
    leftOver: nearest ? linesBetween(nearest, database) : [],
    recorded: there.recorded,
    stopped: replay.stopped,
    notes: replay.notes,
    database,
  };
}

async function readThere({ spec, guardAddresses, migrations }: DetectOptions) {
  const services = new Set(migrations.map((migration) => migration.service));
  const client = await openConnection(
    { applicationName: "dbmigrator", ...spec },
    guardAddresses === undefined ? {} : { guardAddresses },
  );
  try {
    const applied = (await readLedger(client)).filter(isApplied);
    const otherLedgers = [
      ...(await readOtherLedgers(client)),
      ...underOtherNames(
        applied.filter((row) => !services.has(row.service)),
        migrations,
      ),
    ];
    const recorded = applied.filter((row) => services.has(row.service)).map((row) => row.filename);
    return { otherLedgers, recorded, snapshot: await readSnapshot(client) };
  } finally {
    await closeConnection(client);
  }
}

/** The same scripts in our own ledger, from when the service was called otherwise. */
function underOtherNames(
  rows: readonly LedgerRow[],
  migrations: readonly MigrationSource[],
): ForeignLedger[] {
  const texts = new Set(migrations.map((migration) => migration.checksum));
  const same = rows.filter((row) => texts.has(row.checksum));
  if (same.length === 0) return [];
  const records = same.map(({ checksum, appliedAt }) => ({
    ...{ key: checksum, version: "", at: appliedAt.toISOString(), failed: false },
  }));
  return [{ tool: "dbmigrator", table: "dbmigrator.migrations_log", records }];
}

interface ReplayedStates {
  /** Before the first migration, then after each that could be replayed. */
  states: Snapshot[];
  stopped: DetectedBaseline["stopped"];
  notes: string[];
}

async function replayStates(options: DetectOptions, role: string): Promise<ReplayedStates> {
  const { spec, migrations, embedded, place, guardAddresses, signal } = options;
  const shadow = await createEmptyShadow({
    like: spec,
    scripts: migrations.map((one) => one.up),
    ...(embedded ? { embedded } : {}),
    ...(place ? { place } : {}),
    ...(guardAddresses === undefined ? {} : { guardAddresses }),
    ...(signal ? { signal } : {}),
  });
  try {
    return await runAll(options, shadow, role);
  } finally {
    await shadow.drop();
  }
}

async function runAll(options: DetectOptions, shadow: EmptyShadow, role: string): Promise<ReplayedStates> {
  const signal = options.signal ?? new AbortController().signal;
  const notes = shadow.notes.map((one) => one.message);
  const states = [await shadow.snapshot(role)];
  for (const [at, migration] of options.migrations.entries()) {
    const { failure, unreplayed } = await runScript(shadow, migration.filename, migration.up, signal);
    if (failure) return { states, stopped: { migration: migration.filename, failure }, notes };
    notes.push(...tellUnreplayed(unreplayed));
    const same = await movesRowsOnly(migration.up);
    states.push(same ? (states.at(-1) as Snapshot) : await shadow.snapshot(role));
    options.onProgress?.(at + 1, options.migrations.length);
  }
  return { states, stopped: null, notes };
}

const ROWS_ONLY = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "CopyStmt", "TruncateStmt"]);

/** The schema after it is the one before: it need not be read again. */
async function movesRowsOnly(script: string): Promise<boolean> {
  const { statements } = await parseScriptAsync(script);
  return statements.every((statement) => ROWS_ONLY.has(statement.node) || statement.need === "control");
}

function wordAbout(migration: MigrationSource, ledgers: readonly ForeignLedger[]): ForeignWord | null {
  for (const { tool, records } of ledgers) {
    const own = records.find((record) => isSameMigration(migration, record));
    if (own) return { tool, at: own.at, failed: own.failed };
    const later = records.find((record) => record.upTo && isBefore(migration, record));
    if (later) return { tool, at: later.at, failed: false };
  }
  return null;
}

/** By their numbers; what is none tells nothing about order. */
function isBefore(migration: MigrationSource, record: ForeignRecord): boolean {
  const isNumber = (version: string) => /^\d+(?:[._]\d+)*$/.test(version);
  if (!isNumber(migration.version) || !isNumber(record.version)) return false;
  return compareVersions(migration.version, record.version) < 0;
}

function linesBetween(state: Snapshot, database: Snapshot): ComparedLine[] {
  return compareLines(compareSnapshots(state, database, { ignoreOwners: true }), state, database);
}
