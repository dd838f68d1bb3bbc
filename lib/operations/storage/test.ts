import { z } from "zod";
import { defineOperation } from "../define";
import { failureOfTrying, ownStorageScope, triedColumns } from "./save";
import type { StorageView } from "./views";

export interface StorageTest {
  ok: boolean;
  error: StorageView["error"];
}

/** Writes a small file to a project's storage, reads it and removes it. The failure is part of the answer. */
export const testStorage = defineOperation({
  name: "storage.test",
  permission: "backup.configure",
  input: z.object({ storageId: z.uuid() }),
  audit: "change",
  scope: ownStorageScope,
  prepare: async ({ db, input }) =>
    failureOfTrying(await db.backupStorage.findUniqueOrThrow({ where: { id: input.storageId } })),
  run: async ({ ctx, input, prepared: failure }): Promise<StorageTest> => {
    await ctx.db.backupStorage.update({ where: { id: input.storageId }, data: triedColumns(failure) });
    ctx.note(failure ? { reached: false, error: failure.code } : { reached: true });
    return { ok: failure === null, error: failure };
  },
});
