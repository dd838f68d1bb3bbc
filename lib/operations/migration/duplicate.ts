import { z } from "zod";
import { defineOperation } from "../define";
import { noSuch } from "../project/find";
import { insertDraft } from "./insert";
import { MigrationName } from "./name";
import { migrationScope } from "./scope";

const DuplicateMigrationInput = z.object({ id: z.uuid(), name: MigrationName.optional() });

/** A new draft with the same scripts and a version of its own. */
export const duplicateMigration = defineOperation({
  name: "migration.duplicate",
  permission: "migration.write",
  input: DuplicateMigrationInput,
  audit: "change",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }) => {
    const from = await ctx.db.migration.findUnique({ where: { id: input.id } });
    if (!from) throw noSuch("migration");
    const row = await insertDraft(ctx.db, {
      serviceId: from.serviceId,
      name: input.name ?? MigrationName.parse(`${from.name.slice(0, 95)}_copy`),
      up: from.up,
      down: from.down,
      userId: ctx.actor.userId,
    });
    ctx.note({ from: from.filename, migration: row.filename });
    return { id: row.id, filename: row.filename, version: row.version, name: row.name };
  },
});
