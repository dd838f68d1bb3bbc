"use server";

import { createTarget } from "@/lib/operations/target/create";
import { deleteTarget } from "@/lib/operations/target/delete";
import type { ProbeResult } from "@/lib/operations/target/probe";
import { syncTarget } from "@/lib/operations/target/sync";
import { testTarget } from "@/lib/operations/target/test";
import { updateTarget } from "@/lib/operations/target/update";
import { type ActionResult, describeFailure, runAction } from "@/lib/transport/action";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;
type Saved = ActionResult<{ id: string; probe: ProbeResult }>;

/** Saved, then read at once, so that the overview knows where it stands. */
export async function addTarget(input: Form): Promise<Saved> {
  const answer = await runAction(createTarget, input);
  if (answer.ok && answer.data.probe.ok) await runAction(syncTarget, { targetId: answer.data.id });
  return answer;
}

export async function changeTarget(input: Form): Promise<Saved> {
  const answer = await runAction(updateTarget, input);
  if (answer.ok && answer.data.probe.ok) await runAction(syncTarget, { targetId: answer.data.id });
  return answer;
}

/** A failure comes back in the reader's language; a stored target that answers is read, which ends its warnings. */
export async function tryConnection(input: Form): Promise<ActionResult<ProbeResult>> {
  const answer = await runAction(testTarget, input);
  if (answer.ok && answer.data.ok && !input.connection)
    await runAction(syncTarget, { targetId: input.targetId });
  if (!answer.ok || answer.data.ok) return answer;
  return { ok: true, data: { ok: false, error: await describeFailure(answer.data.error) } };
}

type Read = ActionResult<{
  syncedAt: string | null;
  error: { code: string; message: string; hint?: string } | null;
}>;

export async function readLedger(input: Form): Promise<Read> {
  const answer = await runAction(syncTarget, input);
  if (!answer.ok || !answer.data.error) return answer;
  return { ok: true, data: { ...answer.data, error: await describeFailure(answer.data.error) } };
}

export async function removeTarget(input: Form): Promise<ActionResult<void>> {
  return runAction(deleteTarget, input);
}
