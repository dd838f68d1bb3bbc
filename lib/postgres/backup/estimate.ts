import type pg from "pg";
import type { ArchiveStore, BackupCodec, BackupEstimate, BackupScope } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { LOCK_NOT_AVAILABLE } from "../introspect/statistics";
import { readTables, requireScope } from "./inventory";

/** Shares of the tables' size, measured on ordinary data: an archive is rarely larger. */
const RATIO: Record<BackupCodec, number> = { zstd: 0.35, gzip: 0.35, none: 1 };
/** Bytes of table a second that two sessions copy and compress on two cores. */
const SPEED = 60_000_000;
const STRUCTURE_BYTES = 200_000;
const BASE_SECONDS = 2;
const SHOWN = 10;

/**
 * How large a backup will be and how long it will take, from the sizes that the catalogs know; reads no rows. Where
 * the session's lock_timeout ends the waiting for a table that somebody has locked, from its pages when it was analyzed.
 * @throws DomainError not_found backup.scope_missing
 */
export async function estimateBackup(
  client: pg.Client,
  scope: BackupScope,
  codec: BackupCodec = "zstd",
): Promise<BackupEstimate> {
  await requireScope(client, scope);
  const tables = await readTables(client, scope).catch((error: { code?: string }) => {
    if (error.code !== LOCK_NOT_AVAILABLE) throw error;
    return readTables(client, scope, "pages");
  });
  const objects = scope.kind === "database" ? await largeObjectBytes(client) : 0;
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0) + objects;
  const largest = [...tables].sort((a, b) => b.bytes - a.bytes).slice(0, SHOWN);
  return {
    bytes,
    archiveBytes: Math.round(bytes * RATIO[codec]) + STRUCTURE_BYTES,
    rows: Math.round(tables.reduce((sum, table) => sum + table.rows, 0)),
    tables: tables.length,
    seconds: Math.ceil(BASE_SECONDS + bytes / SPEED),
    largest: largest.map((table) => ({
      schema: table.schema,
      name: table.name,
      bytes: table.bytes,
      rows: Math.round(table.rows),
    })),
  };
}

async function largeObjectBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    "SELECT pg_table_size('pg_catalog.pg_largeobject')::float8 AS bytes",
  );
  return rows[0]?.bytes ?? 0;
}

/** @throws DomainError precondition backup.no_space */
export async function requireSpace(store: ArchiveStore, estimate: BackupEstimate): Promise<void> {
  const free = await store.freeBytes();
  if (free === null || free >= estimate.archiveBytes) return;
  throw noSpace(store.location, { needed: estimate.archiveBytes, free });
}

export function noSpace(location: string, details: Record<string, unknown>, cause?: unknown): DomainError {
  return new DomainError("precondition", "backup.no_space", `There is not enough space at ${location}.`, {
    details: { location, ...details },
    hint: "Free space, remove older backups, or choose another storage.",
    ...(cause === undefined ? {} : { cause }),
  });
}
