import type { Tx } from "../../db/client";
import { refreshMirrors } from "../target/mirror";

/** Drafts become migrations of the service like any other: they are deployed, or recorded as applied. */
export async function takeDrafts(tx: Tx, serviceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.migration.updateMany({ where: { id: { in: [...ids] } }, data: { draft: false } });
  await refreshMirrors(tx, serviceId);
}
