import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { settleMigration } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { defineOperation } from "../define";
import type { Claim } from "../run/claim";
import { settleAgain } from "../run/sweep";
import { targetSpec } from "../target/spec";
import { loadDeployment } from "./load";
import { readTargetLedger } from "./read-ledger";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";

const LOCK_WAIT_MS = 5_000;

export const settleInput = withDeployment({
  /** What a person found on the target about each migration that the ledger calls unclear. */
  verdicts: z
    .array(z.object({ filename: z.string().min(1).max(300), as: z.enum(["applied", "not_applied"]) }))
    .max(100)
    .default([]),
  /** How they know; kept in the ledger and in the audit trail. */
  reason: z.string().trim().max(4000).optional(),
});

/**
 * Ends the doubt about a run: looks at the target again, and where its ledger itself cannot tell, takes a person's
 * word for it, with the reason.
 * @throws DomainError conflict `deployment.state`, `deployment.settled`; precondition `deployment.still_in_doubt` with what is unclear;
 *   validation when a verdict comes without a reason; those of openConnection
 */
export const settleDeployment = defineOperation({
  name: "deployment.settle",
  permission: "deployment.settle",
  input: settleInput,
  audit: "target",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }) => {
    const deployment = await loadDeployment(ctx.db, deploymentIdOf(scope));
    if (deployment.state !== "in_doubt") {
      throw new DomainError("conflict", "deployment.state", "Nothing is in doubt about it.", {
        details: { state: deployment.state },
      });
    }
    const claim = await claimInDoubt(ctx.db, deployment.id, ctx.actor.label);
    const verdicts = input.verdicts.map((one) => ({ ...one, service: deployment.serviceName }));
    const word = { by: ctx.actor.label, reason: input.reason ?? "" };
    if (verdicts.length > 0) await writeVerdicts(ctx.db, claim, verdicts, word);
    ctx.note({ verdicts: input.verdicts, reason: input.reason ?? null, run: claim.runId });
    const ending = await settleAgain(ctx.db, claim, verdicts.length > 0 ? word : undefined);
    if (ending) return { state: ending.kind };
    const rows = await readTargetLedger(ctx.db, deployment.targetId);
    const unclear = rows.filter((row) => row.service === deployment.serviceName && row.status === "in_doubt");
    throw new DomainError(
      "precondition",
      "deployment.still_in_doubt",
      "The ledger of the target cannot tell what happened.",
      {
        details: {
          migrations: unclear.map((row) => ({
            filename: row.filename,
            evidence: row.steps?.evidence ?? null,
          })),
        },
        hint: "Look at the target, then say for each migration whether it is in effect.",
      },
    );
  },
});

/** Takes the run from whoever looks at it automatically. */
async function claimInDoubt(db: Db, deploymentId: string, workerId: string): Promise<Claim> {
  const rows = await db.$queryRaw<Claim[]>`
    UPDATE run SET fence = fence + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp()
    WHERE deployment_id = ${deploymentId}::uuid AND state = 'in_doubt'
    RETURNING id AS "runId", deployment_id AS "deploymentId", target_id AS "targetId", fence`;
  const claim = rows[0];
  if (!claim) throw new DomainError("conflict", "deployment.settled", "Somebody has settled it meanwhile.");
  return claim;
}

async function writeVerdicts(
  db: Db,
  claim: Claim,
  verdicts: readonly { service: string; filename: string; as: "applied" | "not_applied" }[],
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  if (!reason) {
    throw new DomainError("validation", "deployment.reason", "Say how you know.", {
      details: { fields: [{ field: "reason", message: "Say how you know." }] },
    });
  }
  const spec = { ...(await targetSpec(db, claim.targetId)), applicationName: "dbmigrator settle" };
  const client = await openConnection(spec, { guardAddresses: true });
  try {
    await acquireRunnerLock(client, LOCK_WAIT_MS, () => undefined);
    for (const verdict of verdicts)
      await settleMigration(client, { ...verdict, reason, appliedBy: by, runId: claim.runId });
  } finally {
    await closeConnection(client);
  }
}
