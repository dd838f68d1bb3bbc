import type pg from "pg";
import type { Manifest, ManifestTable, TableName } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import { analyzeTables } from "../analyze";
import type { OpenArchive } from "../archive-reader";
import { takeDefaultPrivileges } from "../default-privileges";
import { restoreEntries } from "../dump-entries";
import { keyOf } from "../inventory";
import { readPositions } from "../ledger-positions";
import type { RestoreOptions } from "../options";
import { quoteTable } from "../sql-text";
import { traceTransaction } from "./aftermath";
import { requireChecks, type UntimedResult } from "./checks-required";
import { restoreChosen } from "./chosen";
import { tablesOfScope } from "./chosen-tables";
import { dropContents } from "./drop-contents";
import { readEntryOptions, restoreValues, textOf } from "./fill-database";
import { loadTables } from "./load-tables";
import { sparingOutsiders } from "./outsiders";
import { requireFitServer, requireRoles } from "./preflight";
import type { RestoreFollower } from "./progress";
import { holds, replacedScope, schemasOf } from "./replaced-scope";
import { checkRestored } from "./restored-checks";
import { runEntries } from "./run-entries";
import { withRestorers } from "./sessions";

/** An older one would bring back less than what is lost when the restore was a mistake. */
const FRESH_MS = 60 * 60_000;
const LOCK_WAIT = "30s";

/**
 * Restores into the database itself, for roles that may not create databases: all of it in one transaction, so that
 * a failure or a killed process leaves the database as it was. Others wait for its locks meanwhile.
 * @throws DomainError restore.no_fresh_backup, restore.locked and those of the other modes
 */
export async function restoreInPlace(
  options: RestoreOptions,
  archive: OpenArchive,
  follower: RestoreFollower,
): Promise<UntimedResult> {
  const { spec, signal } = options;
  const { manifest } = archive;
  return withRestorers(spec, 1, signal, async ([client]) => {
    await requireFitServer(client, manifest);
    await requireFreshBackup(client, manifest, options);
    const keep = (options.owners ?? "keep") === "keep";
    const chosen = options.tables ?? tablesOfScope(manifest);
    const rolesCreated =
      keep && !chosen ? await requireRoles(client, manifest, options.missingRoles ?? "refuse") : [];
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    try {
      if (options.onTrace) await options.onTrace(await traceTransaction(client));
      // Without owners nothing is granted by the archive: what the database gives by default is then all there is.
      const replaced = chosen ? [] : schemasOf(manifest.scope);
      const giveBack = keep ? await takeDefaultPrivileges(client, replaced) : [];
      const restored = chosen
        ? await restoreChosen(client, { options, archive, follower, tables: chosen })
        : await restoreWhole(client, options, archive, follower);
      for (const statement of giveBack) await client.query(statement);
      const ledger = await readPositions(client);
      signal?.throwIfAborted();
      follower.begin("swapping");
      await client.query("SET LOCAL synchronous_commit = on; COMMIT");
      const rest = { mode: options.mode, database: spec.database, keptAs: null, rolesCreated };
      return { ...rest, replicationLeft: null, ledger, ...restored };
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      throw isLockTimeout(error) ? locked(spec.database, error) : error;
    }
  });
}

type Restored = Pick<UntimedResult, "tables" | "rows" | "foreignKeysLeft" | "checks" | "notes">;

async function restoreWhole(
  client: pg.Client,
  options: RestoreOptions,
  archive: OpenArchive,
  follower: RestoreFollower,
): Promise<Restored> {
  const { manifest } = archive;
  const { signal } = options;
  const owners = options.owners ?? "keep";
  const entryOptions = await readEntryOptions(client, owners);
  const pre = restoreEntries(await textOf(archive, "pre_data"), entryOptions);
  const post = restoreEntries(await textOf(archive, "post_data"), entryOptions);
  follower.expect(manifest.tables);
  follower.expectSteps(post.entries.length);
  follower.begin("structure");
  const replaced = schemasOf(manifest.scope);
  const drop = () => dropContents(client, replaced);
  await (replaced ? sparingOutsiders(client, replaced, drop) : drop());
  const schemas = await schemaNames(client);
  const wanted = pre.entries.filter((entry) => entry.type !== "SCHEMA" || !schemas.has(entry.name));
  await client.query(pre.header);
  await client.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
  const notes = [...pre.notes, ...(await runEntries(client, wanted, { nested: true, signal }))];
  follower.begin("data");
  await emptyKept(client, manifest.tables);
  const counts = await loadTables(client, archive, manifest.tables, follower, signal);
  await restoreValues(client, archive, { owners, follower });
  follower.begin("indexes");
  const onStep = (done: number) => follower.stepped(done);
  notes.push(...(await runEntries(client, post.entries, { nested: true, onStep, signal })));
  if (options.analyze ?? true) {
    follower.begin("analyzing");
    await analyzeTables(client, replaced);
  }
  follower.begin("verifying");
  const checks = await checkRestored(client, {
    manifest,
    tables: manifest.tables,
    counts,
    whole: null,
    signal,
  });
  requireChecks(checks);
  return { tables: manifest.tables.length, rows: checks.rows, foreignKeysLeft: [], checks, notes };
}

/** Extensions stay, and with them the rows that users gave their tables. */
async function emptyKept(client: pg.Client, tables: readonly ManifestTable[]): Promise<void> {
  const { rows } = await client.query<TableName>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e' AND c.relkind = 'r'`,
  );
  const kept = new Set(rows.map(keyOf));
  for (const table of tables.filter((one) => kept.has(keyOf(one))))
    await client.query(`DELETE FROM ONLY ${quoteTable(table)} ${table.condition ?? ""}`);
}

async function schemaNames(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT nspname::text AS name FROM pg_catalog.pg_namespace",
  );
  return new Set(rows.map((row) => row.name));
}

/** What is written over has to be in a backup of its own. @throws DomainError restore.no_fresh_backup */
async function requireFreshBackup(
  client: pg.Client,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<void> {
  if (await isEmpty(client)) return;
  const replaced = await replacedScope(client, manifest, options.tables);
  if (replaced === null) return;
  const backup = options.freshBackup;
  const { host, port, database } = options.spec;
  const isOfThis =
    backup?.origin.database === database && backup.origin.host === host && backup.origin.port === port;
  const isFresh = backup && Date.now() - Date.parse(backup.createdAt) < FRESH_MS;
  if (isOfThis && isFresh && holds(backup.scope, replaced)) return;
  throw new DomainError(
    "precondition",
    "restore.no_fresh_backup",
    `There is no fresh backup of ${database}.`,
    {
      details: { database, minutes: FRESH_MS / 60_000 },
      hint: "Back up first what the restore replaces, or the whole database: what is restored in place replaces what is there.",
    },
  );
}

/** No tables, views, functions or types of users. */
export async function isEmpty(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ used: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind <> 'i'
                       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                                          AND d.deptype = 'e'))
         OR EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                        WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                                          AND d.deptype = 'e')) AS used`,
  );
  return !rows[0]?.used;
}

const isLockTimeout = (error: unknown): boolean =>
  [error, (error as { cause?: unknown }).cause].some(
    (one) => (one as { code?: string } | undefined)?.code === "55P03",
  );

function locked(database: string, cause: unknown): DomainError {
  return new DomainError(
    "lock_timeout",
    "restore.locked",
    `Somebody uses tables of ${database}; nothing was changed.`,
    {
      details: { database },
      hint: "Stop the applications for the time of the restore, or restore into a new database.",
      cause,
    },
  );
}
