import type { Tx } from "../../db/client";
import { enqueue } from "../../queue/queue";

/** After its content is another: reads the ledger of every target again that is the database of this one. */
export async function syncAll(tx: Tx, targetId: string): Promise<void> {
  const { host, port, database } = await tx.target.findUniqueOrThrow({ where: { id: targetId } });
  const same = await tx.target.findMany({ where: { host, port, database }, select: { id: true } });
  for (const { id } of same) await enqueue(tx, "target.sync", { targetId: id });
}
