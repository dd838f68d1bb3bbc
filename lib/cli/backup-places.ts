import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  type ArchiveStore,
  type BackupStorage,
  MANIFEST_FILE,
  type Manifest,
  type WrappingKey,
} from "../core/backup/types";
import { s3FromEnv } from "../env-cli";
import { DomainError } from "../errors";
import { folderStorage, folderStore } from "../postgres/backup/folder-store";
import { readConfig } from "./config";

/** Folder for backups when none is named, beside dbmigrator.json. */
const DEFAULT_FOLDER = "backups";

/** Where archives are kept: --out or --in, else ./backups of the project. */
export async function openStorage(place: string | undefined): Promise<BackupStorage> {
  if (place?.startsWith("s3://")) return openBucket(place);
  return folderStorage(place === undefined ? join(readConfig().root, DEFAULT_FOLDER) : resolve(place));
}

/** How the user names the archive again. */
export function pathOf(storage: BackupStorage, name: string): string {
  return storage.location.startsWith("s3://") ? `${storage.location}/${name}` : join(storage.location, name);
}

/**
 * The archive at a path, or the only one in a folder of archives.
 * @throws DomainError backup.not_there, cli.several_backups
 */
export async function openArchiveAt(path: string): Promise<ArchiveStore> {
  if (path.startsWith("s3://")) {
    const cut = path.replace(/\/+$/, "").lastIndexOf("/");
    const store = (await openBucket(path.slice(0, cut))).open(path.slice(cut + 1).replace(/\/+$/, ""));
    return (await store.exists(MANIFEST_FILE)) ? store : onlyOneOf(await openBucket(path), path);
  }
  const folder = resolve(path);
  if (existsSync(join(folder, MANIFEST_FILE))) return folderStore(folder);
  return onlyOneOf(folderStorage(folder), path);
}

async function onlyOneOf(storage: BackupStorage, path: string): Promise<ArchiveStore> {
  const found = (await storage.list()).filter((one) => one.manifest !== null || one.problem !== undefined);
  const [first] = found;
  if (first && found.length === 1) return storage.open(first.name);
  if (first) {
    throw new DomainError("validation", "cli.several_backups", `${path} holds ${found.length} backups.`, {
      details: { names: found.map((one) => one.name) },
      hint: `Name one of them, for example ${pathOf(storage, found.at(-1)?.name ?? "")}.`,
    });
  }
  throw new DomainError("not_found", "backup.not_there", `There is no backup at ${path}.`, {
    details: { location: path },
    hint: "A folder without manifest.json is no backup: it was not finished, or something else lies there.",
  });
}

/** `s3://bucket/prefix`; service, region and key as the AWS command line reads them from the environment. */
async function openBucket(place: string): Promise<BackupStorage> {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  if (bucket === "") {
    throw new DomainError("validation", "cli.bad_bucket", `${place} names no bucket.`, {
      hint: "Write s3://bucket or s3://bucket/prefix.",
    });
  }
  const { S3Storage } = await import("../storage/s3-storage");
  const { region, endpoint } = s3FromEnv();
  return new S3Storage({
    bucket,
    prefix: prefix.replace(/^\/+|\/+$/g, ""),
    region,
    endpoint,
    pathStyle: endpoint !== null,
    accessKeyId: null,
    secretAccessKey: null,
    encryption: "none",
    kmsKeyId: null,
    guarded: false,
  });
}

/** The keys that DBMIGRATOR_SECRET stands for; the first one encrypts. @throws DomainError store.no_secret */
export async function backupKeys(): Promise<[WrappingKey, ...WrappingKey[]]> {
  const { instanceKeys } = await import("../db/secrets");
  const { wrappingKey } = await import("../postgres/backup/crypt");
  const [first, ...rest] = instanceKeys("backups");
  return [wrappingKey(first), ...rest.map(wrappingKey)];
}

/** Only for an archive that is encrypted: others are read without the instance's secret. */
export async function keysFor(manifest: Pick<Manifest, "encryption">): Promise<WrappingKey[]> {
  if (!manifest.encryption) return [];
  return backupKeys().catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== "store.no_secret") throw error;
    throw new DomainError(
      error.kind,
      error.code,
      "The backup is encrypted, and DBMIGRATOR_SECRET is not set.",
      {
        hint: "Set it to the secret of whoever made the backup: an instance keeps its own in its data folder.",
        cause: error,
      },
    );
  });
}

/** `shop-20261121-081500-3f9a`: sorts by age within a database. */
export function archiveName(database: string, at: Date, random: string): string {
  const stamp = at.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const plain = database.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 60) || "database";
  return `${plain}-${stamp}-${random}`;
}

export const nameOf = (store: ArchiveStore): string => basename(store.location);
export const parentOf = (store: ArchiveStore): string => dirname(store.location);
