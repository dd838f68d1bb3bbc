import type { Db } from "../../db/client";
import type { Restore } from "../../db/generated/client";
import { openAdmin } from "../../postgres/backup/admin-session";
import { isKeptSince } from "../../postgres/backup/restore/names";
import { closeConnection } from "../../postgres/connection/connect";
import { targetSpec } from "../target/spec";

/**
 * The database that a restore replaced of which only a person knows that it happened: closed, named as restores name
 * it, since this one began, and kept by no other. Where several fit, the first: later ones were kept by what came later.
 * @returns null when there is none, as after a restore in place
 * @throws DomainError those of openConnection
 */
export async function findKept(
  db: Db,
  {
    id,
    mode,
    targetId,
    database,
    startedAt,
  }: Pick<Restore, "id" | "mode" | "targetId" | "database" | "startedAt">,
): Promise<string | null> {
  if (mode !== "new_database" || !targetId || !database || !startedAt) return null;
  const admin = await openAdmin(await targetSpec(db, targetId), []);
  try {
    const { rows } = await admin.query<{ name: string }>(
      "SELECT datname::text AS name FROM pg_database WHERE NOT datallowconn AND NOT datistemplate ORDER BY datname",
    );
    const fitting = rows.map(({ name }) => name).filter((name) => isKeptSince(name, database, startedAt));
    const others = await db.restore.findMany({
      where: { id: { not: id }, keptDatabase: { in: fitting } },
      select: { keptDatabase: true },
    });
    const known = new Set(others.map(({ keptDatabase }) => keptDatabase));
    return fitting.find((name) => !known.has(name)) ?? null;
  } finally {
    await closeConnection(admin);
  }
}
