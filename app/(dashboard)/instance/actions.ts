"use server";

import { randomBytes } from "node:crypto";
import {
  endUserSessions,
  resetUserTotp,
  setInstanceAdmin,
  setUserDisabled,
} from "@/lib/operations/user/administer";
import { resetPassword } from "@/lib/operations/user/reset-password";
import { type ActionResult, runAction } from "@/lib/transport/action";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the page sends.
type Form = any;

export async function disable(input: Form): Promise<ActionResult<void>> {
  return runAction(setUserDisabled, input);
}
export async function administer(input: Form): Promise<ActionResult<void>> {
  return runAction(setInstanceAdmin, input);
}
export async function endSessions(input: Form): Promise<ActionResult<{ endedSessions: number }>> {
  return runAction(endUserSessions, input);
}
export async function turnCodesOff(input: Form): Promise<ActionResult<void>> {
  return runAction(resetUserTotp, input);
}

/** A new password of 120 random bits, shown this once. */
export async function newPassword(input: { email: string }): Promise<ActionResult<{ password: string }>> {
  const text = randomBytes(15).toString("base64url").replaceAll(/[-_]/g, "x");
  const password = (text.match(/.{1,5}/g) ?? []).join("-");
  const answer = await runAction(resetPassword, { email: input?.email, password });
  return answer.ok ? { ok: true, data: { password } } : answer;
}
