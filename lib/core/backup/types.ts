import type { KeptFailure } from "../../errors";

/** What a backup is, where it lies, and what is told while it is made and read. Nothing here does anything. */

export const ARCHIVE_FORMAT = "dbmigrator-backup";
export const ARCHIVE_VERSION = 1;
/** Written last: a folder without it is no backup. */
export const MANIFEST_FILE = "manifest.json";

// ---------------------------------------------------------------- where archives lie

/** One file of an archive while it is written. Await every `write`: that is the backpressure. */
export interface ArchiveWriter {
  /** The bytes may be reused by the caller once this has resolved. */
  write(bytes: Uint8Array): Promise<void>;
  /** After it has resolved the file is there, complete and durable; before, no reader sees it. */
  finish(): Promise<void>;
  /** Leaves nothing behind; never throws, also after a failed write or a second time. */
  abort(): Promise<void>;
}

/** Bytes of a file: from `start` up to, not including, `end` (default: its end). */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface StoredFile {
  /** Relative to the archive, parts separated by `/`. */
  name: string;
  bytes: number;
}

/** One archive: a folder, or a prefix of a bucket. Names are plain ASCII, made by us. */
export interface ArchiveStore {
  /** For people: the folder or `s3://bucket/prefix`; no secret. */
  readonly location: string;
  write(name: string): Promise<ArchiveWriter>;
  /** @throws DomainError not_found `backup.file_missing` */
  read(name: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Every finished file; empty when the archive is not there. */
  list(): Promise<StoredFile[]>;
  exists(name: string): Promise<boolean>;
  /** Removes the archive, unfinished files included, the manifest first. Nothing to remove is no error. */
  delete(): Promise<void>;
  /** Space left for archives; null where nobody can tell (a bucket). */
  freeBytes(): Promise<number | null>;
}

export interface ArchiveListing {
  /** Name of the archive within its storage. */
  name: string;
  /** Null: no manifest, so no backup; something that is being made or was left behind. */
  manifest: Manifest | null;
  /** The manifest is there and cannot be used: why. */
  problem?: KeptFailure;
  /** When something of it changed last; null where nobody can tell. */
  changedAt: Date | null;
}

/** A place that holds archives: a folder of folders, or a bucket. */
export interface BackupStorage {
  readonly location: string;
  open(name: string): ArchiveStore;
  /** All that lies there, unfinished ones included, also what another instance made. */
  list(): Promise<ArchiveListing[]>;
  freeBytes(): Promise<number | null>;
}

// ---------------------------------------------------------------- what is kept

export type BackupCodec = "zstd" | "gzip" | "none";

export interface TableName {
  schema: string;
  name: string;
}

export type BackupScope =
  | { kind: "database" }
  | { kind: "schemas"; schemas: string[] }
  | { kind: "tables"; tables: TableName[] }
  /** No rows and no large objects. `schemas` narrows it. */
  | { kind: "schema_only"; schemas?: string[] };

/** A key that wraps the keys of archives: 32 bytes, never stored with them. */
export interface WrappingKey {
  /** Told in the manifest, so that a reader with several keys takes the right one. */
  id: string;
  bytes: Uint8Array;
}

/** `script`: restore.psql, the same restore by hand. */
export type FileKind = "pre_data" | "data" | "sequences" | "large_objects" | "post_data" | "script";

export interface ManifestFile {
  name: string;
  kind: FileKind;
  /** As stored: compressed and, where it is, encrypted. */
  bytes: number;
  /** Of the stored bytes, hex. */
  sha256: string;
  /** Before compression. */
  rawBytes: number;
  /** Rows of a data file; absent elsewhere. */
  rows?: number;
}

export interface ManifestTable extends TableName {
  /** Columns in the order of its data files. */
  columns: string[];
  rows: number;
  rawBytes: number;
  /** Data files in order; none when it has no rows. */
  files: string[];
  /** Rows of an extension's configuration table that are the user's (pg_extension.extcondition). */
  condition?: string;
  /** The partitioned table that its rows are loaded into, since another database divides them otherwise. */
  loadInto?: TableName;
  /** The partitioned tables that it is a part of, the nearest first. */
  partOf?: TableName[];
}

export interface ManifestForeignKey {
  name: string;
  table: TableName;
  references: TableName;
}

export interface DatabaseSetting {
  /** Null: for everybody (ALTER DATABASE … SET); otherwise ALTER ROLE … IN DATABASE … SET. */
  role: string | null;
  name: string;
  value: string;
}

export interface DatabaseGrant {
  /** Null: PUBLIC. */
  grantee: string | null;
  privilege: string;
  grantable: boolean;
  /** Older archives do not tell it: then the owner. */
  grantor?: string;
}

/** What belongs to the database and not to its contents (docs: CREATE DATABASE, ALTER DATABASE). */
export interface DatabaseTraits {
  name: string;
  owner: string;
  encoding: string;
  collate: string;
  ctype: string;
  /** c, i (ICU) or b (builtin). */
  localeProvider: string;
  locale: string | null;
  icuRules: string | null;
  tablespace: string;
  comment: string | null;
  connectionLimit: number;
  /** Null: the default privileges. */
  grants: DatabaseGrant[] | null;
  settings: DatabaseSetting[];
}

/** What points at a database by itself and does not follow a rename. */
export interface ReplicationTies {
  /** Logical replication slots of the database. */
  slots: { name: string; plugin: string; active: boolean }[];
  publications: string[];
  subscriptions: { name: string; enabled: boolean; slot: string | null; publications: string[] }[];
}

export interface LedgerPosition {
  service: string;
  /** Latest migration that is applied. */
  version: string;
  filename: string;
  applied: number;
}

export interface Manifest {
  format: typeof ARCHIVE_FORMAT;
  formatVersion: number;
  /** Random, 32 hex digits. */
  id: string;
  /** Of the snapshot that all of it shows. */
  createdAt: string;
  finishedAt: string;
  label: string | null;
  description: string | null;
  scope: BackupScope;
  /** Host and port without a secret, for people; a copy of the archive may be elsewhere. */
  origin: { host: string; port: number; database: string };
  server: { version: string; major: number };
  database: DatabaseTraits;
  codec: BackupCodec;
  encryption: null | {
    cipher: "aes-256-gcm";
    /** Which WrappingKey opens it. */
    keyId: string;
    /** The archive's own key, wrapped; base64. */
    wrappedKey: string;
  };
  files: ManifestFile[];
  tables: ManifestTable[];
  /** Partitioned tables none of whose partitions is in `tables`; older archives do not tell them. */
  emptyPartitioned?: Pick<ManifestTable, "schema" | "name" | "partOf">[];
  sequences: number;
  largeObjects: { count: number; bytes: number };
  /** Filled ones, in the order in which the restore refreshes them. */
  materializedViews: TableName[];
  foreignKeys: ManifestForeignKey[];
  /**
   * Constraints that were NOT VALID, "schema.table constraint", and indexes of partitioned tables that a partition
   * lacks, "schema.index": the restored database has the same ones.
   */
  notValid: string[];
  foreignTables: TableName[];
  extensions: { name: string; schema: string; version: string }[];
  /** Roles that own something or were granted something; without passwords. */
  roles: string[];
  tablespaces: string[];
  replication: ReplicationTies;
  /** Of the structure in the archive without owners and grants: `structureFingerprint` of lib/postgres/backup. */
  schemaFingerprint: string;
  ledger: LedgerPosition[];
  totals: {
    tables: number;
    rows: number;
    /** Before compression. */
    rawBytes: number;
    /** Of all files but the manifest. */
    archiveBytes: number;
    durationMs: number;
  };
  /** HMAC-SHA-256 with the archive's key, hex; null when it is not encrypted. */
  mac: string | null;
  /** SHA-256 of this file without this line's value, hex. */
  sha256: string;
}

// ---------------------------------------------------------------- what is told

export type BackupPhase = "preparing" | "structure" | "data" | "large_objects" | "finishing";

export interface TableProgress extends TableName {
  rows: number;
  bytes: number;
  /** Foretold; what is copied may be more or less. */
  rowsTotal: number;
  bytesTotal: number;
  done: boolean;
}

/** At most a few times a second. Bytes are those of COPY's text, before compression. */
export interface BackupProgress {
  phase: BackupPhase;
  bytes: number;
  bytesTotal: number;
  rows: number;
  rowsTotal: number;
  tablesDone: number;
  tablesTotal: number;
  /** Bytes as stored so far. */
  archiveBytes: number;
  /** Bytes a second over the last seconds. */
  rate: number;
  secondsLeft: number | null;
  /** The tables that are being copied now. */
  tables: TableProgress[];
}

export interface BackupEstimate {
  /** On the target's disk, indexes not counted. */
  bytes: number;
  /** Likely size of the archive. */
  archiveBytes: number;
  rows: number;
  tables: number;
  /** Likely time. */
  seconds: number;
  largest: (TableName & { bytes: number; rows: number })[];
}

export type FileProblem =
  | "missing"
  | "wrong_size"
  | "wrong_checksum"
  | "unreadable"
  | "manifest_damaged"
  | "not_authentic"
  | "wrong_rows";

export interface VerifyFinding {
  file: string;
  problem: FileProblem;
  message: string;
  /** Values for the translated message; older ones have none. */
  details?: Record<string, string | number>;
  /** Of the manifest: why it cannot be used. */
  failure?: KeptFailure;
}

/**
 * Whether the manifest's signature was checked. `no_key`: it could not be, since the archive is encrypted with a secret
 * that is not known here; `open`: it has none, since the archive is not encrypted.
 */
export type AuthorCheck = "checked" | "no_key" | "open";

export interface VerifyResult {
  ok: boolean;
  /** Null when the manifest itself cannot be used. */
  author: AuthorCheck | null;
  /** Null when the manifest itself cannot be used. */
  manifest: Manifest | null;
  filesChecked: number;
  bytesChecked: number;
  findings: VerifyFinding[];
  /** Files that the manifest does not know; they are ignored by everything. */
  extra: string[];
  durationMs: number;
}

export interface ReadProgress {
  bytes: number;
  bytesTotal: number;
  files: number;
  filesTotal: number;
}

/** Something that the reader should know and that stopped nothing: `code` is for translations. */
export interface BackupNote {
  code: string;
  params: Record<string, string | number>;
  message: string;
}

/** What a restored database was compared with the manifest in. */
export interface RestoreChecks {
  ok: boolean;
  tables: number;
  rows: number;
  wrongCounts: (TableName & { expected: number; found: number })[];
  /** Constraints and indexes that are not valid and were in the source. */
  invalid: string[];
  /** Null: another major version or only a part was restored, so that texts cannot be compared. */
  fingerprint: { expected: string; found: string; equal: boolean } | null;
}

export interface TestRestoreResult extends RestoreChecks {
  serverVersion: string;
  durationMs: number;
  notes: BackupNote[];
}

export type RestoreMode =
  /** Beside the live one first, then swapped by renames; the live one is kept under a dated name. */
  | "new_database"
  /** A database of another name; the live one is not touched. */
  | "beside"
  /** Into the database itself, in one transaction; needs a fresh backup of it. */
  | "in_place";

export type RestorePhase =
  | "checking"
  | "creating"
  | "structure"
  | "data"
  | "large_objects"
  | "indexes"
  | "constraints"
  | "analyzing"
  | "verifying"
  | "settings"
  | "swapping"
  | "done";

export interface RestoreProgress {
  phase: RestorePhase;
  /** COPY's text; while large objects come back, theirs. */
  bytes: number;
  bytesTotal: number;
  rows: number;
  rowsTotal: number;
  tablesDone: number;
  tablesTotal: number;
  /** Statements of the phases after the data. */
  steps: number;
  stepsTotal: number;
  rate: number;
  secondsLeft: number | null;
  tables: TableProgress[];
}

export interface RestoreResult {
  mode: RestoreMode;
  /** The database that holds it now. */
  database: string;
  /** Where the one from before is; null when there was none, or for other modes. */
  keptAs: string | null;
  tables: number;
  rows: number;
  rolesCreated: string[];
  /** Ties that stay with the database that was kept and need somebody's decision. */
  replicationLeft: ReplicationTies | null;
  /** Foreign keys that were not made or not checked because only chosen tables were restored. */
  foreignKeysLeft: ManifestForeignKey[];
  checks: RestoreChecks;
  /** What the restored ledger says is applied. */
  ledger: LedgerPosition[];
  notes: BackupNote[];
  durationMs: number;
}
