import type pg from "pg";
import type { BackupNote, DatabaseTraits, Manifest, RestoreResult } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import { closeConnection, openConnection } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";
import { databaseExists, openAdmin } from "../admin-session";
import { type OpenArchive, openArchive } from "../archive-reader";
import { applyTraits, createLike, rolesOf } from "../database-traits";
import { mapFailure } from "../failures";
import { readDatabaseTraits } from "../inventory";
import { readPositions } from "../ledger-positions";
import type { RestoreOptions } from "../options";
import { quoteName } from "../sql-text";
import { oidOfDatabase } from "./aftermath";
import { requireChecks, type UntimedResult } from "./checks-required";
import { chosenTables } from "./chosen-tables";
import { fillDatabase } from "./fill-database";
import { isEmpty, restoreInPlace } from "./in-place";
import { leftoverRemoved, removeUnfinishedRestores, unfinishedName } from "./names";
import { readReplication, requireDecision, requireFitServer, requireRoles } from "./preflight";
import { RestoreFollower } from "./progress";
import { checkRestored } from "./restored-checks";
import { freeKeptName, swapDatabases } from "./swap";

const CONNECTIONS = 2;

/**
 * Restores an archive. `new_database` and `beside` fill a database under a name of their own, check it, and give it
 * its name last, so that a failure at any point leaves what is there as it was; `in_place` does it in one transaction.
 * @throws DomainError restore.* and backup.*, those of openConnection; the signal's reason
 */
export async function restoreInto(options: RestoreOptions): Promise<RestoreResult> {
  const { spec, store, signal } = options;
  const started = performance.now();
  try {
    const archive = await openArchive(store, options.keys);
    const follower = new RestoreFollower(options.onProgress);
    follower.begin("checking");
    const result =
      options.mode === "in_place"
        ? await restoreInPlace(options, archive, follower)
        : await restoreBeside(options, archive, follower);
    follower.begin("done");
    return { ...result, durationMs: Math.round(performance.now() - started) };
  } catch (error) {
    throw mapFailure(error, { spec, location: store.location, signal });
  }
}

async function restoreBeside(
  options: RestoreOptions,
  archive: OpenArchive,
  follower: RestoreFollower,
): Promise<UntimedResult> {
  const wanted = wantedName(options);
  const admin = await openAdmin(options.spec, [wanted]);
  const unfinished = unfinishedName();
  try {
    const before = await prepare(admin, options, archive.manifest, wanted);
    follower.begin("creating");
    options.onDatabase?.(unfinished);
    const trace = { kind: "database", name: unfinished, replaces: before.oid } as const;
    await options.onTrace?.({ ...trace, oid: null });
    const traits = before.traits ?? archive.manifest.database;
    const notes = [...before.notes, ...(await createLike(admin, unfinished, traits))];
    await options.onTrace?.({ ...trace, oid: await oidOfDatabase(admin, unfinished) });
    const filled = await fillAndCheck(options, archive, follower, unfinished);
    notes.push(...filled.notes);
    follower.begin("settings");
    notes.push(...(await applyTraits(admin, unfinished, traits, options.owners ?? "keep")));
    follower.begin("swapping");
    options.signal?.throwIfAborted();
    const keepAs = before.traits ? await freeKeptName(admin, wanted, "before") : null;
    await giveName(admin, options, { unfinished, wanted, keptAs: keepAs });
    const keptAs = before.isEmpty && keepAs && (await dropEmpty(admin, keepAs)) ? null : keepAs;
    return {
      mode: options.mode,
      database: wanted,
      keptAs,
      rolesCreated: before.rolesCreated,
      replicationLeft: before.left,
      ...filled,
      notes,
    };
  } catch (error) {
    await dropUnfinished(admin, options.spec, unfinished);
    throw error;
  } finally {
    await closeConnection(admin);
  }
}

/** @throws DomainError restore.name_needed */
function wantedName({ mode, as, spec }: RestoreOptions): string {
  if (mode === "new_database") return spec.database;
  if (as && as !== spec.database) return as;
  throw new DomainError(
    "validation",
    "restore.name_needed",
    "The restored database needs a name of its own.",
    {
      hint: "Give it one that no database has.",
    },
  );
}

interface Before {
  /** Of the database that is replaced; null when there is none. */
  traits: DatabaseTraits | null;
  oid: string | null;
  /** The one that is replaced holds nothing. */
  isEmpty: boolean;
  rolesCreated: string[];
  left: RestoreResult["replicationLeft"];
  notes: BackupNote[];
}

/** Everything that can refuse, before anything is made. */
async function prepare(
  admin: pg.Client,
  options: RestoreOptions,
  manifest: Manifest,
  wanted: string,
): Promise<Before> {
  await requireFitServer(admin, manifest);
  const removed = await removeUnfinishedRestores(admin);
  const traits = await readDatabaseTraits(admin, wanted);
  if (traits && options.mode === "beside") {
    throw new DomainError("conflict", "restore.name_taken", `There is a database ${wanted} already.`, {
      details: { name: wanted },
      hint: "Choose another name, or remove that database.",
    });
  }
  if (traits && (options.tables || manifest.scope.kind !== "database")) throw onlyAPart(wanted);
  const replication = traits
    ? await readReplication(admin, wanted)
    : { slots: [], publications: [], subscriptions: [] };
  const { left, notes } = requireDecision(replication, options.replication ?? "refuse");
  notes.push(...removed.map(leftoverRemoved));
  const keep = (options.owners ?? "keep") === "keep";
  // A database that is replaced has settings and grants of its own.
  const named = traits ? [] : rolesOf(manifest.database);
  const missing = options.missingRoles ?? "refuse";
  const rolesCreated = keep ? await requireRoles(admin, manifest, missing, named) : [];
  return {
    traits,
    oid: await oidOfDatabase(admin, wanted),
    isEmpty: traits !== null && (await holdsNothing(options.spec)),
    rolesCreated,
    left,
    notes,
  };
}

async function holdsNothing(spec: ConnectionSpec): Promise<boolean> {
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-restore" });
  try {
    return await isEmpty(client);
  } finally {
    await closeConnection(client);
  }
}

/** An empty database that was made for the restore need not be kept. @returns false when it stays */
function dropEmpty(admin: pg.Client, name: string): Promise<boolean> {
  return admin.query(`DROP DATABASE ${quoteName(name)}`).then(
    () => true,
    () => false,
  );
}

function onlyAPart(database: string): DomainError {
  return new DomainError(
    "conflict",
    "restore.only_a_part",
    `A part of a backup cannot take the place of the whole database ${database}.`,
    {
      details: { database },
      hint: "Restore it beside the database under another name, or the chosen tables in place.",
    },
  );
}

type FilledAndChecked = Pick<
  RestoreResult,
  "tables" | "rows" | "foreignKeysLeft" | "checks" | "ledger" | "notes"
>;

async function fillAndCheck(
  options: RestoreOptions,
  archive: OpenArchive,
  follower: RestoreFollower,
  database: string,
): Promise<FilledAndChecked> {
  const spec: ConnectionSpec = { ...options.spec, database };
  const { foreignKeysLeft, counts, notes } = await fillDatabase({
    spec,
    archive,
    tables: options.tables,
    owners: options.owners ?? "keep",
    analyze: options.analyze ?? true,
    connections: options.connections ?? CONNECTIONS,
    follower,
    signal: options.signal,
  });
  follower.begin("verifying");
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-restore" });
  try {
    const tables = chosenTables(archive.manifest, options.tables);
    const whole = !options.tables && notes.length + foreignKeysLeft.length === 0;
    const { manifest } = archive;
    const checks = await checkRestored(client, {
      manifest,
      tables,
      counts,
      whole: whole ? { spec, archive } : null,
      signal: options.signal,
    });
    requireChecks(checks);
    const ledger = await readPositions(client);
    return { tables: tables.length, rows: checks.rows, foreignKeysLeft, checks, ledger, notes };
  } finally {
    await closeConnection(client);
  }
}

interface Names {
  unfinished: string;
  wanted: string;
  keptAs: string | null;
}

async function giveName(admin: pg.Client, options: RestoreOptions, names: Names): Promise<void> {
  const { unfinished, wanted, keptAs } = names;
  if (keptAs === null) {
    await admin.query(`ALTER DATABASE ${quoteName(unfinished)} RENAME TO ${quoteName(wanted)}`);
    return;
  }
  await swapDatabases({
    spec: options.spec,
    live: wanted,
    fresh: unfinished,
    keepAs: keptAs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/** On a session of its own when the first one is gone; what stays is removed by the next restore. */
async function dropUnfinished(admin: pg.Client, spec: ConnectionSpec, name: string): Promise<void> {
  const drop = async (client: pg.Client) => {
    if (await databaseExists(client, name))
      await client.query(`DROP DATABASE ${quoteName(name)} WITH (FORCE)`);
  };
  try {
    await drop(admin);
  } catch {
    const other = await openAdmin(spec, [name]).catch(() => null);
    if (!other) return;
    await drop(other).catch(() => {});
    await closeConnection(other);
  }
}
