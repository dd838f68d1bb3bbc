"use server";

import type { z } from "zod";
import { adoptDrift } from "@/lib/operations/drift/adopt";
import { checkDrift } from "@/lib/operations/drift/check";
import { ignoreDrift, noticeDrift } from "@/lib/operations/drift/ignore";
import { revertDrift } from "@/lib/operations/drift/revert";
import { runAction } from "@/lib/transport/action";

type In<O extends { input: z.ZodType }> = z.input<O["input"]>;

export async function checkAction(input: In<typeof checkDrift>) {
  return runAction(checkDrift, input);
}

export async function ignoreAction(input: In<typeof ignoreDrift>) {
  return runAction(ignoreDrift, input);
}

export async function noticeAction(input: In<typeof noticeDrift>) {
  return runAction(noticeDrift, input);
}

export async function adoptAction(input: In<typeof adoptDrift>) {
  return runAction(adoptDrift, input);
}

export async function revertAction(input: In<typeof revertDrift>) {
  return runAction(revertDrift, input);
}
