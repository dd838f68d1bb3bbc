/** Directives at the top of a script: `-- dbmigrator: key=value`, and other tools' equivalents. */
export interface Directives {
  /** `none`: every statement on its own, outside a transaction. */
  transaction: "auto" | "none";
  lockTimeoutMs?: number;
  statementTimeoutMs?: number;
  /** `service/version` that must be applied before. */
  requires: string[];
  repeatable: boolean;
  /** Names of environments where it runs; empty: everywhere. */
  environments: string[];
  ignore: { rule: string; reason: string }[];
  /** Statements that are repeated until they change nothing; each stands above its statement. */
  batches: BatchDirective[];
  /** It takes back what no migration made: it runs only where it is named, and is no part of a replay. */
  revertsDrift: boolean;
}

/** `-- dbmigrator: batch pause=200ms max=5000` */
export interface BatchDirective {
  /** Line of the comment; it is about the next statement. */
  line: number;
  /** Milliseconds between two batches, so that others come to their turn. */
  pauseMs: number;
  /** Batches after which the statement counts as one that never comes to an end. */
  max: number;
}

/** One migration, wherever it is stored (file, archive, metadata store). */
export interface MigrationSource {
  service: string;
  /** Identity within the service: the full file name without suffix, e.g. `20261110080312_add_orders`. */
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  up: string;
  down: string | null;
  /** SHA-256 of `up` (UTF-8), hex. */
  checksum: string;
}

/** State of a migration on one target. */
export type MigrationState =
  | "applied"
  | "pending"
  | "failed"
  | "changed" // applied, and the script is another one now
  | "missing" // applied, and there is no script
  | "out_of_order" // pending, and a later one is applied
  | "in_doubt";
