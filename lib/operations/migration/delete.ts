import { z } from "zod";
import { defineOperation } from "../define";
import { refreshMirrors } from "../target/mirror";
import { lockRevision, requireNoDeployment, requireNotApplied } from "./guard";
import { migrationScope } from "./scope";

const DeleteMigrationInput = z.object({ id: z.uuid(), revision: z.number().int().positive().optional() });

/**
 * Removes a migration that no target has and no open deployment means to run. Its scripts' checksum stays in the
 * audit trail.
 * @throws DomainError conflict, precondition `migration.applied`
 */
export const deleteMigration = defineOperation({
  name: "migration.delete",
  permission: "migration.write",
  input: DeleteMigrationInput,
  audit: "change",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const before = await lockRevision(ctx.db, input.id, input.revision);
    await requireNotApplied(ctx.db, before.serviceId, before.filename, "deleted");
    await requireNoDeployment(ctx.db, before.serviceId, before.filename);
    await ctx.db.migration.delete({ where: { id: input.id } });
    if (!before.draft) await refreshMirrors(ctx.db, before.serviceId);
    ctx.note({ migration: before.filename, checksum: before.checksum });
    return { filename: before.filename };
  },
});
