import type {
  AuthorCheck,
  BackupEstimate,
  BackupNote,
  BackupProgress,
  BackupScope,
  LedgerPosition,
  ReadProgress,
  ReplicationTies,
  RestoreChecks,
  RestoreProgress,
  TableName,
  VerifyFinding,
} from "../../core/backup/types";
import type { CompleteBackupPolicy } from "../../core/policy/backup-policy";
import type { KeepReason } from "../../core/policy/retention";
import type { EnvironmentView, PersonView } from "../deployment/views";

export type BackupState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "deleting";
/** Who or what asked for it; `restore`: taken by itself before a restore in place. */
export type BackupOrigin = "manual" | "schedule" | "deployment" | "restore" | "imported";
export type VerifiedState = "unverified" | "intact" | "damaged";
export type TestedState = "untested" | "restores" | "differs" | "failed";

export interface StoredFailure {
  code: string;
  message: string;
  hint?: string;
  details?: Record<string, unknown>;
}

/** What backup.manifest holds: the archive's manifest without what can be long. */
export interface ManifestSummary {
  id: string;
  /** Of the snapshot that it shows. */
  takenAt: string;
  server: string;
  database: string;
  codec: string;
  /** Which key opens it; null: not encrypted. */
  keyId: string | null;
  totals: { tables: number; rows: number; rawBytes: number; archiveBytes: number; durationMs: number };
  largeObjects: { count: number; bytes: number };
  files: number;
  sequences: number;
  extensions: string[];
  roles: string[];
  schemaFingerprint: string;
  ledger: LedgerPosition[];
  replication: ReplicationTies;
  /** The largest ones. */
  tables: (TableName & { rows: number; bytes: number })[];
}

export interface BackupRow {
  id: string;
  snapshotId: string;
  description: string;
  labels: string[];
  state: BackupState;
  origin: BackupOrigin;
  isAutomatic: boolean;
  pinned: boolean;
  service: string;
  environment: EnvironmentView | null;
  /** For one whose environment is gone. */
  environmentName: string;
  targetId: string | null;
  scope: BackupScope;
  bytes: number | null;
  tables: number | null;
  schemaVersion: string | null;
  /** The moment that it shows; of one that is not finished, when it was asked for. */
  at: string;
  createdAt: string;
  finishedAt: string | null;
  durationMs: number | null;
  expiresAt: string | null;
  createdBy: PersonView;
  storage: { id: string; name: string };
  /** The folder, or s3://bucket/prefix/name. */
  filePath: string;
  verified: { state: VerifiedState; at: string | null };
  tested: { state: TestedState; at: string | null };
  progress: BackupProgress | null;
  error: StoredFailure | null;
  deployment: number | null;
  /** Why the retention keeps it; empty: the next purge takes it. Null where that is not asked for. */
  keptFor: KeepReason[] | null;
}

export type UseMode = "verify" | "test" | "new_database" | "beside" | "in_place";
export type UseState =
  | "awaiting_approval"
  | "queued"
  | "running"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "in_doubt";

/** What was or is done with an archive. */
export interface UseRow {
  id: string;
  backupId: string;
  mode: UseMode;
  state: UseState;
  service: string | null;
  environment: EnvironmentView | null;
  tables: string[];
  /** The database that holds it now. */
  database: string | null;
  keptDatabase: string | null;
  /** `restored`: the one from before was put back, and what the restore made is kept. */
  keptKind: "before" | "restored" | null;
  keptUntil: string | null;
  keptDroppedAt: string | null;
  approvals: { needed: number; given: { id: string; label: string; at: string }[] };
  reason: string | null;
  createdBy: PersonView;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  progress: ReadProgress | RestoreProgress | null;
  result: UseResult | null;
  error: StoredFailure | null;
  cancelAskedAt: string | null;
}

/** Older ones have no values for the translated message. */
export type UseNote = Omit<BackupNote, "params"> & Partial<Pick<BackupNote, "params">>;

/** What restore.result holds. */
export interface UseResult {
  verify?: {
    ok: boolean;
    /** Older ones do not tell it. */
    author?: AuthorCheck | null;
    filesChecked: number;
    bytesChecked: number;
    findings: VerifyFinding[];
    extra: string[];
  };
  checks?: RestoreChecks;
  serverVersion?: string;
  durationMs: number;
  notes?: UseNote[];
  rolesCreated?: string[];
  replicationLeft?: ReplicationTies | null;
  foreignKeysLeft?: string[];
  /** The backup of what was there, taken before a restore in place; older ones do not tell it. */
  freshBackup?: string;
  ledger?: LedgerPosition[];
  rows?: number;
  tables?: number;
}

export interface BackupAbilities {
  cancel: boolean;
  verify: boolean;
  restore: boolean;
  approve: boolean;
  pin: boolean;
  export: boolean;
  delete: boolean;
}

export interface BackupDetail extends BackupRow {
  project: { slug: string; name: string };
  manifest: ManifestSummary | null;
  estimate: BackupEstimate | null;
  cancelAskedAt: string | null;
  attempt: number;
  verifiedResult: UseResult["verify"] | null;
  testedResult: UseResult | null;
  uses: UseRow[];
  can: BackupAbilities;
  /** The reader, for "you". */
  viewer: string | null;
}

export interface EnvironmentPolicyView {
  environment: EnvironmentView;
  policy: CompleteBackupPolicy;
  mayChange: boolean;
}
