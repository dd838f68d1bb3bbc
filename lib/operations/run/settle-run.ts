import type { RunOutcome } from "../../core/run/types";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import {
  type ConnectionSpec,
  closeConnection,
  openConnection,
  type TargetClient,
} from "../../postgres/connection/connect";
import { readLedger } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { loadDeployment } from "../deployment/load";
import type { EvidenceView } from "../deployment/views";
import { targetSpec } from "../target/spec";
import type { Claim } from "./claim";
import type { RunEnding } from "./finish";
import { type Judgement, judgeByLedger } from "./judge";

/** How long what is left of a dead worker's session may take to end. */
const END_SESSION_MS = 15_000;

export type SettleReason = "silent" | "runner" | "error" | "again";

/**
 * Finds out what became of a claimed run whose own account is missing: ends its sessions on the target, takes the
 * runner's lock, so that nothing can change any more, and reads the ledger.
 */
export async function settleClaimed(db: Db, claim: Claim, reason: SettleReason): Promise<RunEnding> {
  const at = new Date().toISOString();
  const lines: EvidenceView["lines"] = [{ code: `reason_${reason}`, params: {} }];
  let client: TargetClient | null = null;
  try {
    const spec: ConnectionSpec = {
      ...(await targetSpec(db, claim.targetId)),
      applicationName: "dbmigrator settle",
    };
    client = await openConnection(spec, { guardAddresses: true });
    const ended = await endSessions(client, claim.runId);
    if (ended.length > 0) lines.push({ code: "session_ended", params: { pid: ended.join(", ") } });
    await acquireRunnerLock(client, END_SESSION_MS, () => undefined);
    const deployment = await loadDeployment(db, claim.deploymentId);
    const judgement = judgeByLedger(deployment.plan, await readLedger(client), claim.runId);
    return await endingOfJudgement(db, claim, judgement, {
      code: judgement.kind,
      at,
      lines: [...lines, ...judgement.lines],
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // The lock is held by somebody, or the target is away: nobody can know now, and it is asked again later.
    const code = error.kind === "lock_timeout" ? "session_alive" : "target_away";
    lines.push({ code, params: { code: error.code, message: error.message } });
    return { ...EMPTY, kind: "in_doubt", evidence: { code, at, lines }, changedTarget: false };
  } finally {
    if (client) await closeConnection(client);
  }
}

const EMPTY = { outcome: null, failure: null, comparison: null };

/** Evidence that says: ask again, it may be clear by then. */
export const ASK_AGAIN = ["target_away", "session_alive"];

async function endingOfJudgement(
  db: Db,
  claim: Claim,
  judgement: Judgement,
  evidence: EvidenceView,
): Promise<RunEnding> {
  const run = await db.run.findUniqueOrThrow({ where: { id: claim.runId }, select: { cancelAskedAt: true } });
  const state = judgement.kind === "untouched" ? "failed" : judgement.kind;
  const outcome: RunOutcome = {
    runId: claim.runId,
    state,
    migrations: judgement.migrations,
    lockWaitMs: 0,
    durationMs: 0,
  };
  const base = { ...EMPTY, outcome, evidence, changedTarget: judgement.changed };
  if (judgement.kind === "untouched")
    return run.cancelAskedAt ? { ...base, kind: "cancelled" } : { ...base, kind: "resumed" };
  if (judgement.kind !== "failed") return { ...base, kind: judgement.kind };
  const failure = {
    sqlState: "",
    message: "The worker stopped before the run was over.",
    hint: "What was applied is recorded; try again for the rest.",
  };
  return {
    ...base,
    kind: run.cancelAskedAt ? "cancelled" : "failed",
    failure: run.cancelAskedAt ? null : failure,
  };
}

/**
 * Ends what is left of the run's sessions; a role may end its own. That one could not be ended shows at the lock.
 * Found first and ended one by one: in one statement, PostgreSQL may call the function on rows that the other
 * conditions would have left out.
 */
async function endSessions(client: TargetClient, runId: string): Promise<number[]> {
  const found = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_catalog.pg_stat_activity
     WHERE application_name = $1 AND datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()`,
    [`dbmigrator run ${runId}`],
  );
  const ended: number[] = [];
  for (const { pid } of found.rows) {
    const result = await client
      .query<{ done: boolean }>("SELECT pg_catalog.pg_terminate_backend($1) AS done", [pid])
      .catch(() => null);
    if (result?.rows[0]?.done) ended.push(pid);
  }
  return ended;
}
