import { z } from "zod";
import { defineOperation } from "../define";
import { insertDraft } from "./insert";
import { MigrationName, Script } from "./name";
import { serviceScope } from "./scope";
import { TEMPLATES } from "./templates";

const CreateMigrationInput = z.object({
  project: z.string(),
  service: z.string().min(1, "Choose a service."),
  name: MigrationName,
  template: z
    .string()
    .optional()
    .refine((id) => !id || TEMPLATES.some((t) => t.id === id), "There is no such template."),
  up: Script.optional(),
  down: Script.nullable().optional(),
});

/** Makes a draft whose version is the present instant, or a second after the service's latest one. */
export const createMigration = defineOperation({
  name: "migration.create",
  permission: "migration.write",
  input: CreateMigrationInput,
  audit: "change",
  scope: ({ db, input }) => serviceScope(db, input.project, input.service),
  run: async ({ ctx, input, scope }) => {
    const template = TEMPLATES.find((t) => t.id === input.template);
    const row = await insertDraft(ctx.db, {
      serviceId: scope.resource.id ?? "",
      name: input.name,
      up: input.up ?? template?.up ?? "",
      down: input.down === undefined ? (template?.down ?? null) : input.down,
      userId: ctx.actor.userId,
    });
    ctx.note({ migration: row.filename, template: template?.id ?? null, checksum: row.checksum });
    return { id: row.id, filename: row.filename, version: row.version, name: row.name };
  },
});
