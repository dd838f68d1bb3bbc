import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { validationError } from "../../errors";
import { testBackup, verifyBackup } from "../../operations/backup/check";
import { createBackup } from "../../operations/backup/create";
import { deleteBackup } from "../../operations/backup/delete";
import { Description, Labels } from "../../operations/backup/fields";
import { getBackup } from "../../operations/backup/get";
import { importBackups } from "../../operations/backup/import";
import { listBackups } from "../../operations/backup/list";
import { updateBackup } from "../../operations/backup/update";
import type { BackupRow, StoredFailure, UseRow } from "../../operations/backup/views";
import { execute } from "../../operations/define";
import { findProjectBySlug } from "../../operations/project/find";
import { createRestore } from "../../operations/restore/create";
import { endRestoreDoubt } from "../../operations/restore/end-doubt";
import { getRestore } from "../../operations/restore/get";
import { ScheduleFields } from "../../operations/schedule/save";
import { StorageFields } from "../../operations/storage/fields";
import { storageCommon } from "../../operations/storage/save";
import { findTargetByNames } from "../../operations/target/by-names";
import type { BackupRef } from "../backup-download";
import type { Answer, Call, RawInput } from "./endpoint";
import { byNames, namedTarget, parseRequest } from "./named-target";

/** A backup as the source documents' table has it, and what is known of it beside. */
export interface BackupRecord {
  id: string;
  snapshot_id: string;
  description: string;
  file_path: string;
  file_size_bytes: number | null;
  created_at: string;
  schema_version: string | null;
  tables_count: number | null;
  is_automatic: boolean;
  state: BackupRow["state"];
  origin: BackupRow["origin"];
  service: string;
  environment: string;
  labels: string[];
  pinned: boolean;
  verified: BackupRow["verified"];
  tested: BackupRow["tested"];
  finished_at: string | null;
  expires_at: string | null;
  error: StoredFailure | null;
}

export interface RestoreRecord {
  id: string;
  mode: UseRow["mode"];
  state: UseRow["state"];
  database: string | null;
  kept_database: string | null;
  kept_until: string | null;
  approvals: { given: number; needed: number };
  created_at: string;
  finished_at: string | null;
  error: StoredFailure | null;
  result: UseRow["result"];
}

const wait = z.number().int().min(0).max(300).default(0).describe("Seconds to wait for the end of it.");

const tableNames = z
  .array(z.string().regex(/^[^.]+\..+$/, "schema.table"))
  .max(5000)
  .optional();

export const backupRequest = namedTarget.extend({
  description: z.string().max(500).optional(),
  labels: z.array(z.string().max(60)).max(20).optional(),
  tables: tableNames.describe("Only these, as schema.table."),
  schemas: z.array(z.string().max(63)).max(1000).optional().describe("Only these."),
  schema_only: z.boolean().optional().describe("Without rows."),
  test: z.boolean().default(false).describe("Restore it into a scratch database afterwards."),
  wait,
});

export const restoreRequest = z.object({
  project: namedTarget.shape.project,
  snapshot_id: z.string().max(200).optional().describe("This, or id."),
  id: z.uuid().optional(),
  service: z
    .string()
    .max(100)
    .optional()
    .describe("Where to, with environment; the backup's own unless said."),
  environment: z.string().max(100).optional(),
  mode: z
    .enum(["new_database", "beside", "in_place"])
    .default("new_database")
    .describe("new_database: restored beside and then swapped; beside: under another name, see database."),
  database: z.string().max(63).optional().describe("Name of the new database, for mode beside."),
  tables: tableNames,
  confirm: z.string().max(100).optional().describe("Name of the database that is replaced or written to."),
  owners: z.enum(["keep", "none"]).default("keep"),
  missing_roles: z.enum(["create", "refuse"]).default("refuse"),
  replication: z.enum(["refuse", "leave"]).default("refuse"),
  reason: z.string().max(2000).optional(),
  wait,
});

export const backupListRequest = z.object({
  project: namedTarget.shape.project,
  service: z.string().max(100).optional(),
  environment: z.string().max(100).optional(),
  label: z.string().max(60).optional(),
  filter: z.enum(["open", "succeeded", "failed", "pinned", "proven", "unproven"]).optional(),
  origin: z.enum(["manual", "schedule", "deployment", "restore", "imported"]).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().optional(),
});

export const backupRequestById = z.object({
  project: namedTarget.shape.project,
  id: z.string().max(200).describe("The id, or the snapshot_id."),
});

export const backupChange = backupRequestById.extend({
  pinned: z.boolean().optional().describe("Kept whatever the retention says."),
  description: Description.optional(),
  labels: Labels.optional(),
});

export const backupDeletion = backupRequestById.extend({
  confirm: z.string().max(300).optional().describe("The snapshot_id, for a pinned one."),
});

export async function listBackupRecords(
  raw: RawInput,
  { actor }: Call,
): Promise<Answer<{ backups: BackupRecord[]; next: string | null }>> {
  const { rows, next } = await execute(listBackups, actor, parseRequest(backupListRequest, raw));
  return { status: 200, body: { backups: rows.map(backupRecord), next } };
}

export async function createBackupRecord(raw: RawInput, call: Call): Promise<Answer<BackupRecord>> {
  const { project, service, environment, wait: seconds, test, ...rest } = parseRequest(backupRequest, raw);
  const { actor, db } = call;
  const { id } = await execute(createBackup, actor, {
    targetId: await findTargetByNames(db, { project, service, environment }),
    scope: scopeOf(rest),
    testAfter: test,
    ...(rest.description === undefined ? {} : { description: rest.description }),
    ...(rest.labels === undefined ? {} : { labels: rest.labels }),
  });
  const look = () => execute(getBackup, actor, { backupId: id });
  const backup = await lookUntil(
    look,
    ({ state }) => state !== "queued" && state !== "running",
    seconds,
    call,
  );
  const ended = backup.state !== "queued" && backup.state !== "running";
  return {
    status: ended ? 200 : 202,
    headers: { location: `/api/v1/backups/${id}?project=${project}` },
    body: backupRecord(backup),
  };
}

function scopeOf(body: {
  tables?: string[] | undefined;
  schemas?: string[] | undefined;
  schema_only?: boolean | undefined;
}) {
  const { tables, schemas, schema_only: schemaOnly } = body;
  if ([tables, schemas, schemaOnly].filter(Boolean).length > 1)
    throw validationError([{ field: "tables", message: "Give one of tables, schemas and schema_only." }]);
  if (tables) return { kind: "tables" as const, tables: tables.map(tableOf) };
  if (schemas) return { kind: "schemas" as const, schemas };
  return schemaOnly ? { kind: "schema_only" as const } : { kind: "database" as const };
}

/** "public.orders": the first point parts schema and table. */
function tableOf(name: string) {
  const at = name.indexOf(".");
  return { schema: name.slice(0, at), name: name.slice(at + 1) };
}

export async function getBackupRecord(raw: RawInput, { actor }: Call): Promise<Answer<BackupRecord>> {
  return { status: 200, body: backupRecord(await execute(getBackup, actor, ofBackup(raw))) };
}

export async function updateBackupRecord(raw: RawInput, { actor }: Call): Promise<Answer<BackupRecord>> {
  const { pinned, description, labels } = parseRequest(backupChange, raw);
  const { id } = await execute(updateBackup, actor, { ...ofBackup(raw), pinned, description, labels });
  return { status: 200, body: backupRecord(await execute(getBackup, actor, { backupId: id })) };
}

export async function deleteBackupRecord(
  raw: RawInput,
  { actor }: Call,
): Promise<Answer<{ deleted: string }>> {
  const { confirm } = parseRequest(backupDeletion, raw);
  const given = confirm === undefined ? {} : { confirm };
  return { status: 200, body: await execute(deleteBackup, actor, { ...ofBackup(raw), ...given }) };
}

export async function verifyBackupRecord(
  raw: RawInput,
  { actor }: Call,
): Promise<Answer<{ restore: string }>> {
  const { useId } = await execute(verifyBackup, actor, ofBackup(raw));
  return { status: 202, headers: { location: `/api/v1/restores/${useId}` }, body: { restore: useId } };
}

export async function testBackupRecord(raw: RawInput, { actor }: Call): Promise<Answer<{ restore: string }>> {
  const { useId } = await execute(testBackup, actor, ofBackup(raw));
  return { status: 202, headers: { location: `/api/v1/restores/${useId}` }, body: { restore: useId } };
}

export async function restoreBackupRecord(raw: RawInput, call: Call): Promise<Answer<RestoreRecord>> {
  const body = parseRequest(restoreRequest, raw);
  const { actor, db } = call;
  const id = body.id ?? body.snapshot_id;
  if (!id) throw validationError([{ field: "id", message: "Give id or snapshot_id: which backup." }]);
  const { id: useId } = await execute(createRestore, actor, {
    ...ofBackup({ project: body.project, id }),
    mode: body.mode,
    choices: { owners: body.owners, missingRoles: body.missing_roles, replication: body.replication },
    tables: (body.tables ?? []).map(tableOf),
    ...(body.service && body.environment
      ? {
          targetId: await findTargetByNames(db, {
            project: body.project,
            service: body.service,
            environment: body.environment,
          }),
        }
      : {}),
    ...(body.database === undefined ? {} : { as: body.database }),
    ...(body.confirm === undefined ? {} : { confirm: body.confirm }),
    ...(body.reason === undefined ? {} : { reason: body.reason }),
  });
  const look = () => execute(getRestore, actor, { useId });
  const use = await lookUntil(look, ({ state }) => !OPEN.includes(state), body.wait, call);
  return {
    status: OPEN.includes(use.state) ? 202 : 200,
    headers: { location: `/api/v1/restores/${useId}` },
    body: restoreRecord(use),
  };
}

const OPEN = ["queued", "running", "awaiting_approval"];

export async function getRestoreRecord(raw: RawInput, { actor }: Call): Promise<Answer<RestoreRecord>> {
  return {
    status: 200,
    body: restoreRecord(await execute(getRestore, actor, { useId: raw.restoreId as string })),
  };
}

export const restoreById = z.object({ restoreId: z.uuid() });

/** What changes the live database asks for its name; what removes one, for the name of that. */
export const restoreChange = restoreById.extend({ confirm: z.string().max(100) });

export const restoreWord = restoreById.extend({
  as: endRestoreDoubt.input.shape.as,
  reason: endRestoreDoubt.input.shape.reason.describe("How you know."),
});

export const scheduleRequest = namedTarget.extend(ScheduleFields.shape);

const storage_id = z.uuid().optional().describe("The project's default unless said.");
export const estimateRequest = backupRequest
  .pick({ project: true, service: true, environment: true, tables: true, schemas: true, schema_only: true })
  .extend({ storage_id });

/** The input of an estimate, by the same fields as a backup. */
export async function ofEstimate(raw: RawInput, call: Call): Promise<RawInput> {
  const { storage_id: storageId, ...body } = parseRequest(estimateRequest, raw);
  const { targetId } = await byNames(raw, call);
  return { targetId, scope: scopeOf(body), ...(storageId === undefined ? {} : { storageId }) };
}

const ofProject = z.object({ project: namedTarget.shape.project });
export const storageRequest = z.intersection(ofProject.extend(storageCommon), StorageFields);
export const archivesRequest = ofProject.extend({ storageId: z.uuid() });
export const importRequest = archivesRequest.extend({
  names: importBackups.input.shape.names.describe("Of archives that lie there."),
  targetId: z.uuid().optional().describe("Whose backups they become; without it, nobody's."),
});

/** The input with the project's id in place of its slug. @throws DomainError not_found */
export async function byProject({ project, ...rest }: RawInput, { db }: Call): Promise<RawInput> {
  return { ...rest, projectId: (await findProjectBySlug(db, String(project))).id };
}

/** The input of an operation on something that is done with an archive. */
export function ofRestore({ restoreId, ...rest }: RawInput): RawInput {
  return { ...rest, useId: restoreId };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The input of an operation on a backup, by its id or the name of its archive. */
export function ofBackup(raw: RawInput): BackupRef {
  const { project, id } = parseRequest(backupRequestById, raw);
  return UUID.test(id) ? { backupId: id } : { project, snapshotId: id };
}

async function lookUntil<T>(
  look: () => Promise<T>,
  isDone: (value: T) => boolean,
  seconds: number,
  { signal }: Call,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (isDone(value) || Date.now() >= until || signal.aborted) return value;
    await pause(250);
  }
}

function backupRecord(row: BackupRow): BackupRecord {
  return {
    id: row.id,
    snapshot_id: row.snapshotId,
    description: row.description,
    file_path: row.filePath,
    file_size_bytes: row.bytes,
    created_at: row.createdAt,
    schema_version: row.schemaVersion,
    tables_count: row.tables,
    is_automatic: row.isAutomatic,
    state: row.state,
    origin: row.origin,
    service: row.service,
    environment: row.environment?.name ?? row.environmentName,
    labels: row.labels,
    pinned: row.pinned,
    verified: row.verified,
    tested: row.tested,
    finished_at: row.finishedAt,
    expires_at: row.expiresAt,
    error: row.error,
  };
}

function restoreRecord(use: UseRow): RestoreRecord {
  return {
    id: use.id,
    mode: use.mode,
    state: use.state,
    database: use.database,
    kept_database: use.keptDatabase,
    kept_until: use.keptUntil,
    approvals: { given: use.approvals.given.length, needed: use.approvals.needed },
    created_at: use.createdAt,
    finished_at: use.finishedAt,
    error: use.error,
    result: use.result,
  };
}
