import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { isSwapped } from "../../postgres/backup/restore/swap";
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
  /** As what the one that has it is kept from then on. */
  keepAs: string;
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
  const until = await keptUntil(db, targetId);
  return db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({
      where: { id, keptDatabase: put.fresh },
      data: { trace: {}, keptDatabase: put.keepAs, keptUntil: until },
    });
    if (count > 0) await syncAll(tx, targetId);
    return count > 0;
  });
}

/** It did not happen. @returns whether it was not written before */
export async function forgetPutBack(db: Db, id: string, { keepAs }: PutBack): Promise<boolean> {
  const { count } = await db.restore.updateMany({
    where: { id, trace: { path: ["keepAs"], equals: keepAs } },
    data: { trace: {} },
  });
  return count > 0;
}
