import { z } from "zod";
import { roleIn } from "../../access/check";
import { can } from "../../access/permissions";
import type { ArchiveListing, BackupStorage as ArchiveStorage, Manifest } from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import type { BackupStorage, Prisma } from "../../db/generated/client";
import { DomainError, type KeptFailure } from "../../errors";
import { defineOperation } from "../define";
import { noSuch, scopeOfProject } from "../project/find";
import { lacksKey, openStorage } from "../storage/open";
import { columnsOf } from "./summary";

export interface ImportableArchive {
  name: string;
  /** Of the snapshot that it shows. */
  takenAt: string;
  database: string;
  host: string;
  server: string;
  bytes: number;
  tables: number;
  description: string | null;
  labels: string[];
  ledger: { service: string; version: string }[];
  /** Known here already. */
  known: boolean;
  /** Encrypted with a key that this instance does not have. */
  keyMissing: boolean;
}

export interface ImportList {
  location: string;
  archives: ImportableArchive[];
  /** What lies there and is no usable backup. */
  unusable: { name: string; problem: KeptFailure | null; changedAt: string | null }[];
}

const place = {
  projectId: z.uuid(),
  storageId: z.uuid(),
};

/** What lies in a storage, also what another instance or the command line made. */
export const listArchives = defineOperation({
  name: "backup.archives",
  permission: "backup.configure",
  input: z.object(place),
  audit: "none",
  scope: ({ db, input }) => scopeOfProject(db, input.projectId),
  run: async ({ ctx, input }): Promise<ImportList> => {
    const { storage, row } = await openPlace(ctx.db, input);
    const listing = await storage.list();
    const known = await ctx.db.backup.findMany({
      where: { storageId: row.id, snapshotId: { in: listing.map((one) => one.name) } },
      select: { snapshotId: true },
    });
    const names = new Set(known.map((one) => one.snapshotId));
    return {
      location: storage.location,
      archives: listing.flatMap((one) =>
        one.manifest ? [importable(one.name, one.manifest, names.has(one.name))] : [],
      ),
      unusable: listing.flatMap((one) => (one.manifest || names.has(one.name) ? [] : [unusable(one)])),
    };
  },
});

function unusable({ name, problem, changedAt }: ArchiveListing): ImportList["unusable"][number] {
  return { name, problem: problem ?? null, changedAt: changedAt?.toISOString() ?? null };
}

/**
 * Makes archives that lie in a storage backups of the project, so that they can be verified and restored; they stay
 * where they are. An archive belongs to the target it is given to; without one it can be restored anywhere in the
 * project by who may restore there.
 */
export const importBackups = defineOperation({
  name: "backup.import",
  permission: "backup.configure",
  input: z.object({
    ...place,
    names: z.array(z.string().min(1).max(200)).min(1).max(500),
    targetId: z.uuid().optional(),
  }),
  audit: "change",
  scope: ({ db, input }) => scopeOfProject(db, input.projectId),
  prepare: async ({ db, input }) => {
    const { storage, row } = await openPlace(db, input);
    const listing = new Map((await storage.list()).map((one) => [one.name, one]));
    const found = input.names.map((name) => {
      const manifest = listing.get(name)?.manifest;
      if (!manifest) throw notUsable(name);
      return { name, manifest, location: storage.open(name).location };
    });
    return { row, found };
  },
  run: async ({ ctx, input, prepared: { row, found } }) => {
    const target = input.targetId ? await ownTarget(ctx.db, input.targetId, input.projectId) : null;
    if (target) await requireMayRestore(ctx, target.environment);
    const made: string[] = [];
    for (const { name, manifest, location } of found) {
      const there = await ctx.db.backup.findFirst({ where: { storageId: row.id, snapshotId: name } });
      if (there) continue;
      const { id } = await ctx.db.backup.create({
        data: rowOfArchive({
          name,
          manifest,
          location,
          row,
          target,
          projectId: input.projectId,
          actor: ctx.actor,
        }),
      });
      made.push(id);
    }
    ctx.note({ storage: row.name, archives: found.map((one) => one.name), made: made.length });
    return { ids: made };
  },
});

async function requireMayRestore(
  ctx: { db: Tx; actor: Parameters<typeof roleIn>[1] },
  environment: { id: string; protected: boolean; name: string; projectId: string },
): Promise<void> {
  const role = await roleIn(ctx.db, ctx.actor, environment.projectId, environment.id);
  if (can(role, "backup.restore", environment.protected) || ctx.actor.kind === "system") return;
  throw new DomainError("forbidden", "access.role_needed", `This needs more rights in ${environment.name}.`, {
    details: { needed: "admin", role: role ?? "viewer", environment: environment.name },
  });
}

function rowOfArchive(args: {
  name: string;
  manifest: Manifest;
  location: string;
  row: BackupStorage;
  target: Awaited<ReturnType<typeof ownTarget>> | null;
  projectId: string;
  actor: { userId: string | null; label: string };
}): Prisma.BackupUncheckedCreateInput {
  const { name, manifest, location, row, target, projectId, actor } = args;
  const service = target?.service.name ?? manifest.ledger[0]?.service ?? "";
  return {
    projectId,
    targetId: target?.id ?? null,
    environmentId: target?.environment.id ?? null,
    storageId: row.id,
    snapshotId: name,
    serviceName: service || manifest.origin.database,
    environmentName: target?.environment.name ?? "",
    description: manifest.description ?? "",
    labels: manifest.label === null ? [] : [manifest.label],
    filePath: location,
    origin: "imported",
    state: "succeeded",
    scope: manifest.scope as unknown as Prisma.InputJsonValue,
    ...columnsOf(manifest, service),
    createdBy: actor.userId,
    createdByLabel: actor.label,
    createdAt: new Date(manifest.createdAt),
    startedAt: new Date(manifest.createdAt),
    finishedAt: new Date(manifest.finishedAt),
  };
}

function importable(name: string, manifest: Manifest, known: boolean): ImportableArchive {
  return {
    name,
    takenAt: manifest.createdAt,
    database: manifest.origin.database,
    host: manifest.origin.host,
    server: manifest.server.version,
    bytes: manifest.totals.archiveBytes,
    tables: manifest.totals.tables,
    description: manifest.description,
    labels: manifest.label === null ? [] : [manifest.label],
    ledger: manifest.ledger.map(({ service, version }) => ({ service, version })),
    known,
    keyMissing: lacksKey(manifest.encryption),
  };
}

async function openPlace(
  db: Db,
  input: { projectId: string; storageId: string },
): Promise<{ storage: ArchiveStorage; row: BackupStorage }> {
  const row = await db.backupStorage.findFirst({
    where: { id: input.storageId, OR: [{ projectId: input.projectId }, { projectId: null }] },
  });
  if (!row) throw noSuch("storage");
  const project = await db.project.findUniqueOrThrow({ where: { id: input.projectId } });
  return { storage: openStorage(row, project.slug), row };
}

async function ownTarget(tx: Tx, targetId: string, projectId: string) {
  const target = await tx.target.findFirst({
    where: { id: targetId, service: { projectId } },
    select: {
      id: true,
      service: { select: { name: true } },
      environment: { select: { id: true, name: true, protected: true, projectId: true } },
    },
  });
  if (!target) throw noSuch("target");
  return target;
}

function notUsable(name: string): DomainError {
  return new DomainError("conflict", "backup.not_there", `There is no usable backup called ${name}.`, {
    details: { location: name },
    hint: "Load the list again.",
  });
}
