import type { BoundHash } from "../../core/policy/bound-hash";
import type { CheckResult } from "../../core/run/types";
import type { ForetoldBackup } from "../backup/before-deployment";
import type { CheckDrift } from "../drift/views";
import type { RelationSize } from "./views";

/** Whether what is planned ran in the environment before. */
export interface PreviousFacts {
  /** The environment before that has a target of the service; null: there is none. */
  environment: string | null;
  /** That target; older checks do not have it. */
  targetId?: string;
  /** The policy demands it. */
  demanded: boolean;
  /** File names that are not applied there as they are now. */
  missing: string[];
  /** Its ledger could not be read: the error's code. */
  unread: string | null;
}

/** What deployment_check.result holds. */
export interface StoredCheck extends CheckResult {
  bound: BoundHash;
  /** Size on the target of the relations that are rewritten, scanned or locked against writes. */
  sizes: RelationSize[];
  previous: PreviousFacts;
  /** The backup that the run will take; null: none. Checks from before there were backups do not have it. */
  backup?: ForetoldBackup | null;
  /** Whether the target is what its ledger says; null: not looked for. Older checks do not have it. */
  drift?: CheckDrift | null;
  /** Where the plan starts, for people: version of the last migration that was applied. */
  fromVersion: string | null;
}

/** The JSON of the store as its writer made it. */
export function readStoredCheck(value: unknown): StoredCheck | null {
  return value === null || value === undefined ? null : (value as StoredCheck);
}
