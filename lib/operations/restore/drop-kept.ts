import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { databaseExists, openAdmin } from "../../postgres/backup/admin-session";
import { quoteName } from "../../postgres/backup/sql-text";
import { closeConnection } from "../../postgres/connection/connect";
import { confirmName } from "../confirm";
import { defineOperation } from "../define";
import { targetSpec } from "../target/spec";
import { type Kept, keptOf } from "./kept";
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
    return { removed: row.keptDatabase };
  },
});

/**
 * Only a database that is closed to everybody is removed: nobody works in it; and none that is all there is left.
 * @throws DomainError conflict `restore.kept_open`, `restore.kept_alone`; those of openConnection
 */
export async function dropKept(db: Db, { id, targetId, database, keptDatabase }: Kept): Promise<void> {
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
    if (rows.length > 0 && !(await databaseExists(admin, database))) {
      throw new DomainError("conflict", "restore.kept_alone", `There is no database ${database} any more.`, {
        details: { database, kept: keptDatabase },
        hint: `${keptDatabase} is all that is left of it: put it back first, or make ${database} anew.`,
      });
    }
    await admin.query(`DROP DATABASE IF EXISTS ${quoteName(keptDatabase)}`);
  } finally {
    await closeConnection(admin);
  }
  await db.restore.update({ where: { id }, data: { keptDroppedAt: new Date() } });
}
