import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { openAdmin } from "../../postgres/backup/admin-session";
import { keptKind, keptName } from "../../postgres/backup/restore/names";
import { swapDatabases } from "../../postgres/backup/restore/swap";
import { quoteName } from "../../postgres/backup/sql-text";
import { closeConnection } from "../../postgres/connection/connect";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { targetSpec } from "../target/spec";
import { keptUntil } from "./kept-until";
import { archiveUseRef, scopeOfUse } from "./scope";
import { syncAll } from "./sync-all";

/** Removes the database that a restore replaced, before its time. */
export const dropKeptDatabase = defineOperation({
  name: "restore.drop_kept",
  permission: "backup.restore",
  input: archiveUseRef.extend({ confirm: z.string().max(100) }),
  audit: "target",
  scope: scopeOfUse,
  run: async ({ ctx, input }) => {
    const row = await keptOf(ctx.db, input.useId);
    confirmName(row.keptDatabase, input.confirm);
    ctx.note({ database: row.keptDatabase });
    await dropKept(ctx.db, row);
    return { removed: row.keptDatabase };
  },
});

interface Kept {
  id: string;
  targetId: string;
  database: string;
  keptDatabase: string;
}

async function keptOf(db: Db, id: string): Promise<Kept> {
  const row = await db.restore.findUniqueOrThrow({ where: { id } });
  const { targetId, database, keptDatabase, keptDroppedAt } = row;
  if (targetId && database && keptDatabase && !keptDroppedAt) return { id, targetId, database, keptDatabase };
  throw new DomainError("conflict", "restore.nothing_kept", "No database is kept of this restore any more.");
}

/** Only a database that is closed to everybody is removed: nobody works in it. */
export async function dropKept(
  db: Db,
  { id, targetId, keptDatabase }: Omit<Kept, "database">,
): Promise<void> {
  const spec = await targetSpec(db, targetId);
  const admin = await openAdmin(spec, [keptDatabase]);
  try {
    const { rows } = await admin.query<{ open: boolean }>(
      "SELECT datallowconn AS open FROM pg_database WHERE datname = $1",
      [keptDatabase],
    );
    if (rows[0]?.open) {
      throw new DomainError("conflict", "restore.kept_open", `${keptDatabase} was opened by somebody.`, {
        details: { database: keptDatabase },
        hint: "It is not removed by itself any more; remove it by hand when nobody needs it.",
      });
    }
    await admin.query(`DROP DATABASE IF EXISTS ${quoteName(keptDatabase)}`);
  } finally {
    await closeConnection(admin);
  }
  await db.restore.update({ where: { id }, data: { keptDroppedAt: new Date() } });
}

/**
 * Gives the database that is kept the live name back; the one that has it is kept in its stead, under its own dated
 * name and for as long as one that was just replaced. What is put back can be taken back in the same way.
 */
export const swapBack = defineOperation({
  name: "restore.swap_back",
  permission: "backup.restore",
  input: archiveUseRef.extend({ confirm: z.string().max(100) }),
  audit: "target",
  scope: scopeOfUse,
  run: async ({ ctx, input }) => {
    const row = await keptOf(ctx.db, input.useId);
    confirmName(row.database, input.confirm);
    await requireNothingRunning(ctx.db, { id: row.targetId });
    const spec = await targetSpec(ctx.db, row.targetId);
    const now = keptKind(row.keptDatabase) === "before" ? "restored" : "before";
    const keepAs = keptName(row.database, new Date(), now);
    ctx.note({ database: row.database, back: row.keptDatabase, keptDatabase: keepAs });
    await swapDatabases({ spec, live: row.database, fresh: row.keptDatabase, keepAs });
    const until = await keptUntil(ctx.db, row.targetId);
    await ctx.db.$transaction(async (tx) => {
      await tx.restore.update({ where: { id: row.id }, data: { keptDatabase: keepAs, keptUntil: until } });
      await syncAll(tx, row.targetId);
    });
    return { keptDatabase: keepAs };
  },
});
