import type { RestoreChecks, RestoreResult } from "../../../core/backup/types";
import { DomainError } from "../../../errors";

export type UntimedResult = Omit<RestoreResult, "durationMs">;

/** @throws DomainError restore.checks_failed */
export function requireChecks(checks: RestoreChecks): void {
  if (checks.ok) return;
  const [wrong] = checks.wrongCounts;
  const reasons = [
    ...(wrong ? [`${wrong.schema}.${wrong.name} has ${wrong.found} rows instead of ${wrong.expected}`] : []),
    ...(checks.invalid.length > 0 ? [`not valid: ${checks.invalid.slice(0, 5).join(", ")}`] : []),
    ...(checks.fingerprint?.equal === false ? ["its structure is not that of the backup"] : []),
  ].join("; ");
  throw new DomainError(
    "target",
    "restore.checks_failed",
    `The restored database is not the one of the backup: ${reasons}.`,
    {
      details: { reasons },
      hint: "Nothing was replaced. Test another backup.",
    },
  );
}
