import type pg from "pg";
import type { BackupScope, Manifest } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import type { RestoreOptions } from "../options";
import { tablesOfScope } from "./chosen-tables";
import { requireFitServer, requireRoles } from "./preflight";
import { replacedScope, schemasOf } from "./replaced-scope";

type Choices = Pick<RestoreOptions, "tables" | "owners" | "missingRoles">;

/**
 * What can refuse a restore in place, before a backup of what it replaces is made.
 * @returns what that backup has to hold; null when nothing of it is there
 * @throws DomainError restore.older_server, restore.extension_missing, restore.roles_missing, restore.too_many_locks,
 *   restore.table_not_in_backup
 */
export async function foreseeInPlace(
  client: pg.Client,
  manifest: Manifest,
  { tables, owners = "keep", missingRoles = "refuse" }: Choices,
): Promise<BackupScope | null> {
  await requireFitServer(client, manifest);
  if (!(tables ?? tablesOfScope(manifest))) {
    if (owners === "keep" && missingRoles === "refuse") await requireRoles(client, manifest, "refuse");
    await requireLockRoom(client, manifest);
  }
  return replacedScope(client, manifest, tables);
}

/** What DROP locks one by one: relations with their TOAST, constraints, triggers; then the tables that are made. */
const NEEDED = `
WITH gone AS (
  SELECT c.oid, c.reltoastrelid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
     AND ($1::text[] IS NULL OR n.nspname = ANY ($1)))
SELECT ((SELECT count(*) FROM gone) + (SELECT 2 * count(*) FROM gone WHERE reltoastrelid <> 0)
      + (SELECT count(*) FROM pg_catalog.pg_constraint WHERE conrelid IN (SELECT oid FROM gone))
      + (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid IN (SELECT oid FROM gone)))::float8 AS needed,
       (pg_catalog.current_setting('max_locks_per_transaction')::float8
      * (pg_catalog.current_setting('max_connections')::int
       + pg_catalog.current_setting('max_prepared_transactions')::int
       + pg_catalog.current_setting('autovacuum_max_workers')::int
       + pg_catalog.current_setting('max_worker_processes')::int
       + pg_catalog.current_setting('max_wal_senders')::int)) AS room,
       pg_catalog.current_setting('max_locks_per_transaction')::int AS setting`;

/** The table of locks may grow into what else of shared memory is free: what is refused here fails for certain. */
const GROWTH = 2;

/** All is one transaction, and each of its locks stays until the end. @throws DomainError restore.too_many_locks */
async function requireLockRoom(client: pg.Client, manifest: Manifest): Promise<void> {
  const { rows } = await client.query<{ needed: number; room: number; setting: number }>(NEEDED, [
    schemasOf(manifest.scope),
  ]);
  const { needed: dropped = 0, room = 0, setting = 0 } = rows[0] ?? {};
  const needed = dropped + manifest.tables.length;
  if (needed <= room * GROWTH) return;
  const enough = Math.ceil((setting * needed * GROWTH) / room);
  throw new DomainError(
    "precondition",
    "restore.too_many_locks",
    `In place, everything is one transaction: it would need more than ${needed} locks, and the server has room for about ${room}.`,
    {
      details: { needed, room, enough },
      hint: `Restore into a new database, schema by schema, or set max_locks_per_transaction to ${enough} and restart the server; nothing was changed.`,
    },
  );
}
