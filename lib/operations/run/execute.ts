import { targetHash } from "../../core/policy/bound-hash";
import type { TargetSettings } from "../../core/policy/types";
import type { PlannedMigration, RunOutcome } from "../../core/run/types";
import type { Db } from "../../db/client";
import { DomainError, keepFailure } from "../../errors";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { fingerprintTarget } from "../../postgres/dump/dump";
import { recordFingerprint } from "../../postgres/ledger/ledger";
import { runMigrations } from "../../postgres/runner/runner";
import { acquireRunnerLock, completeSettings, type Settings } from "../../postgres/runner/session";
import { backupBeforeRun } from "../backup/before-deployment";
import { approvalStatus } from "../deployment/approval-count";
import { approvalSubject, type LoadedDeployment, loadDeployment, loadLastCheck } from "../deployment/load";
import { touchDeployment } from "../deployment/move";
import { planTarget } from "../deployment/plan-target";
import { hashOfScripts, scriptsUnchanged, staleError } from "../deployment/scripts-unchanged";
import type { StoredCheck } from "../deployment/stored-check";
import { targetSpec } from "../target/spec";
import { undoSettings } from "../undo/settings";
import { type Claim, claimRun } from "./claim";
import { compareWithShadow } from "./compare";
import { finishRun, NOTHING_DONE, type RunEnding } from "./finish";
import { RunRecorder } from "./recorder";
import { RunRows } from "./run-rows";
import { settleClaimed } from "./settle-run";
import { insertSteps, planSteps } from "./steps";

export interface ExecuteOptions {
  workerId: string;
  flushMs: number;
  heartbeatMs: number;
  /** Told of errors of our own code, which become a settled run and a line in the log. */
  onUnexpected(error: unknown): void;
}

/** Name of a run's sessions on the target, by which whoever takes it over finds and ends them. */
export function sessionName(runId: string): string {
  return `dbmigrator run ${runId}`;
}

/**
 * Runs a queued run from claim to outcome. Nothing is thrown for what happens on the target: it becomes the outcome.
 * @returns false when somebody else has it, or the target is busy
 */
export async function executeRun(db: Db, runId: string, options: ExecuteOptions): Promise<boolean> {
  const claim = await claimRun(db, runId, options.workerId);
  if (claim === null || claim === "busy") return false;
  const target = await db.target.findUniqueOrThrow({
    where: { id: claim.targetId },
    select: { settings: true },
  });
  const settings = completeSettings(runnerSettings(target.settings as TargetSettings), true);
  const rows = new RunRows(settings);
  const cancel = new AbortController();
  const lost = new AbortController();
  const recorder = new RunRecorder(db, claim, rows, {
    ...options,
    onCancel: () => cancel.abort(new DomainError("conflict", "run.cancelled", "The run was cancelled.")),
    onLost: () => lost.abort(new Error("The run was taken over.")),
  });
  recorder.start();
  rows.say("info", "run_started");
  const signal = AbortSignal.any([cancel.signal, lost.signal]);
  let ending: RunEnding | null;
  try {
    ending = await work(db, { claim, settings, rows, emit: recorder.emit, signal, options }).catch(
      (error: unknown) =>
        endingOfError(db, claim, error, { signal, lost: lost.signal, onUnexpected: options.onUnexpected }),
    );
  } finally {
    // The rows that are left are worth less than the outcome, which is written by a transaction of its own.
    await recorder.stop().catch(options.onUnexpected);
  }
  if (ending === null || lost.signal.aborted) return true;
  await retryWrite(() => finishRun(db, claim, ending));
  return true;
}

function runnerSettings({ lockTimeoutMs, statementTimeoutMs, attempts }: TargetSettings) {
  return {
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
    ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
    ...(attempts === undefined ? {} : { attempts }),
  };
}

interface Work {
  claim: Claim;
  settings: Settings;
  rows: RunRows;
  emit: RunRecorder["emit"];
  signal: AbortSignal;
  options: ExecuteOptions;
}

/** From the lock to the outcome. The lock is taken first, so that what is compared under it stays as it is. */
async function work(db: Db, { claim, settings, rows, emit, signal, options }: Work): Promise<RunEnding> {
  const deployment = await loadDeployment(db, claim.deploymentId);
  const check = await loadLastCheck(db, claim.deploymentId);
  if (!check || !(await scriptsUnchanged(db, deployment, check))) throw staleError("scripts");
  const spec: ConnectionSpec = {
    ...(await targetSpec(db, claim.targetId)),
    applicationName: sessionName(claim.runId),
  };
  const connect = { guardAddresses: true };
  const client = await openConnection(spec, connect);
  try {
    await acquireRunnerLock(client, settings.lockWaitMs, emit, signal);
    let steps = await reviewedSteps(db, deployment, check, spec, signal);
    if (await backUpFirst(db, { claim, rows, signal }, deployment, options)) {
      // It may have taken long: what was reviewed must still be what is there.
      steps = await reviewedSteps(db, deployment, check, spec, signal);
    }
    const planned = await planSteps(steps);
    rows.plan(planned);
    await insertSteps(db, claim, planned);
    const run = await db.run.findUniqueOrThrow({
      where: { id: claim.runId },
      select: { startedByLabel: true },
    });
    const outcome = await runMigrations({
      ...{ spec, client, connect, steps, settings, signal },
      ...{ appliedBy: run.startedByLabel, runId: claim.runId, mode: "each", onEvent: emit },
      undo: undoSettings(deployment),
    });
    if (outcome.state === "in_doubt") return await settleClaimed(db, claim, "runner");
    return await endingOf(db, claim, check, spec, { ...outcome, lockWaitMs: rows.lockWaitMs });
  } finally {
    await closeConnection(client);
  }
}

const BACKUP_LOOK_MS = 1000;

/** The backup that the environment's policy asks for. @returns whether one was taken */
function backUpFirst(
  db: Db,
  { claim, rows, signal }: Pick<Work, "claim" | "rows" | "signal">,
  { severity, destroys }: LoadedDeployment,
  { workerId, heartbeatMs, onUnexpected }: ExecuteOptions,
): Promise<boolean> {
  let told = 0;
  const onProgress = () => {
    if (Date.now() - told < BACKUP_LOOK_MS) return;
    told = Date.now();
    // Only for those who watch: that they see it late is no reason to stop.
    void touchDeployment(db, claim.deploymentId).catch(() => undefined);
  };
  return backupBeforeRun(db, {
    ...{ workerId, heartbeatMs, onUnexpected, signal, onProgress, flushMs: 500 },
    ...{ deploymentId: claim.deploymentId, runId: claim.runId },
    risk: { targetId: claim.targetId, severity, destroys },
    say: (code, data) => rows.say("info", code, data),
  });
}

/**
 * Whether it may still start: approvals are counted anew by today's policy and roles, for it may have waited long in
 * the queue. @throws DomainError `deployment.stale`; the new check says what is missing
 */
async function requireStillAllowed(db: Db, deploymentId: string, check: StoredCheck): Promise<void> {
  const now = await loadDeployment(db, deploymentId);
  const demandsMore = now.environment.policy.requirePrevious === true && !check.previous.demanded;
  const { complete } = await approvalStatus(db, approvalSubject(now));
  if (demandsMore || !complete) throw staleError("rules");
}

/** The steps as they were reviewed. @throws DomainError `deployment.stale` when schema or ledger are others now */
async function reviewedSteps(
  db: Db,
  deployment: LoadedDeployment,
  check: StoredCheck,
  spec: ConnectionSpec,
  signal: AbortSignal,
) {
  await requireStillAllowed(db, deployment.id, check);
  const fingerprint = await fingerprintTarget(spec, { guardAddresses: true, signal });
  if (targetHash({ ...spec, fingerprint }) !== check.bound.schema) throw staleError("schema");
  const only = deployment.plan.map((one) => one.filename);
  const now = await planTarget(db, {
    targetId: deployment.targetId,
    direction: deployment.direction,
    putBack: deployment.putBack,
    only,
  });
  if (now.problems.length > 0 || planKey(now.planned) !== planKey(deployment.plan))
    throw staleError("schema");
  // These very texts will run. Since they were compared first the lock was waited for, and a plan names no down script.
  const texts = now.steps.map((step) => step.migration);
  if (hashOfScripts(deployment.plan, texts) !== check.bound.scripts) throw staleError("scripts");
  return now.steps;
}

function planKey(plan: readonly PlannedMigration[]): string {
  return JSON.stringify(plan.map((one) => [one.filename, one.direction, one.checksum]));
}

async function endingOf(
  db: Db,
  claim: Claim,
  check: StoredCheck,
  spec: ConnectionSpec,
  outcome: RunOutcome,
): Promise<RunEnding> {
  const succeeded = outcome.state === "succeeded";
  const { lockWaitMs } = outcome;
  const { runId, deploymentId } = claim;
  const comparison = await compareWithShadow(db, { runId, deploymentId, spec, check, lockWaitMs, succeeded });
  if (comparison.fingerprintActual) await keepFingerprint(spec, runId, comparison.fingerprintActual);
  return {
    kind: outcome.state,
    outcome,
    failure: outcome.failure ?? null,
    comparison,
    evidence: null,
    changedTarget: outcome.migrations.some(
      (one) => one.outcome !== "not_reached" && one.outcome !== "skipped",
    ),
  };
}

/** The ledger says which schema a run left; that it could not is no reason to doubt the run. */
async function keepFingerprint(spec: ConnectionSpec, runId: string, fingerprint: string): Promise<void> {
  try {
    const client = await openConnection(spec, { guardAddresses: true });
    try {
      await recordFingerprint(client, runId, fingerprint);
    } finally {
      await closeConnection(client);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

/** What could not begin, or broke in our own code. null: the run belongs to somebody else now. */
async function endingOfError(
  db: Db,
  claim: Claim,
  error: unknown,
  {
    signal,
    lost,
    onUnexpected,
  }: { signal: AbortSignal; lost: AbortSignal; onUnexpected(error: unknown): void },
): Promise<RunEnding | null> {
  if (lost.aborted) return null;
  if (error instanceof DomainError) {
    const own = keepFailure(error);
    const failure = { sqlState: "", message: own.message, ...(own.hint ? { hint: own.hint } : {}), own };
    if (error.code === "deployment.stale") return { ...NOTHING_DONE, kind: "stale", failure };
    if (error.code === "run.cancelled") return { ...NOTHING_DONE, kind: "cancelled" };
    return { ...NOTHING_DONE, kind: "failed", failure };
  }
  if (signal.aborted) return { ...NOTHING_DONE, kind: "cancelled" };
  onUnexpected(error);
  return settleClaimed(db, claim, "error");
}

/** The store may be away for a moment just when the outcome is known: it is kept, and written when it is back. */
async function retryWrite<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}
