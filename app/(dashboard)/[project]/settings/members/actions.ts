"use server";

import { headers } from "next/headers";
import { env } from "@/lib/env";
import { createInvitation } from "@/lib/operations/invitation/create";
import { revokeInvitation } from "@/lib/operations/invitation/list";
import { removeMember, setEnvironmentGrant, setMemberRole } from "@/lib/operations/member/change";
import { type ActionResult, runAction } from "@/lib/transport/action";
import { isSecure } from "@/lib/transport/session";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;

/** The link is shown this once; only its hash is kept. */
export async function invite(input: Form): Promise<ActionResult<{ link: string; expiresAt: string }>> {
  const answer = await runAction(createInvitation, input);
  if (!answer.ok) return answer;
  const { token, expiresAt } = answer.data;
  return { ok: true, data: { link: `${await ownAddress()}/invitation/${token}`, expiresAt } };
}

/** Where people reach this instance: as configured, else as this reader did. */
async function ownAddress(): Promise<string> {
  const configured = env().DBMIGRATOR_URL;
  if (configured) return configured.replace(/\/$/, "");
  const asked = await headers();
  const host = asked.get("x-forwarded-host") ?? asked.get("host") ?? "localhost";
  return `${isSecure(asked) ? "https" : "http"}://${host}`;
}

export async function withdraw(input: Form): Promise<ActionResult<void>> {
  return runAction(revokeInvitation, input);
}
export async function changeRole(input: Form): Promise<ActionResult<void>> {
  return runAction(setMemberRole, input);
}
export async function narrow(input: Form): Promise<ActionResult<void>> {
  return runAction(setEnvironmentGrant, input);
}
export async function remove(input: Form): Promise<ActionResult<void>> {
  return runAction(removeMember, input);
}
