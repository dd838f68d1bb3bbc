import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { Prisma, type Restore } from "../../db/generated/client";
import { DomainError } from "../../errors";
import type { RestoreTrace } from "../../postgres/backup/options";
import { type Aftermath, settleTrace } from "../../postgres/backup/restore/aftermath";
import { enqueue } from "../../queue/queue";
import { loadBackup } from "../backup/scope";
import { targetSpec } from "../target/spec";
import { keptUntil } from "./kept-until";
import { scopeOfUse } from "./scope";
import { scratchFor } from "./scratch";
import { syncAll } from "./sync-all";

/**
 * A use of an archive whose worker is gone. Reading starts over, a scratch database that it left is removed. What a
 * restore came to is told by its server, from the trace that it kept before it could happen.
 */
export async function settleUse(db: Db, id: string, attempt: number): Promise<void> {
  const row = await db.restore.findUniqueOrThrow({ where: { id } });
  const reads = row.mode === "verify" || row.mode === "test";
  const change = reads ? await again(db, row) : await judge(db, row);
  if (!change) return;
  const scope = await scopeOfUse({ db, input: { useId: id } });
  await db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({ where: { id, attempt, state: "running" }, data: change });
    if (count === 0) return;
    const outcome = change.state === "succeeded" ? "ok" : change.state === "in_doubt" ? "in_doubt" : "failed";
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.execute", scope, runId: id, outcome },
      details: { mode: row.mode, result: `worker_gone_${change.state}`, keptDatabase: change.keptDatabase },
    });
    if (change.state === "queued") await enqueue(tx, "backup.use", { useId: id });
    else if (row.targetId) await syncAll(tx, row.targetId);
  });
}

type Change = Prisma.RestoreUpdateManyMutationInput & { state: string; keptDatabase?: string };

const ATTEMPTS = 6;

async function again(db: Db, row: Restore): Promise<Change> {
  await removeScratch(db, row);
  if (row.cancelAskedAt) return { state: "cancelled", finishedAt: new Date() };
  if (row.attempt > ATTEMPTS) return { state: "failed", finishedAt: new Date(), error: GONE };
  return { state: "queued", workerId: null, heartbeatAt: null, startedAt: null, progress: Prisma.DbNull };
}

/**
 * What failed removes the database that it was filling, unless its server was stopped just then or its disk was full:
 * asked again until it is gone. Where the server was stopped at the very end, the answer to the swap may have been lost
 * and not the swap: then it succeeded.
 * @param since older ones are left to whoever restores there next
 */
export async function settleFailed(
  db: Db,
  since: Date,
  onUnexpected: (error: unknown) => void,
): Promise<void> {
  const rows = await db.restore.findMany({
    where: {
      ...{ state: { in: ["failed", "cancelled"] }, finishedAt: { gt: since } },
      trace: { path: ["kind"], equals: "database" },
    },
  });
  for (const row of rows) {
    try {
      const isTest = row.mode === "test";
      const spec = isTest
        ? await scratchFor(db, await loadBackup(db, row.backupId))
        : await targetSpec(db, row.targetId ?? "");
      const found = await settleTrace(spec, traceOf(row) as RestoreTrace);
      if (found.kind === "later") continue;
      if (found.kind === "done" && !isTest) await countAsDone(db, row, found.kept);
      else await db.restore.updateMany({ where: { id: row.id, attempt: row.attempt }, data: { trace: {} } });
    } catch (error) {
      // Its server is still away.
      if (!(error instanceof DomainError)) onUnexpected(error);
    }
  }
}

async function countAsDone(db: Db, row: Restore, kept: string | null): Promise<void> {
  const { id, attempt, mode, state } = row;
  const scope = await scopeOfUse({ db, input: { useId: id } });
  const change = { ...(await doneChange(db, row, kept)), error: Prisma.DbNull };
  await db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({ where: { id, attempt, state }, data: change });
    if (count === 0) return;
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.execute", scope, runId: id, outcome: "ok" },
      details: { mode, result: "answer_lost_succeeded", keptDatabase: kept },
    });
    if (row.targetId) await syncAll(tx, row.targetId);
  });
}

async function doneChange(db: Db, { targetId }: Restore, kept: string | null): Promise<Change> {
  const done = { state: "succeeded", finishedAt: new Date() };
  return kept === null ? done : { ...done, keptDatabase: kept, keptUntil: await keptUntil(db, targetId) };
}

/** On a server that is away it stays, for the next restore there to remove: the test goes on elsewhere. */
async function removeScratch(db: Db, row: Restore): Promise<void> {
  const trace = traceOf(row);
  if (!trace) return;
  try {
    await settleTrace(await scratchFor(db, await loadBackup(db, row.backupId)), trace);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

/** @returns null when the server cannot be asked now: the next sweep asks again */
async function judge(db: Db, row: Restore): Promise<Change | null> {
  const found = await aftermathOf(db, row);
  const finishedAt = new Date();
  if (found.kind === "later") return null;
  if (found.kind === "not_done") return { state: "failed", finishedAt, error: GONE };
  if (found.kind === "unknown") return { state: "in_doubt", finishedAt, error: IN_DOUBT };
  return doneChange(db, row, found.kept);
}

async function aftermathOf(db: Db, row: Restore): Promise<Aftermath> {
  const trace = traceOf(row);
  // It had not come as far as that anything could happen; an older program left no traces.
  if (!trace) return { kind: row.trace === null ? "unknown" : "not_done" };
  try {
    return await settleTrace(await targetSpec(db, row.targetId ?? ""), trace);
  } catch (error) {
    if (error instanceof DomainError) return { kind: "later" };
    throw error;
  }
}

function traceOf({ trace }: Restore): RestoreTrace | null {
  return trace && Object.keys(trace).length > 0 ? (trace as RestoreTrace) : null;
}

const GONE = {
  code: "restore.worker_gone",
  message: "The worker stopped before it was finished. The live database is as it was before.",
};

const IN_DOUBT = {
  code: "restore.in_place_in_doubt",
  message:
    "The worker stopped during the restore, and the server cannot tell any more how it ended. It happened as a whole or not at all: look at the database to see which.",
};
