import { randomBytes } from "node:crypto";
import { open, unlink } from "node:fs/promises";
import type { BackupCodec, BackupScope, Manifest, WrappingKey } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { readManifest } from "../../postgres/backup/archive-reader";
import { createBackup } from "../../postgres/backup/create";
import { noSpace } from "../../postgres/backup/estimate";
import { exportSql } from "../../postgres/backup/export-sql";
import { testRestore } from "../../postgres/backup/restore/test-restore";
import { verifyBackup } from "../../postgres/backup/verify";
import { closeConnection } from "../../postgres/connection/connect";
import type { ConnectionSpec } from "../../postgres/connection/connection-spec";
import {
  backupLine,
  cancellable,
  progressLine,
  restoreLine,
  showDatabase,
  showManifest,
  showNotes,
  showVerified,
  size,
} from "../backup-output";
import {
  archiveName,
  backupKeys,
  keysFor,
  nameOf,
  openArchiveAt,
  openStorage,
  pathOf,
} from "../backup-places";
import { readConfig } from "../config";
import { duration, note, paint, print, printJson, printTable } from "../output";
import { type CommonOptions, isJson } from "../session";
import { parseTableName } from "../table-names";
import { openTarget, requireTarget } from "../target";

interface CreateOptions extends CommonOptions {
  /** In place of the flags that choose. */
  scope?: BackupScope;
  out?: string;
  name?: string;
  schema?: string[];
  table?: string[];
  schemaOnly?: boolean;
  label?: string;
  description?: string;
  codec?: BackupCodec;
  encrypt?: boolean;
  connections?: number;
  ignoreSpace?: boolean;
}

export async function backupCreate(options: CreateOptions): Promise<number> {
  const { client, spec } = await openTarget(await requireTarget(options, readConfig()));
  await closeConnection(client);
  const { manifest, path } = await takeBackup(spec, options);
  if (isJson(options)) printJson({ path, manifest: summaryOf(manifest) });
  else showManifest(manifest, path);
  return 0;
}

/** Makes a backup of the whole database, or of what the options choose, in a new archive. */
export async function takeBackup(
  spec: ConnectionSpec,
  options: CreateOptions,
): Promise<{ manifest: Manifest; path: string }> {
  const storage = await openStorage(options.out);
  const name = options.name ?? archiveName(spec.database, new Date(), randomBytes(2).toString("hex"));
  const line = progressLine(isJson(options));
  try {
    const manifest = await cancellable(async (signal) =>
      createBackup({
        spec,
        store: storage.open(name),
        scope: options.scope ?? scopeOf(options),
        label: options.label ?? null,
        description: options.description ?? null,
        ...(options.codec ? { codec: options.codec } : {}),
        ...(options.connections ? { connections: options.connections } : {}),
        ...(options.encrypt ? { key: (await backupKeys())[0] } : {}),
        ignoreSpace: options.ignoreSpace ?? false,
        onProgress: (progress) => line.show(backupLine(progress)),
        signal,
      }),
    );
    return { manifest, path: pathOf(storage, name) };
  } finally {
    line.clear();
  }
}

function scopeOf({ schema, table, schemaOnly }: CreateOptions): BackupScope {
  if (table && (schema || schemaOnly)) {
    throw new DomainError(
      "validation",
      "cli.scope",
      "--table goes neither with --schema nor with --schema-only.",
    );
  }
  if (table) return { kind: "tables", tables: table.map(parseTableName) };
  if (schemaOnly) return { kind: "schema_only", ...(schema ? { schemas: schema } : {}) };
  return schema ? { kind: "schemas", schemas: schema } : { kind: "database" };
}

/** The manifest without its lists of files and tables, which may be thousands. */
function summaryOf(manifest: Manifest) {
  const { files, tables, foreignKeys: _, ...rest } = manifest;
  return { ...rest, files: files.length, tables: tables.length };
}

interface VerifyOptions extends CommonOptions {
  testRestore?: boolean;
}

export async function backupVerify(path: string, options: VerifyOptions): Promise<number> {
  const store = await openArchiveAt(path);
  const line = progressLine(isJson(options));
  const result = await cancellable(async (signal) => {
    const keys = await readManifest(store).then(keysForVerify, () => []);
    const onProgress = ({ bytes, bytesTotal }: { bytes: number; bytesTotal: number }) =>
      line.show(`verifying ${size(bytes)} of ${size(bytesTotal)}`);
    return verifyBackup({ store, keys, signal, onProgress });
  });
  line.clear();
  const tested = options.testRestore && result.ok ? await restoreForTest(path, options) : null;
  const { manifest, ...rest } = result;
  if (isJson(options))
    printJson({ path: store.location, ...rest, backup: manifest && summaryOf(manifest), tested });
  else {
    showVerified(result, store.location);
    if (tested) {
      const sign = tested.ok ? paint.green("✓") : paint.red("✗");
      print(
        `${sign} restored on PostgreSQL ${tested.serverVersion} in ${duration(tested.durationMs)}: ${tested.tables} tables, ${tested.rows} rows`,
      );
      for (const wrong of tested.wrongCounts)
        print(`  ${wrong.schema}.${wrong.name}: ${wrong.found} rows instead of ${wrong.expected}`);
      for (const invalid of tested.invalid) print(`  not valid: ${invalid}`);
      if (tested.fingerprint?.equal === false) print("  the structure differs");
      showNotes(tested.notes);
    }
  }
  return result.ok && (tested?.ok ?? true) ? 0 : 1;
}

/** Every byte can be compared without a secret; that the author then cannot be is part of the result. */
function keysForVerify(manifest: Manifest): Promise<WrappingKey[]> {
  return keysFor(manifest).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "store.no_secret") return [];
    throw error;
  });
}

async function restoreForTest(path: string, options: VerifyOptions) {
  const { client, spec } = await openTarget(await requireTarget(options, readConfig()));
  await closeConnection(client);
  const store = await openArchiveAt(path);
  const line = progressLine(isJson(options));
  try {
    const keys = await keysFor(await readManifest(store));
    const onProgress = (progress: Parameters<typeof restoreLine>[0]) => line.show(restoreLine(progress));
    return await cancellable((signal) =>
      testRestore({ store, keys, scratch: spec, signal, onProgress, onDatabase: showDatabase }),
    );
  } finally {
    line.clear();
  }
}

interface ListOptions extends CommonOptions {
  in?: string;
}

export async function backupList(options: ListOptions): Promise<number> {
  const storage = await openStorage(options.in);
  const found = await storage.list();
  if (isJson(options)) {
    const backups = found.map(({ name, manifest, problem, changedAt }) => ({
      name,
      path: pathOf(storage, name),
      state: manifest ? "complete" : problem ? "damaged" : "unfinished",
      ...(problem ? { problem: problem.message } : {}),
      changedAt,
      backup: manifest && summaryOf(manifest),
    }));
    printJson({ location: storage.location, backups });
    return 0;
  }
  if (found.length === 0) print(`There are no backups in ${storage.location}.`);
  else {
    printTable(
      [
        { title: "backup" },
        { title: "database" },
        { title: "made" },
        { title: "rows", align: "right" },
        { title: "size", align: "right" },
        { title: "label" },
      ],
      found.map(({ name, manifest, problem }) => {
        if (!manifest) return [name, problem ? `damaged: ${problem.message}` : "unfinished", "", "", "", ""];
        const { totals, createdAt, database, label } = manifest;
        const made = createdAt.slice(0, 16).replace("T", " ");
        return [name, database.name, made, String(totals.rows), size(totals.archiveBytes), label ?? ""];
      }),
    );
  }
  return 0;
}

interface DeleteOptions extends CommonOptions {
  yes?: string;
}

export async function backupDelete(path: string, options: DeleteOptions): Promise<number> {
  const store = await openArchiveAt(path);
  const name = nameOf(store);
  if (options.yes !== name) {
    throw new DomainError("validation", "cli.confirm", `${store.location} would be removed for good.`, {
      details: { name },
      hint: `Say so: dbmigrator backup delete ${path} --yes ${name}`,
    });
  }
  await store.delete();
  if (isJson(options)) printJson({ deleted: store.location });
  else print(`${paint.green("✓")} ${store.location} is removed.`);
  return 0;
}

interface ExportOptions extends CommonOptions {
  output?: string;
}

export async function backupExport(path: string, options: ExportOptions): Promise<number> {
  const store = await openArchiveAt(path);
  const keys = await keysFor(await readManifest(store));
  const file = options.output ? await open(options.output, "wx", 0o600) : null;
  try {
    const out = file ? async (bytes: Uint8Array) => void (await file.writeFile(bytes)) : writeOut;
    await cancellable((signal) => exportSql({ store, keys, out, signal }));
  } catch (error) {
    // Half of it would look like all of it.
    if (options.output) await unlink(options.output);
    const isFull = (error as { code?: string }).code === "ENOSPC";
    throw isFull && options.output ? noSpace(options.output, {}, error) : error;
  } finally {
    await file?.close();
  }
  if (options.output) note(`${options.output} is written; restore it with psql -d NEW -f ${options.output}`);
  return 0;
}

function writeOut(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
