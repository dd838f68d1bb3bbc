import type { Tx } from "../../db/client";
import type { Backup } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { queueUse } from "../restore/queue-use";
import { backupIdOf, backupRef, backupScope } from "./scope";

/** Reads every byte of an archive and compares it with its manifest. */
export const verifyBackup = defineOperation({
  name: "backup.verify",
  permission: "backup.verify",
  input: backupRef,
  audit: "change",
  scope: backupScope,
  run: async ({ ctx, scope }) => {
    const backup = await requireFinished(ctx.db, backupIdOf(scope));
    const by = { id: ctx.actor.userId, label: ctx.actor.label };
    return { useId: (await queueUse(ctx.db, { backup, mode: "verify", by })).id };
  },
});

/** Restores an archive into a scratch database that is removed afterwards, and compares it with the manifest. */
export const testBackup = defineOperation({
  name: "backup.test",
  permission: "backup.verify",
  input: backupRef,
  audit: "change",
  scope: backupScope,
  run: async ({ ctx, scope }) => {
    const backup = await requireFinished(ctx.db, backupIdOf(scope));
    const by = { id: ctx.actor.userId, label: ctx.actor.label };
    return { useId: (await queueUse(ctx.db, { backup, mode: "test", by })).id };
  },
});

/** Locked to the end of the transaction, so that it is not removed meanwhile. @throws DomainError conflict */
export async function requireFinished(tx: Tx, id: string): Promise<Backup> {
  await tx.$queryRaw`SELECT id FROM backup WHERE id = ${id}::uuid FOR SHARE`;
  const backup = await tx.backup.findUniqueOrThrow({ where: { id } });
  if (backup.state === "succeeded") return backup;
  throw new DomainError("conflict", "backup.not_finished", "This backup is not one that can be used.", {
    details: { state: backup.state },
    hint: "Take another one.",
  });
}
