import type { MigrationSource } from "../../core/migration/types";
import { compareMigrations } from "../../core/migration/version";
import type { Db, Tx } from "../../db/client";

/** A migration of the metadata store, as the engine reads it, with what only the store knows. */
export interface StoredMigration extends MigrationSource {
  id: string;
  /** Not deployed before: whoever deploys it makes it ready. */
  draft: boolean;
  /** Counts every saved edit, from 1. */
  revision: number;
}

/**
 * Every migration of a service with both scripts, in the order in which they are applied: versioned ones by
 * version and file name, then repeatable ones by file name.
 * @param options.drafts false leaves drafts out
 */
export async function loadMigrationSources(
  db: Db | Tx,
  serviceId: string,
  options: { drafts?: boolean } = {},
): Promise<StoredMigration[]> {
  const rows = await db.migration.findMany({
    where: { serviceId, ...(options.drafts === false ? { draft: false } : {}) },
    include: { service: { select: { name: true } } },
  });
  const all = rows.map((row) => toSource(row, row.service.name)).sort(compareMigrations);
  return [...all.filter((m) => m.kind === "versioned"), ...all.filter((m) => m.kind === "repeatable")];
}

interface MigrationRow {
  id: string;
  filename: string;
  version: string;
  name: string;
  kind: string;
  up: string;
  down: string | null;
  checksum: string;
  draft: boolean;
  revision: number;
}

/** A row of the store as the engine reads it. */
export function toSource(row: MigrationRow, service: string): StoredMigration {
  return {
    id: row.id,
    service,
    filename: row.filename,
    version: row.version,
    name: row.name,
    kind: row.kind === "repeatable" ? "repeatable" : "versioned",
    up: row.up,
    down: row.down,
    checksum: row.checksum,
    draft: row.draft,
    revision: row.revision,
  };
}
