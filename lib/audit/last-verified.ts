import type { Db } from "../db/client";
import {
  type Checkpoint,
  checkpointFromLine,
  checkpointToLine,
  isOurCheckpoint,
  makeCheckpoint,
} from "./signature";

const KEY = "audit.verified";

/** Up to where the chain was found in order last; signed, so that it cannot be moved forward by hand. */
export async function lastVerified(db: Db): Promise<Checkpoint | null> {
  const row = await db.setting.findUnique({ where: { key: KEY } });
  const checkpoint = typeof row?.value === "string" ? checkpointFromLine(row.value) : null;
  return checkpoint && isOurCheckpoint(checkpoint) ? checkpoint : null;
}

export async function rememberVerified(db: Db, head: { seq: bigint; hash: Uint8Array }): Promise<void> {
  const value = checkpointToLine(makeCheckpoint(head.seq, head.hash)).trim();
  await db.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
}
