import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { Script } from "./name";
import { migrationScope } from "./scope";

const SaveDraftInput = z.object({
  id: z.uuid(),
  up: Script,
  down: Script.nullable(),
  baseRevision: z.number().int().positive(),
});

/**
 * Keeps the asker's unsaved text, theirs alone; only `migration.update` changes what others see or deploy, and
 * only that is audited.
 */
export const saveDraft = defineOperation({
  name: "migration.draft_save",
  permission: "migration.write",
  input: SaveDraftInput,
  audit: "none",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const userId = requirePerson(ctx.actor.userId);
    const now = new Date();
    const text = {
      up: input.up,
      down: input.down,
      baseRevision: input.baseRevision,
      savedAt: now,
      seenAt: now,
    };
    await ctx.db.migrationDraft.upsert({
      where: { migrationId_userId: { migrationId: input.id, userId } },
      create: { migrationId: input.id, userId, ...text },
      update: text,
    });
    return { savedAt: now.toISOString() };
  },
});

/** Drops the asker's unsaved text. */
export const discardDraft = defineOperation({
  name: "migration.draft_discard",
  permission: "migration.write",
  input: z.object({ id: z.uuid() }),
  audit: "none",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const userId = requirePerson(ctx.actor.userId);
    const dropped = await ctx.db.migrationDraft.updateMany({
      where: { migrationId: input.id, userId },
      data: { up: null, down: null, savedAt: null },
    });
    return { discarded: dropped.count > 0 };
  },
});

/** @throws DomainError forbidden for what no person stands behind */
export function requirePerson(userId: string | null): string {
  if (userId) return userId;
  throw new DomainError("forbidden", "access.person_needed", "Drafts belong to people.");
}
