import { z } from "zod";
import { requireRole } from "../../access/check";
import { type BackupPolicy, completeBackupPolicy } from "../../core/policy/backup-policy";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { noKey } from "../../postgres/backup/archive-reader";
import { chosenTables } from "../../postgres/backup/restore/chosen-tables";
import { requireFinished } from "../backup/check";
import { readManifestOf } from "../backup/contents";
import { PgName, TableRef } from "../backup/fields";
import { backupRef, backupScope, whereBackup, withStorage } from "../backup/scope";
import type { ManifestSummary } from "../backup/views";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { lacksKey } from "../storage/open";
import { RestoreChoices } from "./choices";
import { LIVE_MODES } from "./claim";
import { queueUse } from "./queue-use";

const MODES = ["new_database", "beside", "in_place"] as const;

const restoreInput = z.intersection(
  backupRef,
  z.object({
    /** Where to; the backup's own target unless said. */
    targetId: z.uuid().optional(),
    mode: z.enum(MODES),
    /** Name of the new database; only beside. */
    as: PgName.optional(),
    tables: z.array(TableRef).max(5000).default([]),
    choices: RestoreChoices.default({ owners: "keep", missingRoles: "refuse", replication: "refuse" }),
    /** The name of the database that is replaced or written to. */
    confirm: z.string().max(100).optional(),
    reason: z.string().trim().max(2000).optional(),
  }),
);

/**
 * Asks for a restore. Whoever takes data of one environment into another must be allowed to take it out there; what
 * replaces a database asks for its name, and for as many approvals as its environment demands. Tables that the archive
 * has no rows of are refused before anybody approves it.
 */
export const createRestore = defineOperation({
  name: "restore.create",
  permission: "backup.restore",
  input: restoreInput,
  audit: "change",
  scope: async ({ db, input }) => scopeOfTarget(db, await destinationOf(db, input)),
  intent: (input) => ({ mode: input.mode, as: input.as }),
  async prepare({ db, input, scope, actor }) {
    const backup = await db.backup.findFirst({ where: whereBackup(input), include: withStorage });
    if (!backup || backup.projectId !== scope.projectId) throw noSuch("backup");
    const from = await backupScope({ db, input: { backupId: backup.id } });
    if (from.environment?.id !== scope.environment?.id) await requireRole(db, actor, "backup.export", from);
    requireKey(backup.manifest as ManifestSummary | null);
    if (input.tables.length > 0 && backup.state === "succeeded")
      chosenTables(await readManifestOf(backup), input.tables);
    return backup;
  },
  async run({ ctx, input, scope, prepared }) {
    const backup = await requireFinished(ctx.db, prepared.id);
    const targetId = scope.resource.id ?? "";
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      select: { database: true, environment: { select: { backupPolicy: true, protected: true } } },
    });
    requireFitting(input, target.database);
    const isLive = LIVE_MODES.includes(input.mode);
    if (isLive) {
      confirmName(target.database, input.confirm ?? "");
      await requireNothingRunning(ctx.db, { id: targetId });
    }
    const { backupPolicy, protected: isProtected } = target.environment;
    const policy = completeBackupPolicy(backupPolicy as BackupPolicy, isProtected);
    const approvalsNeeded = isLive ? policy.restoreApprovals : 0;
    const use = await queueUse(ctx.db, {
      ...{ backup, mode: input.mode, targetId, approvalsNeeded, choices: input.choices },
      by: { id: ctx.actor.userId, label: ctx.actor.label },
      tables: input.tables.map((table) => JSON.stringify(table)),
      database: input.mode === "beside" ? (input.as ?? null) : target.database,
      reason: input.reason ?? null,
    });
    ctx.note({
      ...{ useId: use.id, archive: backup.filePath, database: use.database, approvalsNeeded },
      ...{ tables: input.tables.length, choices: input.choices },
    });
    return { id: use.id, state: use.state, backupId: backup.id };
  },
});

async function destinationOf(db: Db, input: z.output<typeof restoreInput>): Promise<string> {
  if (input.targetId) return input.targetId;
  const backup = await db.backup.findFirst({ where: whereBackup(input), select: { targetId: true } });
  if (!backup) throw noSuch("backup");
  if (backup.targetId) return backup.targetId;
  throw new DomainError("validation", "restore.target_needed", "This backup belongs to no target any more.", {
    details: { fields: [{ field: "targetId", message: "Say where to restore it." }] },
    hint: "Say where to restore it.",
  });
}

/** @throws DomainError precondition backup.no_key, as the engine would after everybody had approved it */
function requireKey(manifest: ManifestSummary | null): void {
  const keyId = manifest?.keyId ?? null;
  if (keyId === null || !lacksKey({ keyId })) return;
  throw noKey(keyId);
}

/** What the engine would refuse is refused before anybody approves it. */
function requireFitting(input: z.output<typeof restoreInput>, database: string): void {
  if (input.mode === "beside" && (!input.as || input.as === database)) {
    throw new DomainError(
      "validation",
      "restore.name_needed",
      "The restored database needs a name of its own.",
      {
        details: { fields: [{ field: "as", message: "Give it a name that no database has." }] },
        hint: "Give it one that no database has.",
      },
    );
  }
  if (input.mode === "new_database" && input.tables.length > 0) {
    throw new DomainError(
      "conflict",
      "restore.only_a_part",
      `A part of a backup cannot take the place of the whole database ${database}.`,
      {
        details: { database },
        hint: "Restore it beside the database under another name, or the chosen tables in place.",
      },
    );
  }
}
