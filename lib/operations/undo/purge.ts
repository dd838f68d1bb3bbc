import { z } from "zod";
import type { Db } from "../../db/client";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { listUndo, purgeUndo } from "../../postgres/undo/store";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { targetSpec } from "../target/spec";

/** Removes kept rows for good: those whose window is over, or the named ones. Their entries stay as a record. */
export const purgeKeptRows = defineOperation({
  name: "undo.purge",
  permission: "backup.delete",
  input: z.object({
    targetId: z.uuid(),
    /** Entries to remove before their time; default: those past their window. */
    ids: z
      .array(z.string().regex(/^\d{1,18}$/))
      .max(1000)
      .optional(),
  }),
  audit: "target",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  intent: ({ ids }) => ({ entries: ids ? ids.join(", ") : "expired" }),
  run: async ({ ctx, input }) => {
    const client = await openUndo(ctx.db, input.targetId);
    try {
      const done = await purgeUndo(client, input.ids ? { ids: input.ids } : {});
      ctx.note({ removed: done.entries, bytes: done.bytes });
      return done;
    } finally {
      await closeConnection(client);
    }
  },
});

/** Whether a target holds rows past their window. */
export async function hasExpiredRows(db: Db, targetId: string): Promise<boolean> {
  const client = await openUndo(db, targetId);
  try {
    const now = Date.now();
    return (await listUndo(client)).some(
      (entry) => entry.state !== "purged" && entry.expiresAt.getTime() <= now,
    );
  } finally {
    await closeConnection(client);
  }
}

async function openUndo(db: Db, targetId: string) {
  const spec = { ...(await targetSpec(db, targetId)), applicationName: "dbmigrator undo" };
  return openConnection(spec, { guardAddresses: true });
}
