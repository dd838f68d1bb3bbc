import { z } from "zod";
import { roleIn } from "../../access/check";
import { can } from "../../access/permissions";
import type { Db } from "../../db/client";
import type { BackupStorage } from "../../db/generated/client";
import { DomainError, type KeptFailure, keepFailure } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { scopeOfSlug } from "../project/find";
import { makeInstanceStorage } from "./default";
import { requireFolder } from "./folder-gone";
import { openStorage } from "./open";
import type { StorageView } from "./views";

/** The storages that a project may use, its own first, with what lies there of this project. */
export const listStorages = defineOperation({
  name: "storage.list",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<StorageView[]> => {
    const projectId = scope.projectId ?? "";
    await ensureOne(ctx.db, projectId);
    const rows = await ctx.db.backupStorage.findMany({
      where: { OR: [{ projectId }, { projectId: null }] },
      orderBy: [{ projectId: { sort: "asc", nulls: "last" } }, { name: "asc" }],
    });
    const role = await roleIn(ctx.db, ctx.actor, projectId);
    const configures = can(role, "backup.configure");
    const mayChange = (row: BackupStorage) =>
      row.projectId === null ? ctx.actor.instanceAdmin && !ctx.actor.token : configures;
    return toViews(ctx.db, rows, { projectId }, mayChange);
  },
});

/** The storages of the instance, with what lies there of all projects. */
export const listInstanceStorages = defineOperation({
  name: "storage.list_shared",
  permission: "instance_admin",
  input: z.object({}),
  audit: "none",
  scope: () => instanceScope("storage", "storages"),
  run: async ({ ctx }): Promise<StorageView[]> => {
    await ensureOne(ctx.db, null);
    const rows = await ctx.db.backupStorage.findMany({
      where: { projectId: null },
      orderBy: { name: "asc" },
    });
    return toViews(ctx.db, rows, {}, () => true);
  },
});

async function ensureOne(db: Db, projectId: string | null): Promise<void> {
  const there = await db.backupStorage.count({ where: { OR: [{ projectId }, { projectId: null }] } });
  // Nothing configured and no data folder (an instance in parts): the list is empty, and the page says what to do.
  if (there === 0) await makeInstanceStorage().catch(onlyDomain);
}

function onlyDomain(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

async function toViews(
  db: Db,
  rows: BackupStorage[],
  where: { projectId?: string },
  mayChange: (row: BackupStorage) => boolean,
): Promise<StorageView[]> {
  const used = await db.backup.groupBy({
    by: ["storageId"],
    where: { ...where, storageId: { in: rows.map(({ id }) => id) }, state: "succeeded" },
    _count: true,
    _sum: { fileSizeBytes: true },
  });
  return Promise.all(
    rows.map(async (row) => {
      const own = used.find((one) => one.storageId === row.id);
      const gone = own ? await goneFolder(row) : null;
      return {
        ...toView(row, mayChange(row)),
        backups: own?._count ?? 0,
        bytes: Number(own?._sum.fileSizeBytes ?? 0),
        freeBytes: row.kind === "folder" ? await freeBytes(row) : null,
        ...(gone ? { error: gone, freeBytes: null } : {}),
      };
    }),
  );
}

/** Only where something was stored: a folder is made with its first archive. */
async function goneFolder(row: BackupStorage): Promise<KeptFailure | null> {
  return requireFolder(row).then(() => null, asKept);
}

function asKept(error: unknown): KeptFailure {
  if (error instanceof DomainError) return keepFailure(error);
  throw error;
}

async function freeBytes(row: BackupStorage): Promise<number | null> {
  return openStorage(row, null)
    .freeBytes()
    .catch(() => null);
}

function toView(
  row: BackupStorage,
  mayChange: boolean,
): Omit<StorageView, "backups" | "bytes" | "freeBytes"> {
  const settings = row.settings as StorageView["settings"];
  const location =
    row.kind === "folder"
      ? (settings.path ?? "")
      : ["s3:/", settings.bucket, settings.prefix].filter(Boolean).join("/");
  return {
    id: row.id,
    name: row.name,
    kind: row.kind === "s3" ? "s3" : "folder",
    shared: row.projectId === null,
    isDefault: row.isDefault,
    encrypted: row.encrypted,
    location,
    // Whoever cannot change it needs no key ids and addresses.
    settings: mayChange ? settings : {},
    mayChange,
    hasSecret: row.secret !== null,
    triedAt: row.triedAt?.toISOString() ?? null,
    error: withPlace(row.error as StorageView["error"], location, settings),
  };
}

/** A failure that an older program kept has no values: what its words say of the place is known all the same. */
function withPlace(
  error: KeptFailure | null,
  location: string,
  { path, bucket, region }: StorageView["settings"],
): KeptFailure | null {
  if (!error || error.details) return error;
  const known = Object.entries({ location, path, bucket, region }).flatMap(([name, value]) =>
    value ? [[name, value] as const] : [],
  );
  return { ...error, details: Object.fromEntries(known) };
}
