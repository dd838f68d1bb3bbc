import { z } from "zod";
import type { Db, Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import type { Scope } from "../define";
import { noSuch } from "../project/find";

/** A backup by its id, or by the name of its archive, as the API says it. */
export const backupRef = z.union([
  z.object({ backupId: z.uuid() }),
  z.object({ project: z.string().min(1).max(100), snapshotId: z.string().min(1).max(200) }),
]);
export type BackupRef = z.infer<typeof backupRef>;

/** Input of an operation on a backup with fields of its own. */
export function withBackup<S extends z.ZodRawShape>(shape: S) {
  return z.intersection(backupRef, z.object(shape));
}

/** Everything that working with an archive needs. */
export const withStorage = {
  storage: true,
  project: { select: { id: true, slug: true, name: true } },
  environment: { select: { id: true, name: true, color: true, protected: true } },
} as const satisfies Prisma.BackupInclude;

export type LoadedBackup = Prisma.BackupGetPayload<{ include: typeof withStorage }>;

export function whereBackup(ref: BackupRef): Prisma.BackupWhereInput {
  return "backupId" in ref
    ? { id: ref.backupId }
    : { snapshotId: ref.snapshotId, project: { slug: ref.project } };
}

/**
 * The place of a backup, from its row. One whose environment is gone counts as from a protected one: nobody knows
 * any more what it was.
 * @throws DomainError not_found
 */
export async function backupScope({ db, input }: { db: Db | Tx; input: BackupRef }): Promise<Scope> {
  const row = await db.backup.findFirst({
    where: whereBackup(input),
    select: {
      id: true,
      snapshotId: true,
      projectId: true,
      environmentName: true,
      environment: { select: { id: true, name: true, protected: true } },
    },
  });
  if (!row) throw noSuch("backup");
  const { environment, environmentName, id, projectId, snapshotId } = row;
  return {
    projectId,
    environment: environment ?? { id: GONE, name: environmentName || "?", protected: true },
    resource: { type: "backup", id, label: snapshotId },
  };
}

/** No environment has it; grants are looked up by it and find nothing. */
const GONE = "00000000-0000-0000-0000-000000000000";

export function backupIdOf(scope: Scope): string {
  if (scope.resource.id === null) throw new Error("The scope holds no backup.");
  return scope.resource.id;
}

/** @throws DomainError not_found */
export async function loadBackup(db: Db | Tx, id: string): Promise<LoadedBackup> {
  const row = await db.backup.findUnique({ where: { id }, include: withStorage });
  if (!row) throw noSuch("backup");
  return row;
}
