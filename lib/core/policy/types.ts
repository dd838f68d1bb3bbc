/** What an environment demands; stored as JSON with it. Missing fields take the default. */
export interface EnvironmentPolicy {
  /** Approvals for any change; default 1 when protected, else 0. */
  approvals?: number;
  /** Approvals when something is destroyed; default 2 when protected, else 0. */
  approvalsDestructive?: number;
  /** The migration must have succeeded in the environment before. */
  requirePrevious?: boolean;
  /** Rows that migrations take away; see lib/core/undo. */
  undo?: UndoPolicy;
}

export interface UndoPolicy {
  /** Rows are kept before a migration takes them away; default true. */
  keep?: boolean;
  /** How long they can be put back; default 7. */
  days?: number;
  /** Of one statement; above it a backup is demanded. Default 1024. */
  maxMegabytes?: number;
}

/** How a target is treated; stored as JSON with it. */
export interface TargetSettings {
  lockTimeoutMs?: number;
  statementTimeoutMs?: number;
  attempts?: number;
  /** Where changes are tried: on the target's own server, on the embedded one, or whichever works. */
  shadow?: "auto" | "target_server" | "embedded";
}
