import type { Manifest } from "../../core/backup/types";
import type { Prisma } from "../../db/generated/client";
import type { ManifestSummary } from "./views";

const TABLES_KEPT = 200;

/** What of an archive's manifest is kept in the store: nothing whose length grows with the database without end. */
export function summaryOf(manifest: Manifest): ManifestSummary {
  const { id, createdAt, server, database, codec, encryption, totals, largeObjects, files } = manifest;
  const largest = [...manifest.tables].sort((a, b) => b.rawBytes - a.rawBytes).slice(0, TABLES_KEPT);
  return {
    id,
    takenAt: createdAt,
    server: server.version,
    database: database.name,
    codec,
    keyId: encryption?.keyId ?? null,
    totals,
    largeObjects,
    files: files.length,
    sequences: manifest.sequences,
    extensions: manifest.extensions.map((one) => `${one.name} ${one.version}`),
    roles: manifest.roles.slice(0, TABLES_KEPT),
    schemaFingerprint: manifest.schemaFingerprint,
    ledger: manifest.ledger,
    replication: manifest.replication,
    tables: largest.map(({ schema, name, rows, rawBytes }) => ({ schema, name, rows, bytes: rawBytes })),
  };
}

/** The columns of a backup that its manifest decides; also for an archive that another instance made. */
export function columnsOf(manifest: Manifest, service: string) {
  const own = manifest.ledger.find((one) => one.service === service) ?? manifest.ledger[0];
  return {
    manifest: summaryOf(manifest) as unknown as Prisma.InputJsonValue,
    fileSizeBytes: BigInt(manifest.totals.archiveBytes),
    tablesCount: manifest.totals.tables,
    schemaVersion: own?.version ?? null,
  };
}
