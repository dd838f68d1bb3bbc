import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { backupIdOf, backupRef, backupScope } from "./scope";

/** Cancels a backup: what waits never starts, what is being made is stopped and its files are removed. */
export const cancelBackup = defineOperation({
  name: "backup.cancel",
  permission: "backup.create",
  input: backupRef,
  audit: "change",
  scope: backupScope,
  run: async ({ ctx, scope }) => {
    const id = backupIdOf(scope);
    const now = new Date();
    const waiting = await ctx.db.backup.updateMany({
      where: { id, state: "queued" },
      data: { state: "cancelled", finishedAt: now, cancelAskedAt: now },
    });
    if (waiting.count > 0) return { state: "cancelled" as const };
    const { count } = await ctx.db.backup.updateMany({
      where: { id, state: "running" },
      data: { cancelAskedAt: now },
    });
    if (count > 0) return { state: "running" as const };
    throw new DomainError("conflict", "backup.finished", "This backup is not being made any more.", {
      hint: "Load the page again to see where it stands now.",
    });
  },
});
