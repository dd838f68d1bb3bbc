"use server";

import type { z } from "zod";
import { cancelBackup } from "@/lib/operations/backup/cancel";
import { testBackup, verifyBackup } from "@/lib/operations/backup/check";
import { createBackup } from "@/lib/operations/backup/create";
import { deleteBackup } from "@/lib/operations/backup/delete";
import { estimateBackupOf } from "@/lib/operations/backup/estimate";
import { importBackups, listArchives } from "@/lib/operations/backup/import";
import { previewRetention, updateBackupPolicy } from "@/lib/operations/backup/policy";
import { updateBackup } from "@/lib/operations/backup/update";
import { createRestore } from "@/lib/operations/restore/create";
import { approveRestore, cancelUse } from "@/lib/operations/restore/decide";
import { dropKeptDatabase } from "@/lib/operations/restore/drop-kept";
import { endRestoreDoubt } from "@/lib/operations/restore/end-doubt";
import { getKeptSizes } from "@/lib/operations/restore/list-kept";
import { swapBack } from "@/lib/operations/restore/swap-back";
import { previewSchedule } from "@/lib/operations/schedule/list";
import { createSchedule, deleteSchedule, updateSchedule } from "@/lib/operations/schedule/save";
import { createStorage, deleteStorage, updateStorage } from "@/lib/operations/storage/save";
import { type ActionResult, runAction } from "@/lib/transport/action";

type In<O extends { input: z.ZodType }> = z.input<O["input"]>;
// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;

export async function previewRetentionAction(input: In<typeof previewRetention>) {
  return runAction(previewRetention, input);
}

export async function estimateAction(input: In<typeof estimateBackupOf>) {
  return runAction(estimateBackupOf, input);
}

export async function createAction(input: In<typeof createBackup>) {
  return runAction(createBackup, input);
}

export async function cancelAction(input: In<typeof cancelBackup>) {
  return runAction(cancelBackup, input);
}

export async function updateAction(input: In<typeof updateBackup>) {
  return runAction(updateBackup, input);
}

export async function deleteAction(input: In<typeof deleteBackup>) {
  return runAction(deleteBackup, input);
}

export async function verifyAction(input: In<typeof verifyBackup>) {
  return runAction(verifyBackup, input);
}

export async function testAction(input: In<typeof testBackup>) {
  return runAction(testBackup, input);
}

export async function restoreAction(input: In<typeof createRestore>) {
  return runAction(createRestore, input);
}

export async function approveAction(input: In<typeof approveRestore>) {
  return runAction(approveRestore, input);
}

export async function cancelUseAction(input: In<typeof cancelUse>) {
  return runAction(cancelUse, input);
}

export async function swapBackAction(input: In<typeof swapBack>) {
  return runAction(swapBack, input);
}

export async function endDoubtAction(input: In<typeof endRestoreDoubt>) {
  return runAction(endRestoreDoubt, input);
}

export async function dropKeptAction(input: In<typeof dropKeptDatabase>) {
  return runAction(dropKeptDatabase, input);
}

export async function keptSizesAction(input: In<typeof getKeptSizes>) {
  return runAction(getKeptSizes, input);
}

export async function previewAction(input: In<typeof previewSchedule>) {
  return runAction(previewSchedule, input);
}

export async function addSchedule(input: Form): Promise<ActionResult<{ id: string }>> {
  return runAction(createSchedule, input);
}

export async function changeSchedule(input: Form): Promise<ActionResult<{ id: string }>> {
  return runAction(updateSchedule, input);
}

export async function removeSchedule(input: In<typeof deleteSchedule>) {
  return runAction(deleteSchedule, input);
}

export async function addStorage(input: Form): Promise<ActionResult<{ id: string }>> {
  return runAction(createStorage, input);
}

export async function changeStorage(input: Form): Promise<ActionResult<{ id: string }>> {
  return runAction(updateStorage, input);
}

export async function removeStorage(input: In<typeof deleteStorage>) {
  return runAction(deleteStorage, input);
}

export async function changePolicy(input: Form): Promise<ActionResult<{ id: string }>> {
  return runAction(updateBackupPolicy, input);
}

export async function archivesAction(input: In<typeof listArchives>) {
  return runAction(listArchives, input);
}

export async function importAction(input: In<typeof importBackups>) {
  return runAction(importBackups, input);
}
