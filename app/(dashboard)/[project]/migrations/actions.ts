"use server";

import type { z } from "zod";
import { createMigration } from "@/lib/operations/migration/create";
import { deleteMigration } from "@/lib/operations/migration/delete";
import { discardDraft, saveDraft } from "@/lib/operations/migration/draft-save";
import { duplicateMigration } from "@/lib/operations/migration/duplicate";
import { getMigration } from "@/lib/operations/migration/get";
import { importMigrations, previewImport } from "@/lib/operations/migration/import";
import { lintScript } from "@/lib/operations/migration/lint";
import { markPresence } from "@/lib/operations/migration/presence";
import { renameMigration } from "@/lib/operations/migration/rename";
import { updateMigration } from "@/lib/operations/migration/update";
import { runAction } from "@/lib/transport/action";

type In<O extends { input: z.ZodType }> = z.input<O["input"]>;

export async function createAction(input: In<typeof createMigration>) {
  return runAction(createMigration, input);
}

export async function getAction(input: In<typeof getMigration>) {
  return runAction(getMigration, input);
}

export async function updateAction(input: In<typeof updateMigration>) {
  return runAction(updateMigration, input);
}

export async function renameAction(input: In<typeof renameMigration>) {
  return runAction(renameMigration, input);
}

export async function deleteAction(input: In<typeof deleteMigration>) {
  return runAction(deleteMigration, input);
}

export async function duplicateAction(input: In<typeof duplicateMigration>) {
  return runAction(duplicateMigration, input);
}

export async function saveDraftAction(input: In<typeof saveDraft>) {
  return runAction(saveDraft, input);
}

export async function discardDraftAction(input: In<typeof discardDraft>) {
  return runAction(discardDraft, input);
}

export async function presenceAction(input: In<typeof markPresence>) {
  return runAction(markPresence, input);
}

export async function lintAction(input: In<typeof lintScript>) {
  return runAction(lintScript, input);
}

export async function previewImportAction(input: In<typeof previewImport>) {
  return runAction(previewImport, input);
}

export async function importAction(input: In<typeof importMigrations>) {
  return runAction(importMigrations, input);
}
