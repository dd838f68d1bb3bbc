import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { openAdmin } from "../../postgres/backup/admin-session";
import { quoteName } from "../../postgres/backup/sql-text";
import { swapDatabases } from "../../postgres/backup/swap";
import { closeConnection } from "../../postgres/connect";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { targetSpec } from "../target/spec";
import { archiveUseRef, scopeOfUse } from "./scope";

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

/** Puts the database back that a restore replaced; the restored one is kept in its stead, under its own dated name. */
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
    const keepAs = `${row.database.slice(0, 40)}_restored_${stamp(new Date())}`;
    ctx.note({ database: row.database, back: row.keptDatabase, keptDatabase: keepAs });
    await openDatabase(spec, row.keptDatabase);
    await swapDatabases({ spec, live: row.database, fresh: row.keptDatabase, keepAs });
    await ctx.db.restore.update({ where: { id: row.id }, data: { keptDatabase: keepAs } });
    return { keptDatabase: keepAs };
  },
});

/** Kept databases are closed; what becomes the live one again is opened before it gets its name. */
async function openDatabase(spec: Parameters<typeof openAdmin>[0], name: string): Promise<void> {
  const admin = await openAdmin(spec, [name]);
  try {
    await admin.query(`ALTER DATABASE ${quoteName(name)} ALLOW_CONNECTIONS true`);
  } finally {
    await closeConnection(admin);
  }
}

function stamp(at: Date): string {
  return at.toISOString().replaceAll(/[-:]/g, "").replace("T", "_").slice(0, 15);
}
