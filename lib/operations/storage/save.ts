import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Tx } from "../../db/client";
import { type BackupStorage, Prisma } from "../../db/generated/client";
import { openSecret, sealSecret } from "../../db/secrets";
import { DomainError, type KeptFailure, keepFailure, validationError } from "../../errors";
import { confirmName } from "../confirm";
import { defineOperation, instanceScope, type Scope } from "../define";
import { noSuch, scopeOfProject } from "../project/find";
import { StorageFields, type StorageInput, StorageName } from "./fields";
import type { StorageRow } from "./open";
import { tryStorage } from "./try-storage";

/** What every kind has. */
export const storageCommon = {
  name: StorageName,
  encrypted: z.boolean().default(false),
  isDefault: z.boolean().default(false),
  untested: z.boolean().default(false),
};

/**
 * Adds a storage to a project. Folders of the machine, and buckets that are opened with the machine's own identity,
 * are for administrators of the instance: whoever names them lends the server's rights.
 */
export const createStorage = defineOperation({
  name: "storage.create",
  permission: "backup.configure",
  input: z.intersection(z.object({ projectId: z.uuid(), ...storageCommon }), StorageFields),
  audit: "change",
  scope: ({ db, input }) => scopeOfProject(db, input.projectId),
  prepare: ({ input, actor }) => prepareStorage(requireOwnRights(input, actor), null, input.untested),
  run: ({ ctx, input, prepared }) => insertStorage(ctx.db, input, prepared, ctx.note),
});

/** Adds a folder or a bucket that every project may use. */
export const createInstanceStorage = defineOperation({
  name: "storage.create_shared",
  permission: "instance_admin",
  input: z.intersection(z.object(storageCommon), StorageFields),
  audit: "change",
  scope: ({ input }) => instanceScope("storage", input.name),
  prepare: ({ input }) => prepareStorage(input, null, input.untested),
  run: ({ ctx, input, prepared }) => insertStorage(ctx.db, { ...input, projectId: null }, prepared, ctx.note),
});

const storageRef = z.object({ storageId: z.uuid() });

/** A project's own storage. @throws DomainError not_found */
export async function ownStorageScope({
  db,
  input,
}: {
  db: Tx;
  input: { storageId: string };
}): Promise<Scope> {
  const row = await db.backupStorage.findUnique({ where: { id: input.storageId } });
  if (!row?.projectId) throw noSuch("storage");
  const scope = await scopeOfProject(db, row.projectId);
  return { ...scope, resource: { type: "storage", id: row.id, label: row.name } };
}

async function sharedScope({ db, input }: { db: Tx; input: { storageId: string } }): Promise<Scope> {
  const row = await db.backupStorage.findUnique({ where: { id: input.storageId } });
  if (!row || row.projectId !== null) throw noSuch("storage");
  return instanceScope("storage", row.name, row.id);
}

/** Changes a project's storage. Archives that lie there stay where they are. */
export const updateStorage = defineOperation({
  name: "storage.update",
  permission: "backup.configure",
  input: z.intersection(z.object({ storageId: z.uuid(), ...storageCommon }), StorageFields),
  audit: "change",
  scope: ownStorageScope,
  prepare: ({ db, input, actor }) => prepareChange(db, requireOwnRights(input, actor), input),
  run: ({ ctx, input, prepared }) => changeStorage(ctx.db, input, prepared, ctx.note),
});

export const updateInstanceStorage = defineOperation({
  name: "storage.update_shared",
  permission: "instance_admin",
  input: z.intersection(z.object({ storageId: z.uuid(), ...storageCommon }), StorageFields),
  audit: "change",
  scope: sharedScope,
  prepare: ({ db, input }) => prepareChange(db, input, input),
  run: ({ ctx, input, prepared }) => changeStorage(ctx.db, input, prepared, ctx.note),
});

/** Forgets a storage that holds no known backup. What lies there is not touched, and can be imported again. */
export const deleteStorage = defineOperation({
  name: "storage.delete",
  permission: "backup.configure",
  input: storageRef.extend({ confirm: z.string() }),
  audit: "change",
  scope: ownStorageScope,
  run: ({ ctx, input, scope }) => removeStorage(ctx.db, input, scope.resource.label),
});

export const deleteInstanceStorage = defineOperation({
  name: "storage.delete_shared",
  permission: "instance_admin",
  input: storageRef.extend({ confirm: z.string() }),
  audit: "change",
  scope: sharedScope,
  run: ({ ctx, input, scope }) => removeStorage(ctx.db, input, scope.resource.label),
});

function requireOwnRights(
  input: StorageInput,
  actor: { instanceAdmin: boolean; token?: unknown },
): StorageInput {
  if (actor.instanceAdmin && !actor.token) return input;
  if (input.kind === "folder") {
    const message = "Only an administrator of the instance may name a folder of the server.";
    throw new DomainError("forbidden", "storage.folder_instance", message, {
      hint: "Use a bucket, or ask an administrator of the instance to add the folder.",
    });
  }
  if (input.settings.accessKeyId === null)
    throw validationError([{ field: "settings.accessKeyId", message: "An access key is needed." }]);
  return input;
}

interface Prepared {
  row: StorageRow & { settings: Prisma.InputJsonValue };
  failure: KeptFailure | null;
}

async function prepareStorage(
  input: StorageInput,
  stored: BackupStorage | null,
  untested: boolean,
): Promise<Prepared> {
  const id = stored?.id ?? randomUUID();
  const { secret, settings } = secretOf(input, stored, id);
  const row = { id, projectId: null, kind: input.kind, settings, secret };
  const error = await errorOfTrying(row);
  if (error && (!untested || error.code.endsWith("forbidden_address"))) throw error;
  return { row, failure: error && keepFailure(error) };
}

/** What came of writing there, as it is kept; null: it works. */
export async function failureOfTrying(row: StorageRow): Promise<KeptFailure | null> {
  const error = await errorOfTrying(row);
  return error && keepFailure(error);
}

function errorOfTrying(row: StorageRow): Promise<DomainError | null> {
  return tryStorage(row).then(
    () => null,
    (error: unknown) => {
      if (error instanceof DomainError) return error;
      throw error;
    },
  );
}

async function prepareChange(
  db: Tx,
  input: StorageInput,
  { storageId, untested }: { storageId: string; untested: boolean },
): Promise<Prepared> {
  const stored = await db.backupStorage.findUniqueOrThrow({ where: { id: storageId } });
  if (stored.kind !== input.kind) throw validationError([{ field: "kind", message: "It stays what it is." }]);
  return prepareStorage(input, stored, untested);
}

/** The stored key is sent only to the service, bucket and key id it was entered for. */
function secretOf(input: StorageInput, stored: BackupStorage | null, id: string) {
  if (input.kind === "folder") return { secret: null, settings: input.settings };
  const { secretAccessKey, ...settings } = input.settings;
  if (secretAccessKey !== undefined) return { secret: sealSecret(secretAccessKey, id), settings };
  if (settings.accessKeyId === null) return { secret: null, settings };
  const before = stored?.settings as { endpoint?: string | null; accessKeyId?: string | null } | undefined;
  const same = before?.endpoint === settings.endpoint && before?.accessKeyId === settings.accessKeyId;
  if (!stored?.secret || !same) {
    const message = "Enter the secret key again: it was stored for another service or access key.";
    throw validationError([{ field: "settings.secretAccessKey", message }]);
  }
  return { secret: sealSecret(openSecret(stored.secret, id), id), settings };
}

type Note = (details: Record<string, unknown>) => void;

async function insertStorage(
  tx: Tx,
  input: { projectId: string | null; name: string; encrypted: boolean; isDefault: boolean },
  { row, failure }: Prepared,
  note: Note,
): Promise<{ id: string }> {
  const { projectId, name, encrypted, isDefault } = input;
  await requireNameFree(tx, projectId, name, null);
  if (isDefault) await tx.backupStorage.updateMany({ where: { projectId }, data: { isDefault: false } });
  await tx.backupStorage.create({
    data: { ...written(row, failure), id: row.id, projectId, kind: row.kind, name, encrypted, isDefault },
  });
  note({ storageId: row.id, name, kind: row.kind, settings: row.settings, encrypted, isDefault });
  return { id: row.id };
}

async function changeStorage(
  tx: Tx,
  input: { storageId: string; name: string; encrypted: boolean; isDefault: boolean },
  { row, failure }: Prepared,
  note: Note,
): Promise<{ id: string }> {
  const { storageId, name, encrypted, isDefault } = input;
  const before = await tx.backupStorage.findUniqueOrThrow({ where: { id: storageId } });
  await requireNameFree(tx, before.projectId, name, storageId);
  if (isDefault) {
    const { projectId } = before;
    await tx.backupStorage.updateMany({ where: { projectId }, data: { isDefault: false } });
  }
  await tx.backupStorage.update({
    where: { id: storageId },
    data: { ...written(row, failure), name, encrypted, isDefault },
  });
  note({
    before: { name: before.name, settings: before.settings, encrypted: before.encrypted },
    after: { name, settings: row.settings, encrypted, isDefault },
  });
  return { id: storageId };
}

function written(row: Prepared["row"], failure: Prepared["failure"]) {
  return {
    settings: row.settings,
    secret: row.secret === null ? null : new Uint8Array(row.secret),
    ...triedColumns(failure),
  };
}

export function triedColumns(failure: KeptFailure | null) {
  return { triedAt: new Date(), error: failure ? { ...failure } : Prisma.DbNull };
}

async function requireNameFree(
  tx: Tx,
  projectId: string | null,
  name: string,
  own: string | null,
): Promise<void> {
  const other = await tx.backupStorage.findFirst({ where: { projectId, name }, select: { id: true } });
  if (!other || other.id === own) return;
  throw new DomainError("conflict", "store.taken", "There is already one with this name.");
}

async function removeStorage(
  tx: Tx,
  { storageId, confirm }: { storageId: string; confirm: string },
  name: string,
): Promise<{ id: string }> {
  confirmName(name, confirm);
  const backups = await tx.backup.count({ where: { storageId } });
  if (backups > 0) {
    throw new DomainError("conflict", "storage.in_use", `${name} still holds ${backups} backups.`, {
      details: { name, backups },
      hint: "Delete the backups first, or make another storage the default and keep this one.",
    });
  }
  await tx.backupStorage.delete({ where: { id: storageId } });
  return { id: storageId };
}
