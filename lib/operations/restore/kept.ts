import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { settlePutBack } from "./settle-put-back";

/** The database that a restore replaced, or the restored one that was put away for it. */
export interface Kept {
  id: string;
  targetId: string;
  /** The live name. */
  database: string;
  keptDatabase: string;
}

/**
 * What is kept of a restore, once what a killed process left of putting it back is settled.
 * @throws DomainError conflict `restore.nothing_kept`, `restore.putting_back`; those of openConnection
 */
export async function keptOf(db: Db, id: string): Promise<Kept> {
  if (!(await settlePutBack(db, id))) throw puttingBack();
  const row = await db.restore.findUniqueOrThrow({ where: { id } });
  const { targetId, database, keptDatabase, keptDroppedAt } = row;
  if (targetId && database && keptDatabase && !keptDroppedAt) return { id, targetId, database, keptDatabase };
  throw new DomainError("conflict", "restore.nothing_kept", "No database is kept of this restore any more.");
}

export function puttingBack(): DomainError {
  return new DomainError("conflict", "restore.putting_back", "It is being put back just now.", {
    hint: "Load the page again in a minute.",
  });
}
