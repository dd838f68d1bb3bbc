import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import {
  type ArchiveStore,
  type BackupScope,
  MANIFEST_FILE,
  type RestoreResult,
  type TableName,
  type VerifyResult,
} from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { DomainError, keepFailure } from "../../errors";
import { readManifest } from "../../postgres/backup/archive-reader";
import type { RestoreTrace } from "../../postgres/backup/options";
import { foreseeInPlace } from "../../postgres/backup/restore/in-place-preflight";
import { restoreInto } from "../../postgres/backup/restore/restore";
import { testRestore } from "../../postgres/backup/restore/test-restore";
import { verifyBackup } from "../../postgres/backup/verify";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { type AtWork, retryWrite, whileAtWork } from "../backup/at-work";
import { failureOf, type WorkOptions } from "../backup/perform";
import { type LoadedBackup, loadBackup } from "../backup/scope";
import type { StoredFailure, UseMode, UseResult } from "../backup/views";
import { requireFolder } from "../storage/folder-gone";
import { backupKeys, openArchiveOf } from "../storage/open";
import { targetSpec } from "../target/spec";
import { RestoreChoices } from "./choices";
import { claimUse, LIVE_MODES, type UseClaim } from "./claim";
import { freshBackup } from "./fresh-backup";
import { keptUntil } from "./kept-until";
import { scopeOfUse } from "./scope";
import { scratchFor } from "./scratch";
import { syncAll } from "./sync-all";

/** What a use came to; `ok` false: the archive is damaged or came back otherwise, which is data and no failure. */
interface Outcome {
  ok: boolean;
  result: UseResult;
  database: string | null;
  keptDatabase: string | null;
}

export type UseEnding =
  | { kind: "succeeded"; outcome: Outcome }
  | { kind: "failed"; failure: StoredFailure }
  | { kind: "cancelled" }
  | { kind: "lost" };

/**
 * Verifies, tests or restores what is queued, from claim to outcome.
 * @returns null when somebody else has it, or the database is busy
 */
export async function performUse(db: Db, useId: string, options: WorkOptions): Promise<UseEnding | null> {
  const claim = await claimUse(db, useId, options.workerId);
  if (claim === null || claim === "busy") return null;
  const backup = await loadBackup(db, claim.row.backupId);
  const worked = await whileAtWork(
    { ...options, beat: (progress) => beat(db, claim, progress) },
    (signal, report) =>
      work(db, claim, backup, {
        ...{ ...options, signal, onProgress: report },
        onTrace: (trace) => keepTrace(db, claim, trace),
      }),
  );
  const ending = endingOf(worked, options);
  if (ending.kind !== "lost") await retryWrite(() => finishUse(db, claim, backup, ending));
  return ending;
}

async function beat(db: Db, claim: UseClaim, progress: unknown): Promise<{ cancel: boolean } | null> {
  const text = progress === null ? null : JSON.stringify(progress);
  const rows = await db.$queryRaw<{ cancel: boolean }[]>`
    UPDATE restore SET heartbeat_at = clock_timestamp(), progress = coalesce(${text}::jsonb, progress)
    WHERE id = ${claim.id}::uuid AND attempt = ${claim.attempt} AND state = 'running'
    RETURNING cancel_asked_at IS NOT NULL AS cancel`;
  return rows[0] ?? null;
}

/** @throws when another worker has it now: nothing may happen any more that nobody would look for */
async function keepTrace(db: Db, { id, attempt }: UseClaim, trace: RestoreTrace): Promise<void> {
  const { count } = await db.restore.updateMany({
    where: { id, attempt, state: "running" },
    data: { trace },
  });
  if (count === 0) throw new Error("It was taken over.");
}

type Work = WorkOptions & {
  signal: AbortSignal;
  onProgress: (progress: unknown) => void;
  onTrace: (trace: RestoreTrace) => Promise<void>;
};

async function work(db: Db, { row }: UseClaim, backup: LoadedBackup, options: Work): Promise<Outcome> {
  const { signal, onProgress, onTrace } = options;
  await requireFolder(backup.storage);
  const reading = { store: openArchiveOf(backup), keys: backupKeys(), signal, onProgress };
  if (row.mode === "verify") {
    const { manifest: _, durationMs, ...verify } = await verifyBackup(reading).catch(asMissing);
    return { ...NOTHING_MADE, ok: verify.ok, result: { verify, durationMs } };
  }
  if (row.mode === "test") {
    const scratch = await scratchFor(db, backup);
    const { serverVersion, durationMs, notes, ...checks } = await testRestore({
      ...reading,
      scratch,
      onTrace,
    });
    return {
      ...NOTHING_MADE,
      ok: checks.ok,
      result: { checks, serverVersion, durationMs, notes, rows: checks.rows, tables: checks.tables },
    };
  }
  const spec = await targetSpec(db, row.targetId ?? "");
  const tables = row.tables.map((one) => JSON.parse(one) as TableName);
  const chosen = tables.length > 0 ? tables : undefined;
  const choices = { ...RestoreChoices.parse(row.options), ...(chosen ? { tables: chosen } : {}) };
  const scope = row.mode === "in_place" ? await replacedAt(spec, reading.store, choices) : null;
  const fresh = scope ? await freshBackup(db, row, scope, options) : undefined;
  const result = await restoreInto({
    ...reading,
    ...{ spec, onTrace },
    mode: row.mode as "new_database" | "beside" | "in_place",
    ...choices,
    ...(row.mode === "beside" && row.database ? { as: row.database } : {}),
    ...(fresh === undefined ? {} : { freshBackup: fresh.manifest }),
  });
  return outcomeOf(result, fresh?.id);
}

/** Of a backup that is known here, a manifest that is gone is damage; the same at any path is only no backup. */
function asMissing(error: unknown): VerifyResult {
  if (!(error instanceof DomainError) || error.code !== "backup.not_there") throw error;
  const failure = keepFailure(error);
  return {
    ...{
      ok: false,
      author: null,
      manifest: null,
      filesChecked: 0,
      bytesChecked: 0,
      extra: [],
      durationMs: 0,
    },
    findings: [{ file: MANIFEST_FILE, problem: "missing", message: error.message, failure }],
  };
}

async function replacedAt(
  spec: ConnectionSpec,
  store: ArchiveStore,
  choices: Parameters<typeof foreseeInPlace>[2],
): Promise<BackupScope | null> {
  const manifest = await readManifest(store);
  const client = await openConnection(spec, { guardAddresses: true });
  try {
    return await foreseeInPlace(client, manifest, choices);
  } finally {
    await closeConnection(client);
  }
}

const NOTHING_MADE = { database: null, keptDatabase: null };

function outcomeOf(done: RestoreResult, freshBackup: string | undefined): Outcome {
  const { checks, durationMs, notes, rolesCreated, replicationLeft, ledger, rows, tables } = done;
  const foreignKeysLeft = done.foreignKeysLeft.map(
    (key) => `${key.name} (${key.table.schema}.${key.table.name})`,
  );
  return {
    ok: checks.ok,
    database: done.database,
    keptDatabase: done.keptAs,
    result: {
      ...{ checks, durationMs, notes, rolesCreated, replicationLeft, ledger, rows, tables },
      foreignKeysLeft,
      ...(freshBackup === undefined ? {} : { freshBackup }),
    },
  };
}

function endingOf(worked: AtWork<Outcome>, { onUnexpected }: WorkOptions): UseEnding {
  if (worked.kind === "done") return { kind: "succeeded", outcome: worked.value };
  if (worked.kind !== "failed") return worked;
  return { kind: "failed", failure: failureOf(worked.error, onUnexpected) };
}

/** The row, what is now known of the backup, the audit outcome and what follows, while the claim holds. */
export async function finishUse(
  db: Db,
  claim: UseClaim,
  backup: LoadedBackup,
  ending: Exclude<UseEnding, { kind: "lost" }>,
): Promise<void> {
  const scope = await scopeOfUse({ db, input: { useId: claim.id } });
  const { mode, targetId } = claim.row;
  await db.$transaction(async (tx) => {
    const { count } = await tx.restore.updateMany({
      where: { id: claim.id, attempt: claim.attempt, state: "running" },
      data: { state: ending.kind, finishedAt: new Date(), ...(await columnsOf(tx, claim, ending)) },
    });
    if (count === 0) return;
    await learn(tx, backup.id, mode as UseMode, ending);
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "restore.execute", scope, runId: claim.id },
      outcome: ending.kind === "succeeded" ? "ok" : "failed",
      details: detailsOf(mode, ending),
    });
    // What the ledger of a restored database says is another story than before: it is read again at once.
    if (targetId && LIVE_MODES.includes(mode as UseMode)) await syncAll(tx, targetId);
  });
}

async function columnsOf(
  tx: Tx,
  claim: UseClaim,
  ending: UseEnding,
): Promise<Prisma.RestoreUpdateManyMutationInput> {
  if (ending.kind === "failed") return { error: ending.failure as unknown as Prisma.InputJsonValue };
  if (ending.kind !== "succeeded") return {};
  const { result, database, keptDatabase } = ending.outcome;
  return {
    result: result as unknown as Prisma.InputJsonValue,
    ...(database === null ? {} : { database }),
    keptDatabase,
    keptUntil: keptDatabase === null ? null : await keptUntil(tx, claim.row.targetId),
  };
}

/** What verifying or testing says about the backup itself. */
async function learn(tx: Tx, backupId: string, mode: UseMode, ending: UseEnding): Promise<void> {
  const at = new Date();
  if (mode === "verify" && ending.kind === "succeeded") {
    const verified = ending.outcome.result.verify as unknown as Prisma.InputJsonValue;
    const verifiedState = ending.outcome.ok ? "intact" : "damaged";
    await tx.backup.update({ where: { id: backupId }, data: { verifiedState, verifiedAt: at, verified } });
  }
  if (mode !== "test" || ending.kind === "cancelled" || ending.kind === "lost") return;
  // That no scratch server could be reached, that the key is another instance's, or that a part needs more than
  // itself, says nothing about the backup.
  if (
    ending.kind === "failed" &&
    !/^(backup|restore)\.(?!no_scratch|no_key|part_alone|unexpected)/.test(ending.failure.code)
  )
    return;
  const tested = (ending.kind === "failed"
    ? { error: ending.failure }
    : ending.outcome.result) as unknown as Prisma.InputJsonValue;
  const testedState = ending.kind === "failed" ? "failed" : ending.outcome.ok ? "restores" : "differs";
  await tx.backup.update({ where: { id: backupId }, data: { testedState, testedAt: at, tested } });
}

function detailsOf(mode: string, ending: UseEnding): Record<string, unknown> {
  if (ending.kind === "failed") return { mode, result: "failed", error: ending.failure.code };
  if (ending.kind !== "succeeded") return { mode, result: ending.kind };
  const { ok, database, keptDatabase } = ending.outcome;
  return { mode, result: ok ? "succeeded" : "differs", database, keptDatabase };
}
