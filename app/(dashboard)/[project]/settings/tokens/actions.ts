"use server";

import { createToken } from "@/lib/operations/token/create";
import { revokeToken } from "@/lib/operations/token/list";
import { type ActionResult, runAction } from "@/lib/transport/action";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;

export async function make(
  input: Form,
): Promise<ActionResult<{ id: string; token: string; expiresAt: string }>> {
  return runAction(createToken, { ...input, expiresInDays: Number(input?.expiresInDays) });
}

export async function revoke(input: Form): Promise<ActionResult<void>> {
  return runAction(revokeToken, input);
}
