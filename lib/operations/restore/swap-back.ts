import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { isSwapped, keptInStead, type SwapOptions, swapDatabases } from "../../postgres/backup/restore/swap";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { targetSpec } from "../target/spec";
import { keptOf, puttingBack } from "./kept";
import { archiveUseRef, scopeOfUse } from "./scope";
import { forgetPutBack, type PutBack, writePutBack } from "./settle-put-back";

/**
 * Gives the database that is kept the live name back; the one that has it is kept in its stead, under its own dated
 * name and for as long as one that was just replaced. What is put back can be taken back in the same way. Where somebody
 * removed the live one, there is nothing to keep. What is about to happen is written down before, for the sweep that
 * settles it where this process dies in between.
 * @throws DomainError conflict `restore.nothing_kept`, `restore.putting_back`; those of swapDatabases
 */
export const swapBack = defineOperation({
  name: "restore.swap_back",
  permission: "backup.restore",
  input: archiveUseRef.extend({ confirm: z.string().max(100) }),
  audit: "target",
  scope: scopeOfUse,
  run: async ({ ctx, input }) => {
    const { id, targetId, database: live, keptDatabase: fresh } = await keptOf(ctx.db, input.useId);
    confirmName(live, input.confirm);
    await requireNothingRunning(ctx.db, { id: targetId });
    const spec = await targetSpec(ctx.db, targetId);
    const keepAs = await keptInStead(spec, live, fresh);
    ctx.note({ database: live, back: fresh, keptDatabase: keepAs });
    const at = new Date().toISOString();
    const put: PutBack = { kind: "put_back", live, fresh, keepAs, at, runId: ctx.runId };
    await begin(ctx.db, id, put);
    try {
      await swapDatabases({ spec, live, fresh, keepAs });
    } catch (error) {
      if (!(await hasHappened(ctx.db, id, put, spec))) {
        await forgetGone(ctx.db, id, fresh, error);
        throw error;
      }
    }
    await writePutBack(ctx.db, id, targetId, put);
    return { keptDatabase: keepAs };
  },
});

/** @throws DomainError conflict `restore.putting_back` when another does the same */
async function begin(db: Db, id: string, put: PutBack): Promise<void> {
  const count = await db.$executeRaw`
    UPDATE restore SET trace = ${JSON.stringify(put)}::jsonb
    WHERE id = ${id}::uuid AND kept_database = ${put.fresh} AND kept_dropped_at IS NULL
      AND trace ->> 'kind' IS DISTINCT FROM 'put_back'`;
  if (count === 0) throw puttingBack();
}

/** A server that does not answer leaves it to the sweep. */
async function hasHappened(db: Db, id: string, put: PutBack, spec: SwapOptions["spec"]): Promise<boolean> {
  const happened = await isSwapped({ ...put, spec }).catch(() => null);
  if (happened === false) await forgetPutBack(db, id, put);
  return happened === true;
}

/** What somebody removed on the server is kept no longer. */
async function forgetGone(db: Db, id: string, fresh: string, error: unknown): Promise<void> {
  if (!(error instanceof DomainError) || error.code !== "restore.database_gone") return;
  if (error.details.name === fresh)
    await db.restore.update({ where: { id }, data: { keptDroppedAt: new Date() } });
}
