import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { Prisma, type Restore } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../../postgres/connect";
import { enqueue } from "../../queue/queue";
import { targetSpec } from "../target/spec";
import { scopeOfUse } from "./scope";

/**
 * A use of an archive whose worker is gone. Reading starts over. A restore beside or by a swap gives the wanted name
 * last and in one transaction, so the names on the server tell; one in place committed or did not, which nobody can
 * see from outside: it stays in doubt, with what to look at.
 */
export async function settleUse(db: Db, id: string, attempt: number): Promise<void> {
  const row = await db.restore.findUniqueOrThrow({ where: { id } });
  const change = row.mode === "verify" || row.mode === "test" ? again(row) : await judge(db, row);
  if (!change) return;
  const scope = await scopeOfUse({ db, input: { useId: id } });
  await db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({ where: { id, attempt, state: "running" }, data: change });
    if (count === 0) return;
    const outcome = change.state === "succeeded" ? "ok" : change.state === "in_doubt" ? "in_doubt" : "failed";
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.execute", scope, runId: id, outcome },
      details: { mode: row.mode, result: `worker_gone_${change.state}`, keptDatabase: change.keptDatabase },
    });
    if (change.state === "queued") await enqueue(tx, "backup.use", { useId: id });
    else if (row.targetId) await enqueue(tx, "target.sync", { targetId: row.targetId });
  });
}

type Change = Prisma.RestoreUpdateManyMutationInput & { state: string; keptDatabase?: string };

const ATTEMPTS = 6;

function again(row: Restore): Change {
  if (row.cancelAskedAt) return { state: "cancelled", finishedAt: new Date() };
  if (row.attempt > ATTEMPTS) return { state: "failed", finishedAt: new Date(), error: GONE };
  return { state: "queued", workerId: null, heartbeatAt: null, startedAt: null, progress: Prisma.DbNull };
}

/** @returns null when the server cannot be asked now: the next sweep asks again */
async function judge(db: Db, row: Restore): Promise<Change | null> {
  const finishedAt = new Date();
  if (row.mode === "in_place") return { state: "in_doubt", finishedAt, error: IN_PLACE_IN_DOUBT };
  try {
    const found = await findResult(db, row);
    if (found === null) return { state: "failed", finishedAt, error: GONE };
    const keptUntil = found.kept === null ? {} : { keptDatabase: found.kept, keptUntil: inAWeek() };
    return { state: "succeeded", finishedAt, database: found.database, ...keptUntil };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

const WEEK_MS = 7 * 86_400_000;
const inAWeek = () => new Date(Date.now() + WEEK_MS);

/** What a finished restore leaves: the wanted name, and for a swap the replaced one's dated name. */
async function findResult(db: Db, row: Restore): Promise<{ database: string; kept: string | null } | null> {
  const spec = await targetSpec(db, row.targetId ?? "");
  const client = await openConnection({ ...spec, applicationName: "dbmigrator settle" });
  try {
    if (row.mode === "beside") {
      const found = await client.query("SELECT FROM pg_database WHERE datname = $1", [row.database]);
      return found.rowCount ? { database: row.database ?? "", kept: null } : null;
    }
    const since = (row.startedAt ?? row.createdAt).toISOString().replaceAll(/[-:]/g, "").replace("T", "_");
    const { rows } = await client.query<{ name: string }>(
      `SELECT datname::text AS name FROM pg_database
        WHERE datname ~ '_before_\\d{8}_\\d{6}$' AND right(datname, 15) >= $1
          AND starts_with($2, regexp_replace(datname, '_before_\\d{8}_\\d{6}$', ''))
        ORDER BY datname DESC LIMIT 1`,
      [since.slice(0, 15), spec.database],
    );
    return rows[0] ? { database: spec.database, kept: rows[0].name } : null;
  } finally {
    await closeConnection(client);
  }
}

const GONE = {
  code: "restore.worker_gone",
  message: "The worker stopped before it was finished. The live database is as it was before.",
};

const IN_PLACE_IN_DOUBT = {
  code: "restore.in_place_in_doubt",
  message:
    "The worker stopped during a restore in place. It happened as a whole or not at all: look at the tables to see which.",
};
