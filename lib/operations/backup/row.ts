import type { BackupProgress, BackupScope } from "../../core/backup/types";
import type { KeepReason } from "../../core/policy/retention";
import type { Prisma } from "../../db/generated/client";
import type { PersonView } from "../deployment/views";
import type {
  BackupOrigin,
  BackupRow,
  BackupState,
  ManifestSummary,
  StoredFailure,
  TestedState,
  VerifiedState,
} from "./views";

/** What a list shows of a backup; neither the manifest nor results of tests. */
export const rowColumns = {
  ...{
    id: true,
    snapshotId: true,
    filePath: true,
    description: true,
    labels: true,
    state: true,
    origin: true,
  },
  ...{ isAutomatic: true, pinned: true, serviceName: true, environmentName: true, targetId: true },
  ...{ scope: true, fileSizeBytes: true, tablesCount: true, schemaVersion: true, createdAt: true },
  ...{ startedAt: true, finishedAt: true, expiresAt: true, createdBy: true, createdByLabel: true },
  ...{
    verifiedState: true,
    verifiedAt: true,
    testedState: true,
    testedAt: true,
    progress: true,
    error: true,
  },
  storage: { select: { id: true, name: true } },
  environment: { select: { id: true, name: true, color: true, protected: true } },
  deployment: { select: { number: true } },
} as const satisfies Prisma.BackupSelect;

export type BackupColumns = Prisma.BackupGetPayload<{ select: typeof rowColumns }>;

export function backupRow(
  row: BackupColumns,
  name: (person: PersonView) => PersonView,
  keptFor: KeepReason[] | null = null,
  manifest: ManifestSummary | null = null,
): BackupRow {
  const { startedAt, finishedAt } = row;
  return {
    ...{ id: row.id, snapshotId: row.snapshotId, description: row.description, labels: row.labels },
    state: row.state as BackupState,
    origin: row.origin as BackupOrigin,
    isAutomatic: row.isAutomatic,
    pinned: row.pinned,
    service: row.serviceName,
    environment: row.environment,
    environmentName: row.environmentName,
    targetId: row.targetId,
    scope: row.scope as unknown as BackupScope,
    bytes: row.fileSizeBytes === null ? null : Number(row.fileSizeBytes),
    tables: row.tablesCount,
    schemaVersion: row.schemaVersion,
    at: manifest?.takenAt ?? row.createdAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    durationMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    createdBy: name({ id: row.createdBy ?? "", label: row.createdByLabel }),
    storage: row.storage,
    filePath: row.filePath,
    verified: { state: row.verifiedState as VerifiedState, at: row.verifiedAt?.toISOString() ?? null },
    tested: { state: row.testedState as TestedState, at: row.testedAt?.toISOString() ?? null },
    progress: row.state === "running" ? (row.progress as unknown as BackupProgress | null) : null,
    error: row.error as unknown as StoredFailure | null,
    deployment: row.deployment?.number ?? null,
    keptFor,
  };
}
