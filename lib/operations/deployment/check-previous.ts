import type { PlannedMigration } from "../../core/run/types";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import type { LoadedDeployment } from "./load";
import { readTargetLedger } from "./read-ledger";
import type { PreviousFacts } from "./stored-check";

const NONE: PreviousFacts = { environment: null, demanded: false, missing: [], unread: null };

/**
 * Whether what is planned is applied in the environment before, with the very same scripts: read from the ledger
 * of the target there, not from our own history.
 */
export async function checkPrevious(
  db: Db,
  deployment: LoadedDeployment,
  plan: readonly PlannedMigration[],
): Promise<PreviousFacts> {
  if (deployment.direction === "down") return NONE;
  const { environment, serviceId, serviceName, projectId } = deployment;
  const before = await db.target.findFirst({
    where: { serviceId, environment: { projectId, position: { lt: environment.position } } },
    orderBy: { environment: { position: "desc" } },
    select: { id: true, environment: { select: { name: true } } },
  });
  if (!before) return NONE;
  const facts = {
    environment: before.environment.name,
    targetId: before.id,
    demanded: environment.policy.requirePrevious === true,
  };
  try {
    const rows = await readTargetLedger(db, before.id);
    const applied = new Map(
      rows
        .filter(
          (row) => row.service === serviceName && (row.status === "applied" || row.status === "baseline"),
        )
        .map((row) => [row.filename, row.checksum]),
    );
    const missing = plan
      .filter((one) => applied.get(one.filename) !== one.checksum)
      .map((one) => one.filename);
    return { ...facts, missing, unread: null };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...facts, missing: [], unread: error.code };
  }
}
