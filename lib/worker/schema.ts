import { systemActor } from "../access/actor";
import { db } from "../db/client";
import { DomainError } from "../errors";
import { execute } from "../operations/define";
import { readSchema } from "../operations/schema/read";
import type { Job } from "../queue/queue";

/** After a run: the schema that somebody has looked at before is read anew. What nobody opened is not read. */
export async function schemaHandler(jobs: Job<"schema.read">[]): Promise<void> {
  for (const { data } of jobs) {
    const known = await db().schemaSnapshot.count({ where: { targetId: data.targetId } });
    if (known > 0) await execute(readSchema, systemActor, data).catch(ignoreAbsence);
  }
}

/** A target that is away now is read when somebody asks; its page says from when its schema is. */
function ignoreAbsence(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}
