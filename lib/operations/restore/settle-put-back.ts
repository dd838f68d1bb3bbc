import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db, Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { isSwapped } from "../../postgres/backup/restore/swap";
import type { UseNote, UseResult } from "../backup/views";
import { targetSpec } from "../target/spec";
import { keptUntil } from "./kept-until";
import { scopeOfUse } from "./scope";
import { syncAll } from "./sync-all";

/** Giving the database that is kept the live name back; `restore.trace` holds it from before until it is written down. */
export interface PutBack {
  kind: "put_back";
  /** The live name. */
  live: string;
  /** What is kept and takes it. */
  fresh: string;
  /** As what the one that has it is kept from then on; null: there was none any more. */
  keepAs: string | null;
  at: string;
  /** Of the audit intent. */
  runId: string;
}

/** Five tries of five seconds, and room for a slow server. No COMMIT comes any more of a process that is gone. */
const LONGEST_MS = 120_000;

/**
 * Settles each putting back that was never written down.
 * @param each waits for one; a server that is away is its matter
 */
export async function settlePutBacks(
  db: Db,
  each: (one: Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM restore WHERE kept_database IS NOT NULL AND trace ->> 'kind' = 'put_back'`;
  for (const { id } of rows) await each(settlePutBack(db, id));
}

/**
 * Where the process died before it was written down, the names on the server tell whether it happened.
 * @returns false while it may still happen
 * @throws DomainError those of openConnection
 */
export async function settlePutBack(db: Db, id: string): Promise<boolean> {
  const { trace, targetId } = await db.restore.findUniqueOrThrow({ where: { id } });
  const put = trace as unknown as PutBack | null;
  if (put?.kind !== "put_back" || !targetId) return true;
  const done = await isSwapped({ ...put, spec: await targetSpec(db, targetId) });
  if (!done && Date.now() - Date.parse(put.at) < LONGEST_MS) return false;
  if (!(await (done ? writePutBack(db, id, targetId, put) : forgetPutBack(db, id, put)))) return true;
  const scope = await scopeOfUse({ db, input: { useId: id } });
  await db.$transaction((tx) =>
    recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.swap_back", scope, runId: put.runId },
      outcome: done ? "ok" : "failed",
      details: { result: `process_gone_${done ? "succeeded" : "failed"}`, back: put.fresh },
    }),
  );
  return true;
}

/** What is kept from now on. @returns whether it was not written before */
export async function writePutBack(db: Db, id: string, targetId: string, put: PutBack): Promise<boolean> {
  const until = put.keepAs === null ? null : await keptUntil(db, targetId);
  return db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({
      where: { id, keptDatabase: put.fresh },
      data: { trace: {}, keptDatabase: put.keepAs, keptUntil: until },
    });
    if (count > 0 && put.keepAs === null) await tellAlone(tx, id, put);
    if (count > 0) await syncAll(tx, targetId);
    return count > 0;
  });
}

/** Nothing is kept any more that would tell what the live database is now. */
async function tellAlone(tx: Tx, id: string, { live, fresh }: PutBack): Promise<void> {
  const { result } = await tx.restore.findUniqueOrThrow({ where: { id }, select: { result: true } });
  const { ledger: _, notes = [], ...rest } = (result ?? {}) as unknown as UseResult;
  const told: UseNote = {
    code: "put_back_alone",
    params: { database: live, kept: fresh },
    message: `${fresh} has the name ${live} again. There was no ${live} any more, so nothing is kept in its stead.`,
  };
  await tx.restore.update({
    where: { id },
    data: { result: { ...rest, notes: [...notes, told] } as unknown as Prisma.InputJsonValue },
  });
}

/** It did not happen. @returns whether it was not written before */
export async function forgetPutBack(db: Db, id: string, { at }: PutBack): Promise<boolean> {
  const { count } = await db.restore.updateMany({
    where: { id, trace: { path: ["at"], equals: at } },
    data: { trace: {} },
  });
  return count > 0;
}
