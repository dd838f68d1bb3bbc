import type { Db } from "../db/client";
import { appendCheckpoint } from "./checkpoint-file";
import { type Checkpoint, makeCheckpoint } from "./signature";

export interface CheckpointRule {
  /** A checkpoint after so many events … */
  events: number;
  /** … or, when there is any new event, after so many minutes. */
  minutes: number;
}

const RULE: CheckpointRule = { events: 500, minutes: 5 };

/**
 * Signs the end of the chain when it is due, into the table and the file outside the database. For the worker to
 * call about once a minute; two that call at once make one checkpoint.
 * @returns the checkpoint made, null when none was due
 */
export async function writeCheckpoint(db: Db, rule: CheckpointRule = RULE): Promise<Checkpoint | null> {
  const [head, last] = await Promise.all([
    db.auditEvent.findFirst({ orderBy: { seq: "desc" }, select: { seq: true, hash: true } }),
    db.auditCheckpoint.findFirst({ orderBy: { seq: "desc" } }),
  ]);
  if (!head || (last && last.seq >= head.seq)) return null;
  const fresh = head.seq - (last?.seq ?? 0n);
  const age = Date.now() - (last?.signedAt.getTime() ?? 0);
  if (fresh < rule.events && age < rule.minutes * 60_000) return null;
  const checkpoint = makeCheckpoint(head.seq, head.hash);
  const { seq, hash, signedAt, signature } = checkpoint;
  const data = { seq, hash: new Uint8Array(hash), signedAt, signature: new Uint8Array(signature) };
  const made = await db.auditCheckpoint.createMany({ data, skipDuplicates: true });
  if (made.count === 0) return null;
  await appendCheckpoint(checkpoint);
  return checkpoint;
}
