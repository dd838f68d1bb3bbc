"use server";

import { cookies } from "next/headers";
import { revokeOtherSessions, revokeSession } from "@/lib/operations/session/revoke";
import { changePassword } from "@/lib/operations/user/change-password";
import { beginTotp, disableTotp, enableTotp } from "@/lib/operations/user/totp";
import { updateProfile } from "@/lib/operations/user/update-profile";
import { type ActionResult, runAction } from "@/lib/transport/action";
import { LOCALE_COOKIE, THEME_COOKIE } from "@/lib/transport/locales";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;
const YEAR = 365 * 24 * 3600;

/** Kept with the account, and taken over by this browser at once. */
export async function saveProfile(input: Form): Promise<ActionResult<void>> {
  const answer = await runAction(updateProfile, input);
  if (!answer.ok) return answer;
  const jar = await cookies();
  const remember = (name: string, value: unknown, none: string) => {
    if (value === none) jar.delete(name);
    else if (typeof value === "string") jar.set(name, value, { path: "/", maxAge: YEAR, sameSite: "lax" });
  };
  remember(LOCALE_COOKIE, input.locale, "auto");
  remember(THEME_COOKIE, input.theme, "system");
  return answer;
}

export async function savePassword(input: Form): Promise<ActionResult<{ endedSessions: number }>> {
  return runAction(changePassword, input);
}
export async function startCodes(): Promise<ActionResult<{ secret: string; uri: string }>> {
  return runAction(beginTotp, {});
}
export async function turnCodesOn(input: Form): Promise<ActionResult<void>> {
  return runAction(enableTotp, input);
}
export async function turnCodesOff(input: Form): Promise<ActionResult<void>> {
  return runAction(disableTotp, input);
}
export async function endSession(input: Form): Promise<ActionResult<void>> {
  return runAction(revokeSession, input);
}
export async function endOthers(): Promise<ActionResult<{ ended: number }>> {
  return runAction(revokeOtherSessions, {});
}
