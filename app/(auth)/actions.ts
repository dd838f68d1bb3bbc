"use server";

import { acceptInvitation } from "@/lib/operations/invitation/accept";
import { createFirstAdmin } from "@/lib/operations/user/create-first-admin";
import { type ActionResult, runAction } from "@/lib/transport/action";

export async function setUp(input: {
  email: string;
  name: string;
  password: string;
}): Promise<ActionResult<{ id: string; email: string }>> {
  return runAction(createFirstAdmin, input);
}

export async function accept(input: {
  token: string;
  name?: string;
  password?: string;
}): Promise<ActionResult<{ email: string; slug: string }>> {
  return runAction(acceptInvitation, input);
}
