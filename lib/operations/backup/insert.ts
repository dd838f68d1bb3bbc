import { randomUUID } from "node:crypto";
import type { BackupScope } from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import type { Backup, BackupStorage, Prisma } from "../../db/generated/client";
import { openStorage } from "../storage/open";
import type { BackupOrigin } from "./views";

export interface NewBackup {
  targetId: string;
  storage: BackupStorage;
  origin: BackupOrigin;
  scope: BackupScope;
  createdBy: { id: string | null; label: string };
  description?: string;
  labels?: string[];
  testAfter?: boolean;
  expiresAt?: Date | null;
  scheduleId?: string;
  deploymentId?: string;
  runId?: string;
}

/** The row of a backup that is wanted; somebody still has to enqueue or perform it. */
export async function insertBackup(tx: Tx | Db, wanted: NewBackup): Promise<Backup> {
  const target = await tx.target.findUniqueOrThrow({
    where: { id: wanted.targetId },
    select: {
      environment: { select: { id: true, name: true } },
      service: { select: { name: true, project: { select: { id: true, slug: true } } } },
    },
  });
  const { service, environment } = target;
  const id = randomUUID();
  const snapshotId = archiveName(id, service.name, environment.name, new Date(), 1);
  const { storage, origin, createdBy } = wanted;
  return tx.backup.create({
    data: {
      id,
      projectId: service.project.id,
      targetId: wanted.targetId,
      environmentId: environment.id,
      storageId: storage.id,
      scheduleId: wanted.scheduleId ?? null,
      deploymentId: wanted.deploymentId ?? null,
      runId: wanted.runId ?? null,
      snapshotId,
      serviceName: service.name,
      environmentName: environment.name,
      description: wanted.description ?? "",
      labels: wanted.labels ?? [],
      filePath: openStorage(storage, service.project.slug).open(snapshotId).location,
      isAutomatic: origin !== "manual" && origin !== "imported",
      origin,
      scope: wanted.scope as unknown as Prisma.InputJsonValue,
      testAfter: wanted.testAfter ?? false,
      expiresAt: wanted.expiresAt ?? null,
      createdBy: createdBy.id,
      createdByLabel: createdBy.label,
    },
  });
}

/**
 * "20261121T021000Z-orders-production-1a2b3c4d": sorts by time, tells people what it is, and each attempt has one of
 * its own, so that a worker that comes back late writes into none that counts.
 */
export function archiveName(
  id: string,
  service: string,
  environment: string,
  at: Date,
  attempt: number,
): string {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const suffix = attempt > 1 ? `-${attempt}` : "";
  return `${time}-${service}-${environment}-${id.slice(0, 8)}${suffix}`;
}
