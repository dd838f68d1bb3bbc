import type { Db } from "../../db/client";
import { type ConnectionSpec, describeSpec } from "../../postgres/connection/connect";
import { dumpSchema } from "../../postgres/dump/dump";
import { fingerprintOf } from "../../postgres/dump/text";
import type { StoredCheck } from "../deployment/stored-check";
import type { ComparisonView } from "../deployment/views";

/** Texts beyond this length are not kept: the fingerprints say that they differ. */
const MAX_KEPT = 2_000_000;

/**
 * After a run that succeeded: is the schema of the target the one that the shadow had afterwards? Reads the target.
 */
export async function compareWithShadow(
  db: Db,
  args: {
    runId: string;
    deploymentId: string;
    spec: ConnectionSpec;
    check: StoredCheck;
    lockWaitMs: number;
    succeeded: boolean;
  },
): Promise<ComparisonView> {
  const comparison: ComparisonView = {
    schema: "unknown",
    fingerprintForetold: args.check.dryRun?.fingerprintAfter ?? null,
    ...{ fingerprintActual: null, difference: null, error: null },
    statements: await compareStatements(db, args.runId, args.check),
    lockWaitMs: args.lockWaitMs,
  };
  if (!args.succeeded) return comparison;
  let actual: string;
  try {
    actual = await dumpSchema(args.spec, { guardAddresses: true });
  } catch (error) {
    return { ...comparison, error: error instanceof Error ? error.message : describeSpec(args.spec) };
  }
  const fingerprintActual = fingerprintOf(actual);
  const { dryRun } = args.check;
  // A copy that was not equal to begin with cannot be expected to end equal.
  if (!dryRun || dryRun.fingerprintBefore !== args.check.targetFingerprint)
    return { ...comparison, fingerprintActual };
  if (dryRun.fingerprintAfter === fingerprintActual)
    return { ...comparison, schema: "same", fingerprintActual };
  const row = await db.deploymentCheck.findFirst({
    where: { deploymentId: args.deploymentId, finishedAt: { not: null } },
    orderBy: { attempt: "desc" },
    select: { schemaAfter: true },
  });
  const foretold = row?.schemaAfter ?? "";
  const difference = foretold.length + actual.length > MAX_KEPT ? null : { foretold, actual };
  return { ...comparison, schema: "differs", fingerprintActual, difference };
}

async function compareStatements(
  db: Db,
  runId: string,
  check: StoredCheck,
): Promise<ComparisonView["statements"]> {
  const foretold = new Map(
    check.dryRun?.statements.map((one) => [`${one.migration}\n${one.statement}`, one]),
  );
  const steps = await db.runStep.findMany({ where: { runId }, orderBy: { position: "asc" } });
  return steps.map((step) => {
    const tried = foretold.get(`${step.migration}\n${step.statement}`);
    return {
      position: step.position,
      foretoldMs: tried?.durationMs ?? null,
      actualMs: step.durationMs,
      rowsForetold: tried?.rows ?? null,
      rowsActual: step.rows === null ? null : Number(step.rows),
    };
  });
}
