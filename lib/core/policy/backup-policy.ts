import type { Severity } from "../risk/types";

/** What an environment demands of backups; stored as JSON with it. Missing fields take the default. */
export interface BackupPolicy {
  /** Before the steps of a deployment's run; default `when_risky` where the environment is protected, else `never`. */
  beforeDeployment?: BeforeDeployment;
  /** Restore that backup into a scratch database before the steps; default false. */
  testRestore?: boolean;
  /** How many of the newest automatic backups of a target are kept; default 7. */
  keepLast?: number;
  /** For how many days, weeks and months with a backup the newest of each is kept; defaults 7, 4 and 3. */
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  /** Hours without a successful backup after which a target is overdue; default: none, unless a schedule says. */
  overdueHours?: number;
  /** Approvals before a restore replaces a database here; default 1 where protected, else 0. */
  restoreApprovals?: number;
  /** Days for which a database that a restore replaced is kept under its dated name; default 7. */
  keepReplacedDays?: number;
}

export type BeforeDeployment = "always" | "when_risky" | "never";

/** The policy with every default filled in; only `overdueHours` may be missing. */
export type CompleteBackupPolicy = Required<Omit<BackupPolicy, "overdueHours">> & {
  overdueHours: number | null;
};

/** @param isProtected of the environment that the policy belongs to */
export function completeBackupPolicy(policy: BackupPolicy, isProtected: boolean): CompleteBackupPolicy {
  return {
    beforeDeployment: policy.beforeDeployment ?? (isProtected ? "when_risky" : "never"),
    testRestore: policy.testRestore ?? false,
    keepLast: policy.keepLast ?? 7,
    keepDaily: policy.keepDaily ?? 7,
    keepWeekly: policy.keepWeekly ?? 4,
    keepMonthly: policy.keepMonthly ?? 3,
    overdueHours: policy.overdueHours ?? null,
    restoreApprovals: policy.restoreApprovals ?? (isProtected ? 1 : 0),
    keepReplacedDays: policy.keepReplacedDays ?? 7,
  };
}

/** Whether a deployment gets a backup before its steps. Risky: a warning or worse, or something is destroyed. */
export function wantsBackup(
  policy: CompleteBackupPolicy,
  risk: { severity: Severity | null; destroys: readonly string[] },
): boolean {
  if (policy.beforeDeployment !== "when_risky") return policy.beforeDeployment === "always";
  return risk.severity === "danger" || risk.severity === "warning" || risk.destroys.length > 0;
}
