import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { dropKept } from "../restore/drop-kept";
import { scopeOfUse } from "../restore/scope";
import { settleFailed } from "../restore/settle";
import { openArchiveOf } from "../storage/open";
import { removeBackup } from "./delete";
import { askForDue } from "./due";
import { NEEDED, retentionOf } from "./retained";
import { backupScope, loadBackup } from "./scope";

/** Records of what failed or was cancelled are of no use after so long. */
const FAILED_DAYS = 30;
const DAY_MS = 86_400_000;

/** Asks for what is due, and removes what retention and expiry no longer keep, and what failed restores left. */
export async function maintainBackups(db: Db, onUnexpected: (error: unknown) => void): Promise<void> {
  await askForDue(db, new Date(), onUnexpected);
  for (const { id, why } of await removable(db, new Date())) {
    await purge(db, id, why).catch((error: unknown) => {
      // A storage that is away keeps its archives until the next time.
      if (!(error instanceof DomainError)) onUnexpected(error);
    });
  }
  await dropExpired(db);
  await clearFailed(db, onUnexpected);
  await settleFailed(db, new Date(Date.now() - FAILED_DAYS * DAY_MS), onUnexpected);
}

type Why = "retention" | "expired" | "failed" | "interrupted";

async function purge(db: Db, id: string, why: Why): Promise<void> {
  const backup = await db.backup.findUnique({ where: { id } });
  if (!backup) return;
  const scope = await backupScope({ db, input: { backupId: id } });
  const details = { why, archive: backup.filePath, bytes: Number(backup.fileSizeBytes ?? 0) };
  const event = { actor: systemActor, operation: "backup.purge", scope, runId: crypto.randomUUID() };
  await db.$transaction((tx) => recordAudit(tx, { ...event, outcome: "intent", details }));
  try {
    await removeBackup(db, id);
    await db.$transaction((tx) => recordAudit(tx, { ...event, outcome: "ok", details }));
  } catch (error) {
    const reason = error instanceof DomainError ? error.code : "internal";
    await db.$transaction((tx) =>
      recordAudit(tx, { ...event, outcome: "failed", details: { ...details, reason } }),
    );
    throw error;
  }
}

/**
 * What failed or was cancelled removes what it had written, unless its storage was away just then: asked again for a
 * day, then by the purge. Its progress says that something may lie there, until this is done.
 */
async function clearFailed(db: Db, onUnexpected: (error: unknown) => void): Promise<void> {
  const since = new Date(Date.now() - DAY_MS);
  const rows = await db.backup.findMany({
    where: {
      ...{ state: { in: ["failed", "cancelled"] }, finishedAt: { gt: since } },
      NOT: { progress: { equals: Prisma.DbNull } },
    },
    select: { id: true, storageId: true, attempt: true },
  });
  const away = new Set<string>();
  for (const { id, storageId, attempt } of rows) {
    if (away.has(storageId)) continue;
    try {
      await openArchiveOf(await loadBackup(db, id)).delete();
      await db.backup.updateMany({ where: { id, attempt }, data: { progress: Prisma.DbNull } });
    } catch (error) {
      away.add(storageId);
      if (!(error instanceof DomainError)) onUnexpected(error);
    }
  }
}

/** What nobody wants any more, by target: its environment's policy says what is kept. */
async function removable(db: Db, now: Date): Promise<{ id: string; why: Why }[]> {
  const old = new Date(now.getTime() - FAILED_DAYS * DAY_MS);
  const [interrupted, failed, expired, automatic] = await Promise.all([
    db.backup.findMany({ where: { state: "deleting" }, select: { id: true } }),
    db.backup.findMany({
      where: { state: { in: ["failed", "cancelled"] }, createdAt: { lt: old } },
      select: { id: true },
    }),
    db.backup.findMany({
      where: { state: "succeeded", pinned: false, expiresAt: { lt: now }, restores: { none: NEEDED } },
      select: { id: true },
    }),
    unretained(db),
  ]);
  return [
    ...interrupted.map(({ id }) => ({ id, why: "interrupted" as const })),
    ...failed.map(({ id }) => ({ id, why: "failed" as const })),
    ...expired.map(({ id }) => ({ id, why: "expired" as const })),
    ...automatic.map((id) => ({ id, why: "retention" as const })),
  ];
}

async function unretained(db: Db): Promise<string[]> {
  const reasons = await retentionOf(db, { targetId: { not: null } });
  return [...reasons].filter(([, why]) => why.length === 0).map(([id]) => id);
}

/** Databases that restores replaced, when their time is over. */
async function dropExpired(db: Db): Promise<void> {
  const rows = await db.restore.findMany({
    where: { keptUntil: { lt: new Date() }, keptDroppedAt: null, keptDatabase: { not: null } },
    select: { id: true, targetId: true, database: true, keptDatabase: true },
  });
  for (const { id, targetId, database, keptDatabase } of rows) {
    if (!targetId || !database || !keptDatabase || !(await isSettled(db, id))) continue;
    const scope = await scopeOfUse({ db, input: { useId: id } });
    const event = { actor: systemActor, operation: "restore.drop_kept", scope, runId: crypto.randomUUID() };
    const details = { database: keptDatabase, why: "expired" };
    await db.$transaction((tx) => recordAudit(tx, { ...event, outcome: "intent", details }));
    const outcome = await dropKept(db, { id, targetId, database, keptDatabase }).then(
      () => "ok" as const,
      (error: unknown) => {
        if (error instanceof DomainError) return "failed" as const;
        throw error;
      },
    );
    await db.$transaction((tx) => recordAudit(tx, { ...event, outcome, details }));
    // What somebody opened, what is all there is, or what is away now is asked again a day later.
    if (outcome === "failed")
      await db.restore.update({ where: { id }, data: { keptUntil: new Date(Date.now() + DAY_MS) } });
  }
}

/** What is being put back, or was by a process that died, has another name by now than its row says. */
async function isSettled(db: Db, id: string): Promise<boolean> {
  const { trace } = await db.restore.findUniqueOrThrow({ where: { id }, select: { trace: true } });
  return (trace as { kind?: string } | null)?.kind !== "put_back";
}
