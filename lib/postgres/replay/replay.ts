import type { PostgresFailure } from "../../core/run/types";
import { withFacts } from "../../core/schema/map-role";
import type { Fact, FactId, Kind, Snapshot } from "../../core/schema/types";
import { DomainError } from "../../errors";
import { PGLZ_FOR_LZ4 } from "../dry-run/rules";
import type { ShadowNote } from "../shadow/choice";
import { createEmptyShadow, type EmptyShadow, type EmptyShadowOptions } from "./empty-shadow";
import { runScript, type Unreplayed } from "./run-script";

export interface ReplayScript {
  /** For messages: the migration, or the file. */
  name: string;
  sql: string;
}

export interface ReplayOptions extends Omit<EmptyShadowOptions, "scripts" | "withExtensions"> {
  /** In the order in which they take effect. */
  scripts: readonly ReplayScript[];
  /** Quoted role that the result belongs to. */
  role: string;
  onProgress?: (done: number, of: number) => void;
}

export interface Replayed {
  snapshot: Snapshot;
  serverVersion: string;
  major: number;
  notes: ShadowNote[];
  /** What the copy could not run. */
  unreplayed: Unreplayed[];
  /** Kinds that cannot be compared with the result, since statements about them were not run. */
  blind: Kind[];
}

/** A scratch database in which scripts were replayed, still there for more. */
export interface OpenReplay {
  shadow: EmptyShadow;
  replayed: Replayed;
}

/**
 * The schema that scripts leave in an empty database, found by running them there.
 * @throws DomainError of createEmptyShadow; replay.failed with the script and the place
 */
export async function replayScripts(options: ReplayOptions): Promise<Replayed> {
  return withReplay(options, async ({ replayed }) => replayed);
}

/** The same, with the database at hand until `work` has ended. @throws what replayScripts and `work` throw */
export async function withReplay<T>(
  options: ReplayOptions,
  work: (open: OpenReplay) => Promise<T>,
): Promise<T> {
  const open = await openReplay(options);
  try {
    return await work(open);
  } finally {
    await open.shadow.drop();
  }
}

async function openReplay(options: ReplayOptions): Promise<OpenReplay> {
  try {
    return await openOnce(options, false);
  } catch (error) {
    // Extensions that were there before the first migration are not among the scripts.
    if (!options.like || !(error instanceof DomainError) || error.code !== "replay.failed") throw error;
    return openOnce(options, true).catch(() => {
      throw error;
    });
  }
}

async function openOnce(options: ReplayOptions, withExtensions: boolean): Promise<OpenReplay> {
  const { scripts, role, onProgress, ...rest } = options;
  const shadow = await createEmptyShadow({ ...rest, withExtensions, scripts: scripts.map(({ sql }) => sql) });
  const signal = options.signal ?? new AbortController().signal;
  try {
    const unreplayed = await runAll(shadow, scripts, signal, onProgress);
    const { serverVersion, major, notes } = shadow;
    const made = await shadow.snapshot(role);
    const snapshot = unreplayed.some(({ why }) => why === PGLZ_FOR_LZ4) ? asAsked(made) : made;
    return {
      shadow,
      replayed: { snapshot, serverVersion, major, notes, unreplayed, blind: blindKinds(unreplayed) },
    };
  } catch (error) {
    await shadow.drop();
    throw error;
  }
}

/** With lz4 where pglz stood in for it. */
function asAsked(snapshot: Snapshot): Snapshot {
  const told = ([id, fact]: [FactId, Fact]): [FactId, Fact] =>
    fact.kind === "column" && fact.body.compression === "p"
      ? [id, { ...fact, body: { ...fact.body, compression: "l" } }]
      : [id, fact];
  return withFacts(snapshot, new Map([...snapshot.facts].map(told)));
}

async function runAll(
  shadow: EmptyShadow,
  scripts: readonly ReplayScript[],
  signal: AbortSignal,
  onProgress: ReplayOptions["onProgress"],
): Promise<Unreplayed[]> {
  const unreplayed: Unreplayed[] = [];
  for (const [at, { name, sql }] of scripts.entries()) {
    const result = await runScript(shadow, name, sql, signal);
    unreplayed.push(...result.unreplayed);
    if (result.failure) throw replayFailed(name, result.failure, unreplayed);
    onProgress?.(at + 1, scripts.length);
  }
  return unreplayed;
}

/** What to do, by what kept the script from running. */
const HINTS = {
  earlier: "What it needs must come from an earlier migration; record what was there before with a baseline.",
  syntax: "Mend the script at that line.",
  missing:
    "Name a scratch server that has it with DBMIGRATOR_SHADOW_URL: a superuser, on a server that is nobody's target.",
  rights:
    "Scripts are replayed without the rights of a superuser: compare with a database that has it instead.",
};

function causeOf({ sqlState }: PostgresFailure, missing: Unreplayed | undefined): keyof typeof HINTS {
  if (missing) return "missing";
  if (sqlState === "42601") return "syntax";
  return sqlState === "42501" ? "rights" : "earlier";
}

/** @returns error with PostgreSQL's words and the place */
export function replayFailed(
  name: string,
  failure: PostgresFailure,
  unreplayed: readonly Unreplayed[] = [],
): DomainError {
  const place = failure.line === undefined ? "" : ` (line ${failure.line})`;
  const missing = unreplayed.find((one) => one.missing);
  const because = missing ? ` Before it: ${missing.migration} (line ${missing.line}). ${missing.why}` : "";
  const cause = causeOf(failure, missing);
  return new DomainError(
    "precondition",
    "replay.failed",
    `${name}${place} cannot be replayed in an empty database: ${failure.message}${because && `.${because}`}`,
    {
      details: { script: name, ...failure, cause },
      hint: (cause === "syntax" && failure.hint) || HINTS[cause],
    },
  );
}

const KINDS_OF: Record<string, Kind[]> = {
  AlterDefaultPrivilegesStmt: ["default_privileges"],
  CreateSubscriptionStmt: ["subscription"],
  AlterSubscriptionStmt: ["subscription"],
  DropSubscriptionStmt: ["subscription"],
  CreateUserMappingStmt: ["user_mapping"],
  AlterUserMappingStmt: ["user_mapping"],
  DropUserMappingStmt: ["user_mapping"],
  CreateEventTrigStmt: ["event_trigger"],
  AlterEventTrigStmt: ["event_trigger"],
  CreatePublicationStmt: ["publication"],
  AlterPublicationStmt: ["publication"],
  CreateFdwStmt: ["foreign_data_wrapper", "server", "user_mapping"],
  CreateForeignServerStmt: ["server", "user_mapping"],
  CreatePLangStmt: ["language"],
  CreateCastStmt: ["cast"],
  CreateOpClassStmt: ["operator_class", "operator_family"],
  CreateOpFamilyStmt: ["operator_family"],
  CreateAmStmt: ["access_method"],
};

function blindKinds(unreplayed: readonly Unreplayed[]): Kind[] {
  return [...new Set(unreplayed.flatMap(({ node }) => KINDS_OF[node] ?? []))];
}
