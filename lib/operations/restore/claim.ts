import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db, Tx } from "../../db/client";
import { Prisma, type Restore } from "../../db/generated/client";
import type { UseMode } from "../backup/views";
import { scopeOfUse } from "./scope";

/** The right to write about a use of an archive, until another worker takes it over. */
export interface UseClaim {
  id: string;
  attempt: number;
  row: Restore;
}

/** Modes that change a database that somebody works with. */
export const LIVE_MODES: readonly UseMode[] = ["new_database", "in_place"];

/**
 * Takes what is queued. A live one waits while a deployment runs on the same database or another restore does.
 * @returns null when it is not queued any more; "busy" while the database is
 */
export async function claimUse(db: Db, id: string, workerId: string): Promise<UseClaim | "busy" | null> {
  const found = await db.restore.findUnique({ where: { id } });
  if (found?.state !== "queued") return null;
  const scope = await scopeOfUse({ db, input: { useId: id } });
  return db.$transaction(async (tx) => {
    if (LIVE_MODES.includes(found.mode as UseMode) && (await isBusy(tx, found))) return "busy";
    const attempt = found.attempt + 1;
    const { count } = await tx.restore.updateMany({
      where: { id, state: "queued", attempt: found.attempt },
      data: {
        ...{ state: "running", attempt, workerId, heartbeatAt: new Date() },
        ...{ startedAt: new Date(), progress: Prisma.DbNull, error: Prisma.DbNull, trace: {} },
      },
    });
    if (count === 0) return null;
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.execute", scope, outcome: "intent", runId: id },
      details: { mode: found.mode, attempt, tables: found.tables.slice(0, 50) },
    });
    return { id, attempt, row: found };
  });
}

/** Locked in the order of their ids, as runs lock theirs, so that a run and a restore never both begin. */
async function isBusy(tx: Tx, { id, targetId }: Restore): Promise<boolean> {
  if (!targetId) return false;
  const targets = await tx.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM target t JOIN target own ON own.id = ${targetId}::uuid
      AND (own.host, own.port, own.database) = (t.host, t.port, t.database)
    ORDER BY t.id FOR NO KEY UPDATE OF t`;
  const ids = targets.map((row) => row.id);
  const run = await tx.run.findFirst({
    where: { targetId: { in: ids }, state: { in: ["running", "in_doubt"] } },
    select: { id: true },
  });
  return run !== null || (await restoreAtWork(tx, ids, id));
}

/** Whether a restore replaces or fills one of these databases now. */
export async function restoreAtWork(tx: Tx | Db, targetIds: string[], except?: string): Promise<boolean> {
  const other = await tx.restore.findFirst({
    where: {
      targetId: { in: targetIds },
      mode: { in: [...LIVE_MODES] },
      state: "running",
      ...(except === undefined ? {} : { id: { not: except } }),
    },
    select: { id: true },
  });
  return other !== null;
}
