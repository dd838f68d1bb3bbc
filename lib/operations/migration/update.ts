import { z } from "zod";
import { checksumOf } from "../../core/migration/checksum";
import { readDirectives } from "../../core/migration/directives";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { refreshMirrors } from "../target/mirror";
import { findApplied, lockRevision } from "./guard";
import { Script } from "./name";
import { migrationScope } from "./scope";

const UpdateMigrationInput = z.object({
  id: z.uuid(),
  /** The revision that the text was made from. */
  revision: z.number().int().positive(),
  up: Script,
  down: Script.nullable(),
  /** Said when the up script of an applied migration is to be another one all the same. */
  confirmApplied: z.boolean().default(false),
});

/**
 * Saves both scripts for everybody and drops the saver's own draft. An applied migration becomes "changed" by
 * this, which every environment that has it will show, so that needs its own word.
 * @throws DomainError conflict `migration.conflict`, precondition `migration.changes_applied`
 */
export const updateMigration = defineOperation({
  name: "migration.update",
  permission: "migration.write",
  input: UpdateMigrationInput,
  audit: "change",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const before = await lockRevision(ctx.db, input.id, input.revision);
    const checksum = checksumOf(input.up);
    const places =
      (await findApplied(ctx.db, before.serviceId, [before.filename])).get(before.filename) ?? [];
    const repeatable = before.filename.startsWith("R__") || readDirectives(input.up).directives.repeatable;
    if (places.length > 0 && checksum !== before.checksum && !repeatable && !input.confirmApplied) {
      throw new DomainError(
        "precondition",
        "migration.changes_applied",
        `${before.filename} is applied on ${places.join(", ")}. Saved like this, it will be shown as changed there.`,
        { hint: "Write a new migration, or confirm the change.", details: { environments: places } },
      );
    }
    const row = await ctx.db.migration.update({
      where: { id: input.id },
      data: {
        up: input.up,
        down: input.down,
        checksum,
        kind: repeatable ? "repeatable" : "versioned",
        revision: { increment: 1 },
        updatedById: ctx.actor.userId,
        updatedAt: new Date(),
      },
    });
    if (!row.draft) await refreshMirrors(ctx.db, before.serviceId);
    if (ctx.actor.userId) {
      await ctx.db.migrationDraft.updateMany({
        where: { migrationId: input.id, userId: ctx.actor.userId },
        data: { up: null, down: null, savedAt: null, baseRevision: row.revision },
      });
    }
    ctx.note({
      revision: row.revision,
      checksumBefore: before.checksum,
      checksum,
      ...(places.length > 0 ? { appliedOn: places } : {}),
    });
    return { revision: row.revision, checksum, updatedAt: row.updatedAt.toISOString() };
  },
});
