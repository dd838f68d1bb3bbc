import type {
  ArchiveStore,
  BackupCodec,
  BackupProgress,
  BackupScope,
  Manifest,
  ReadProgress,
  RestoreMode,
  RestoreProgress,
  TableName,
  WrappingKey,
} from "../../core/backup/types";
import type { ConnectionSpec } from "../connection/connection-spec";

export interface CreateBackupOptions {
  spec: ConnectionSpec;
  /** Must be empty: an archive is written once. */
  store: ArchiveStore;
  scope: BackupScope;
  /** Default: zstd, or gzip where its native module does not load. */
  codec?: BackupCodec;
  /** Encrypts the archive; its own key is wrapped by this one. */
  key?: WrappingKey;
  label?: string | null;
  description?: string | null;
  /** Sessions that copy at the same time; default 2. */
  connections?: number;
  /** Begin although the foretold size exceeds the free space. */
  ignoreSpace?: boolean;
  /** How long it waits for a table that somebody has locked; default 30000. */
  lockWaitMs?: number;
  onProgress?: (progress: BackupProgress) => void;
  signal?: AbortSignal;
}

export interface ReadBackupOptions {
  store: ArchiveStore;
  /** For encrypted archives: the one whose id the manifest names is taken. */
  keys?: readonly WrappingKey[];
  signal?: AbortSignal;
}

export interface VerifyBackupOptions extends ReadBackupOptions {
  onProgress?: (progress: ReadProgress) => void;
}

/** By what its server tells whether a restore happened whose process is gone: `settleTrace` of aftermath.ts. */
export type RestoreTrace =
  /** `name` is what it is filled as, `oid` its own once it is there, `replaces` that of the database before. */
  | { kind: "database"; name: string; oid: string | null; replaces: string | null }
  | { kind: "transaction"; id: string; server: string };

export interface TestRestoreOptions extends ReadBackupOptions {
  /** A server and a role that may create databases; the scratch database gets a name of its own. */
  scratch: ConnectionSpec;
  /** Told before it is made: as what the database is filled, which stays under that name when this process is killed. */
  onDatabase?: (name: string) => void;
  /** Waited for, before what it tells of can happen; what it throws ends the restore. */
  onTrace?: (trace: RestoreTrace) => Promise<void>;
  onProgress?: (progress: RestoreProgress) => void;
}

export interface RestoreOptions extends ReadBackupOptions {
  /** Server, role and database: the one that is replaced, or (beside) any that the role may connect to. */
  spec: ConnectionSpec;
  mode: RestoreMode;
  /** Name of the new database; only for `beside`. */
  as?: string;
  /** Only these tables. In place: their rows are replaced, and what is missing is made anew. */
  tables?: readonly TableName[];
  /** `none`: everything belongs to the restoring role, nothing is granted. Default `keep`. */
  owners?: "keep" | "none";
  /** Roles that the archive names and the server does not have; created without login. Default `refuse`. */
  missingRoles?: "create" | "refuse";
  /** Slots, publications and subscriptions of the live database: refuse (default), or leave them with the old one. */
  replication?: "refuse" | "leave";
  /** In place: a backup of this database, not older than an hour; null only when the database is empty. */
  freshBackup?: Manifest | null;
  /** Collect planner statistics at the end; default true. */
  analyze?: boolean;
  /** Default 2; in place always 1. */
  connections?: number;
  /** Told before it is made: as what the database is filled, which stays under that name when this process is killed. */
  onDatabase?: (name: string) => void;
  /** Waited for, before what it tells of can happen; what it throws ends the restore. */
  onTrace?: (trace: RestoreTrace) => Promise<void>;
  onProgress?: (progress: RestoreProgress) => void;
  signal?: AbortSignal;
}
