import type { Actor } from "../access/actor";
import { exportBackup } from "../operations/backup/export";
import { getBackup } from "../operations/backup/get";
import { execute } from "../operations/define";
import { problemResponse } from "./api/problem";
import { logFailure } from "./failure-log";
import { actorFromRequest } from "./token";

/** A backup by its id, or by the name of its archive in a project. */
export type BackupRef = { backupId: string } | { project: string; snapshotId: string };

/** Answers the page's link with a backup as an SQL file. */
export async function downloadBackup(request: Request, backupId: string): Promise<Response> {
  try {
    return await sendBackup(await actorFromRequest(request), { backupId }, request.signal);
  } catch (error) {
    return problemResponse(error, new URL(request.url).pathname);
  }
}

/**
 * A backup as an SQL file that is made while it is sent: it needs no space here, and a reader who is slow or gone slows
 * or stops it. A failure in the middle cuts the answer, so that half a file never looks whole.
 */
export async function sendBackup(actor: Actor, which: BackupRef, signal: AbortSignal): Promise<Response> {
  const { id, snapshotId } = await execute(getBackup, actor, which);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  // Waits for the first bytes: until then a refusal is an answer and no broken file.
  let begun: (() => void) | undefined;
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const sink = async (bytes: Uint8Array) => {
    begun?.();
    await writer.ready;
    await writer.write(new Uint8Array(bytes));
  };
  const doing = execute(exportBackup, actor, { backupId: id, sink }, { signal }).then(() => writer.close());
  doing.catch(async (error: unknown) => {
    if (!signal.aborted) logFailure(error, `backup ${snapshotId}`);
    await writer.abort(error).catch(() => undefined);
  });
  await Promise.race([beginning, doing]);
  return new Response(readable, {
    headers: {
      "content-type": "application/sql; charset=utf-8",
      "content-disposition": `attachment; filename="${snapshotId}.sql"`,
      "cache-control": "no-store",
    },
  });
}
