import { randomBytes } from "node:crypto";
import type pg from "pg";
import {
  ARCHIVE_FORMAT,
  ARCHIVE_VERSION,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
} from "../../core/backup/types";
import { DomainError } from "../../errors";
import { serverMajor, serverVersion } from "../connection/connect";
import { splitDump } from "../dump/text";
import { POST_DATA, PRE_DATA, SCRIPT, SEQUENCES } from "./archive-names";
import { type ArchiveSink, archiveSink } from "./archive-writer";
import { BackupFollower } from "./backup-progress";
import { defaultCodec } from "./codec";
import { copyTables } from "./copy-tables";
import { wrapKey } from "./crypt";
import { estimateBackup, requireSpace } from "./estimate";
import { mapFailure } from "./failures";
import { handScript } from "./hand-script";
import {
  keyOf,
  readDatabaseTraits,
  readEmptyPartitioned,
  readSequences,
  readSurroundings,
  type Surroundings,
} from "./inventory";
import { keepLargeObjects } from "./large-objects";
import { readPositions } from "./ledger-positions";
import { sealManifest, type UnsealedManifest } from "./manifest";
import type { CreateBackupOptions } from "./options";
import { openSnapshot, type Snapshot } from "./snapshot";
import { quoteTable, quoteText } from "./sql-text";
import { dumpStructure, type Structure, structureFingerprint } from "./structure";

const CONNECTIONS = 2;
const ATTEMPTS = 6;

/**
 * Makes a backup: one moment of the database, in files that are compressed, hashed and stored while they stream. The
 * manifest comes last; after any failure the archive is removed, and what could not be removed is no backup without
 * its manifest. Changes nothing in the database.
 * @throws DomainError backup.scope_missing, backup.no_rights, backup.row_security, backup.table_locked,
 *   backup.no_space, backup.storage_failed, backup.not_empty, backup.no_zstd, those of openConnection and pg_dump; the signal's reason
 */
export async function createBackup(options: CreateBackupOptions): Promise<Manifest> {
  await requireEmpty(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await makeBackup(options);
    } catch (error) {
      // A change of the schema queues behind our locks, and pg_dump behind it: the change goes first.
      const isInTheWay = error instanceof DomainError && error.code === "target.dump_locked";
      if (!isInTheWay || attempt === ATTEMPTS) throw error;
    }
  }
}

async function makeBackup(options: CreateBackupOptions): Promise<Manifest> {
  const { spec, store, scope, signal } = options;
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let snapshot: Snapshot | null = null;
  try {
    snapshot = await openSnapshot(spec, scope, options.connections ?? CONNECTIONS, both, options.lockWaitMs);
    const making = await begin(options, snapshot);
    const manifest = await fill(making, both);
    await snapshot.close();
    return manifest;
  } catch (error) {
    const failure = mapFailure(error, { spec, location: store.location, signal });
    stop.abort(failure);
    await snapshot?.close();
    await store.delete().catch(() => {}); // without its manifest it is no backup in any case
    throw failure;
  }
}

async function requireEmpty({ store }: CreateBackupOptions): Promise<void> {
  if ((await store.list()).length === 0) return;
  throw new DomainError("conflict", "backup.not_empty", `Something lies at ${store.location} already.`, {
    details: { location: store.location },
    hint: "Choose a new name: a backup is written once and never over another.",
  });
}

/** What the steps of one backup share. */
interface Making {
  options: CreateBackupOptions;
  snapshot: Snapshot;
  started: number;
  id: string;
  codec: Manifest["codec"];
  archiveKey: Buffer | null;
  sink: ArchiveSink;
  follower: BackupFollower;
  /** In the order in which they are read by a restore. */
  files: ManifestFile[];
}

async function begin(options: CreateBackupOptions, snapshot: Snapshot): Promise<Making> {
  const codec = options.codec ?? (await defaultCodec());
  if (!options.ignoreSpace) {
    await requireSpace(options.store, await estimateBackup(snapshot.leader, options.scope, codec));
  }
  const archiveKey = options.key ? randomBytes(32) : null;
  const sink = archiveSink(options.store, codec, archiveKey);
  const follower = new BackupFollower(options.onProgress, sink.storedBytes);
  follower.expect(snapshot.tables);
  const id = randomBytes(16).toString("hex");
  return { options, snapshot, started: performance.now(), id, codec, archiveKey, sink, follower, files: [] };
}

async function fill(making: Making, signal: AbortSignal): Promise<Manifest> {
  const { options, snapshot, sink, follower } = making;
  const { leader } = snapshot;
  const major = serverMajor(leader);
  follower.begin("structure");
  const database = await readDatabaseTraits(leader, options.spec.database);
  if (!database) throw new Error(`${options.spec.database} is not in pg_database`);
  const surroundings = await readSurroundings(leader);
  const ledger = await readPositions(leader);
  follower.begin("data");
  // pg_dump has a session of its own and shares the snapshot: the rows need not wait for it.
  const dumping = dumpStructure(options.spec, major, { scope: options.scope, snapshot: snapshot.id, signal });
  let dumpFailure: unknown;
  const failing = dumping.then(
    () => {},
    async (error: unknown) => {
      dumpFailure = await causeOf(error, leader);
      // Without the structure the rows are worth nothing: the copying ends now.
      await snapshot.close();
    },
  );
  const copied = await copyTables(snapshot, sink, follower).catch((error: unknown) => {
    throw dumpFailure ?? error;
  });
  await failing;
  if (dumpFailure) throw dumpFailure;
  const structure = await dumping;
  making.files.push(await putText(making, PRE_DATA, "pre_data", structure.preData));
  making.files.push(...copied.files);
  const sequences = await putSequences(making, leader);
  follower.begin("large_objects");
  const objects =
    options.scope.kind === "database"
      ? await keepLargeObjects(leader, sink, follower)
      : { count: 0, bytes: 0, files: [] };
  making.files.push(...objects.files, await putText(making, POST_DATA, "post_data", structure.postData));
  follower.begin("finishing");
  return finish(making, {
    server: { version: serverVersion(leader), major },
    database,
    tables: copied.tables,
    emptyPartitioned: await readEmptyPartitioned(leader, options.scope, snapshot.tables),
    sequences,
    largeObjects: { count: objects.count, bytes: objects.bytes },
    schemaFingerprint: structureFingerprint(structure, major),
    ledger,
    ...pickSurroundings(making, surroundings, structure),
  });
}

const LEADER_WAIT_MS = 10_000;

/** pg_dump misses the snapshot, or its own session, when ours were cut: then that is what happened. */
async function causeOf(error: unknown, leader: pg.Client): Promise<unknown> {
  if (!(error instanceof DomainError) || error.code !== "target.dump_failed") return error;
  const late = new Promise<unknown>((resolve) => setTimeout(resolve, LEADER_WAIT_MS, error).unref());
  const asked = leader.query("SELECT 1").then(
    () => error,
    (cause: unknown) => cause,
  );
  return Promise.race([asked, late]);
}

async function putText(
  { sink }: Making,
  name: string,
  kind: ManifestFile["kind"],
  text: string,
): Promise<ManifestFile> {
  const file = sink.file(name, kind, "none");
  try {
    // Also an empty one is a file: its absence would look like damage.
    await file.push(Buffer.from(text === "" ? "\n" : text, "utf8"));
    return (await file.finish()) as ManifestFile;
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function putSequences(making: Making, leader: pg.Client): Promise<number> {
  const { scope } = making.options;
  const values = await readSequences(leader, scope, making.snapshot.tables, quoteTable);
  if (values.length === 0) return 0;
  const lines = values.map(
    (one) => `SELECT pg_catalog.setval(${quoteText(quoteTable(one))}, ${one.lastValue}, ${one.isCalled});\n`,
  );
  making.files.push(await putText(making, SEQUENCES, "sequences", lines.join("")));
  return values.length;
}

type Gathered = Pick<
  Manifest,
  | "foreignKeys"
  | "notValid"
  | "foreignTables"
  | "extensions"
  | "roles"
  | "tablespaces"
  | "replication"
  | "materializedViews"
>;

/** Of a part of a database, only what that part names; what was not valid is asked for by its name. */
function pickSurroundings(
  { options, snapshot }: Making,
  found: Surroundings,
  structure: Structure,
): Gathered {
  const whole = options.scope.kind === "database";
  const tables = new Set(snapshot.tables.map(keyOf));
  const text = `${structure.preData}\n${structure.postData}`;
  const { bootstrap, ...rest } = found;
  const named = (role: string) => namesRole(text, role);
  return {
    ...rest,
    foreignKeys: whole
      ? found.foreignKeys
      : found.foreignKeys.filter((key) => tables.has(keyOf(key.table)) || tables.has(keyOf(key.references))),
    roles: [...new Set(whole ? found.roles : found.roles.filter(named))]
      .concat(named(bootstrap) && !found.roles.includes(bootstrap) ? [bootstrap] : [])
      .sort(),
    materializedViews: splitDump(structure.postData, 18)
      .entries.filter((entry) => entry.type === "MATERIALIZED VIEW DATA")
      .map(({ schema, name }) => ({ schema, name })),
  };
}

/** As pg_dump writes it: OWNER TO role, GRANT … TO role, FOR ROLE role. */
function namesRole(text: string, role: string): boolean {
  const plain = /^[a-z_][a-z0-9_$]*$/.test(role)
    ? `(?:${role.replaceAll("$", "\\$")}(?![\\w$])|"${role}")`
    : null;
  const quoted = `"${role.replaceAll('"', '""').replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"`;
  return new RegExp(`\\b(?:TO|FROM|ROLE) (?:[^;\\n]*, )?${plain ?? quoted}`).test(text);
}

type Described = Omit<
  UnsealedManifest,
  | "format"
  | "formatVersion"
  | "id"
  | "createdAt"
  | "finishedAt"
  | "label"
  | "description"
  | "scope"
  | "origin"
  | "codec"
  | "encryption"
  | "files"
  | "totals"
>;

async function finish(making: Making, described: Described): Promise<Manifest> {
  const { options, snapshot, id, archiveKey, files } = making;
  if (!archiveKey) files.push(await putText(making, SCRIPT, "script", handScript({ ...described, files })));
  const { host, port, database } = options.spec;
  const manifest: UnsealedManifest = {
    format: ARCHIVE_FORMAT,
    formatVersion: ARCHIVE_VERSION,
    id,
    createdAt: snapshot.takenAt.toISOString(),
    finishedAt: new Date().toISOString(),
    label: options.label ?? null,
    description: options.description ?? null,
    scope: options.scope,
    origin: { host, port, database },
    codec: making.codec,
    encryption:
      archiveKey && options.key
        ? { cipher: "aes-256-gcm", keyId: options.key.id, wrappedKey: wrapKey(archiveKey, options.key, id) }
        : null,
    files,
    ...described,
    totals: {
      tables: described.tables.length,
      rows: described.tables.reduce((sum, table) => sum + table.rows, 0),
      rawBytes: files.reduce((sum, file) => sum + file.rawBytes, 0),
      archiveBytes: files.reduce((sum, file) => sum + file.bytes, 0),
      durationMs: Math.round(performance.now() - making.started),
    },
  };
  options.signal?.throwIfAborted();
  const text = sealManifest(manifest, archiveKey);
  const writer = await options.store.write(MANIFEST_FILE);
  try {
    await writer.write(Buffer.from(text, "utf8"));
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return JSON.parse(text) as Manifest;
}
