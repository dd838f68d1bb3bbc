import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { refreshMirrors } from "../target/mirror";
import { lockRevision, requireNoDeployment, requireNotApplied } from "./guard";
import { MigrationName } from "./name";
import { migrationScope } from "./scope";

const RenameMigrationInput = z.object({
  id: z.uuid(),
  revision: z.number().int().positive().optional(),
  name: MigrationName,
});

/**
 * Gives a migration another name; the version stays. Refused once a target has it: there the file name is its
 * identity, and the old one would be missing.
 * @throws DomainError conflict, precondition `migration.applied`
 */
export const renameMigration = defineOperation({
  name: "migration.rename",
  permission: "migration.write",
  input: RenameMigrationInput,
  audit: "change",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const before = await lockRevision(ctx.db, input.id, input.revision);
    await requireNotApplied(ctx.db, before.serviceId, before.filename, "renamed");
    await requireNoDeployment(ctx.db, before.serviceId, before.filename);
    const filename = renamed(before, input.name);
    const taken = await ctx.db.migration.findFirst({
      where: { serviceId: before.serviceId, filename, NOT: { id: input.id } },
    });
    if (taken) {
      throw new DomainError("conflict", "migration.name_taken", `There is already a migration ${filename}.`, {
        details: { filename },
      });
    }
    const row = await ctx.db.migration.update({
      where: { id: input.id },
      data: {
        filename,
        name: input.name,
        revision: { increment: 1 },
        updatedById: ctx.actor.userId,
        updatedAt: new Date(),
      },
    });
    if (!row.draft) await refreshMirrors(ctx.db, before.serviceId);
    ctx.note({ from: before.filename, to: filename });
    return { filename, name: row.name, revision: row.revision };
  },
});

/** Keeps what comes before the name: a timestamp, `V1__`, `R__`. */
function renamed(before: { filename: string; name: string; version: string }, name: string): string {
  return before.filename.endsWith(before.name)
    ? `${before.filename.slice(0, before.filename.length - before.name.length)}${name}`
    : `${before.version}_${name}`;
}
