import { z } from "zod";
import type { BackupEstimate, BackupScope } from "../../core/backup/types";
import type { Db } from "../../db/client";
import { estimateBackup } from "../../postgres/backup/estimate";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { storageFor } from "../storage/default";
import { openStorage } from "../storage/open";
import { targetSpec } from "../target/spec";
import { ScopeFields } from "./fields";

export interface EstimateView extends BackupEstimate {
  storage: { id: string; name: string; location: string };
  /** Null: nobody can tell. */
  freeBytes: number | null;
  /** False: it would be refused. */
  fits: boolean;
}

/** How large a backup will be and how long it will take, and whether there is room; reads sizes, no rows. */
export const estimateBackupOf = defineOperation({
  name: "backup.estimate",
  permission: "backup.create",
  input: z.object({
    targetId: z.uuid(),
    scope: ScopeFields.default({ kind: "database" }),
    storageId: z.uuid().optional(),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input, scope }): Promise<EstimateView> => {
    const storage = await storageFor(ctx.db, scope.projectId ?? "", input.storageId);
    const project = await ctx.db.project.findUniqueOrThrow({ where: { id: scope.projectId ?? "" } });
    const place = openStorage(storage, project.slug);
    const [estimate, freeBytes] = await Promise.all([
      estimateTarget(ctx.db, input.targetId, input.scope),
      place.freeBytes(),
    ]);
    return {
      ...estimate,
      storage: { id: storage.id, name: storage.name, location: place.location },
      freeBytes,
      fits: freeBytes === null || freeBytes >= estimate.archiveBytes,
    };
  },
});

/** @throws DomainError when the target cannot be read */
export async function estimateTarget(db: Db, targetId: string, scope: BackupScope): Promise<BackupEstimate> {
  const client = await openConnection(await targetSpec(db, targetId));
  try {
    // The size of a table is read under a lock of its own.
    await client.query("SET lock_timeout = '2s'");
    return await estimateBackup(client, scope);
  } finally {
    await closeConnection(client);
  }
}
