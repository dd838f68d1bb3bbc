import { z } from "zod";
import { defineOperation } from "../define";
import { noSuch } from "../project/find";
import { requirePerson } from "./draft-save";
import { findPeople } from "./people";
import { migrationScope } from "./scope";
import type { PresenceView } from "./views";

/** Who was seen within this many milliseconds is here; the editor says so every ten seconds. */
const HERE_MS = 30_000;
/** Whoever kept text within this time is writing, not reading. */
const WRITING_MS = 120_000;

const PresenceInput = z.object({
  id: z.uuid(),
  revision: z.number().int().positive(),
  /** true: the asker closes the editor. */
  leaving: z.boolean().default(false),
});

/** Says that the asker is in the editor, and tells who else is, and whether somebody saved meanwhile. */
export const markPresence = defineOperation({
  name: "migration.presence",
  permission: "migration.read",
  input: PresenceInput,
  audit: "none",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }): Promise<PresenceView> => {
    const userId = requirePerson(ctx.actor.userId);
    const now = Date.now();
    const seenAt = new Date(input.leaving ? 0 : now);
    await ctx.db.migrationDraft.upsert({
      where: { migrationId_userId: { migrationId: input.id, userId } },
      create: { migrationId: input.id, userId, baseRevision: input.revision, seenAt },
      update: { seenAt },
    });
    const [row, others] = await Promise.all([
      ctx.db.migration.findUnique({
        where: { id: input.id },
        select: { revision: true, updatedById: true, updatedAt: true },
      }),
      ctx.db.migrationDraft.findMany({
        where: { migrationId: input.id, NOT: { userId }, seenAt: { gt: new Date(now - HERE_MS) } },
        select: { userId: true, savedAt: true },
      }),
    ]);
    if (!row) throw noSuch("migration");
    const people = await findPeople(ctx.db, [row.updatedById, ...others.map((other) => other.userId)]);
    return {
      people: others.flatMap((other) => {
        const person = people.get(other.userId);
        const writes = other.savedAt !== null && now - other.savedAt.getTime() < WRITING_MS;
        return person ? [{ ...person, mode: writes ? ("editing" as const) : ("reading" as const) }] : [];
      }),
      revision: row.revision,
      updatedBy: people.get(row.updatedById ?? "") ?? null,
      updatedAt: row.updatedAt.toISOString(),
    };
  },
});
