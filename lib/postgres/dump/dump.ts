import type pg from "pg";
import { DomainError } from "../../errors";
import { type ConnectionSpec, openConnection } from "../connection/connect";
import { runPgDump } from "./bridge";
import { fingerprintOf, normaliseDump } from "./text";

export interface DumpOptions {
  /** Only these schemas; default: all but those of the system and our own. */
  schemas?: string[];
  /** `pre-data`: everything up to the tables; `post-data`: indexes, constraints, triggers. Default: both. */
  section?: "pre-data" | "post-data";
  excludeSchemas?: string[];
  /** Snapshot exported by another session (docs: pg_export_snapshot). */
  snapshot?: string;
  /** Milliseconds for the whole dump; default 120000. */
  timeoutMs?: number;
  /** Milliseconds to wait for a table that somebody has locked; default 10000. */
  lockWaitMs?: number;
  guardAddresses?: boolean;
  signal?: AbortSignal;
}

/** Our own objects in a target are no part of its schema. */
export const OWN_SCHEMAS = ["dbmigrator", "dbmigrator_undo"];

/**
 * The schema of a database as SQL, normalised for people and for comparing: no session settings, no versions,
 * no owners, no tablespaces. Reads with pg_dump 18 (servers 14 to 18), changes nothing.
 * @throws DomainError of openConnection (a missing database fails at once), target.dump_failed, target.dump_locked,
 *   target.dump_timeout; the signal's reason when aborted
 */
export async function dumpSchema(spec: ConnectionSpec, options: DumpOptions = {}): Promise<string> {
  return normaliseDump(await dumpRaw(spec, options));
}

/** The same as pg_dump wrote it, for restoring. */
export async function dumpRaw(spec: ConnectionSpec, options: DumpOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const timeoutMs = options.timeoutMs ?? 120_000;
  const limit = AbortSignal.timeout(timeoutMs);
  const client: pg.Client = await openConnection(
    { ...spec, applicationName: "dbmigrator-dump" },
    options.guardAddresses === undefined ? {} : { guardAddresses: options.guardAddresses },
  );
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    return await runPgDump(client, dumpArguments(options), signal);
  } catch (error) {
    if (limit.aborted && error === limit.reason) throw tookTooLong(spec, timeoutMs);
    throw error;
  } finally {
    client.end().catch(() => undefined);
  }
}

/**
 * SHA-256 of the schema of a database (normalised dump without our own schema), hex: equal for equal schemas on
 * servers of the same major version.
 * @throws the errors of dumpSchema
 */
export async function fingerprintTarget(spec: ConnectionSpec, options: DumpOptions = {}): Promise<string> {
  return fingerprintOf(await dumpSchema(spec, options));
}

function dumpArguments(options: DumpOptions): string[] {
  // Owners and tablespaces say where a database lives, not what it is; a scratch copy has others.
  const args = ["--no-owner", "--no-tablespaces", "--no-subscriptions", "--no-security-labels"];
  args.push(options.section ? `--section=${options.section}` : "--schema-only");
  args.push(`--lock-wait-timeout=${options.lockWaitMs ?? 10_000}`);
  for (const schema of options.schemas ?? []) args.push(`--schema=${quotePattern(schema)}`);
  for (const schema of [...OWN_SCHEMAS, ...(options.excludeSchemas ?? [])]) {
    if (!options.schemas?.includes(schema)) args.push(`--exclude-schema=${quotePattern(schema)}`);
  }
  if (options.snapshot) args.push(`--snapshot=${options.snapshot}`);
  return args;
}

/** In double quotes a pattern of pg_dump stands for itself (docs: psql, "Patterns"). */
function quotePattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tookTooLong(spec: ConnectionSpec, timeoutMs: number): DomainError {
  return new DomainError(
    "target",
    "target.dump_timeout",
    `Reading the schema of ${spec.database} took longer than ${Math.round(timeoutMs / 1000)} s.`,
    {
      details: { database: spec.database, seconds: Math.round(timeoutMs / 1000) },
      hint: "Look whether somebody holds locks there, then try again.",
    },
  );
}
