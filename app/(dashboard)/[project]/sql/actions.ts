"use server";

import type { z } from "zod";
import { readCompletion } from "@/lib/operations/migration/completion";
import { sqlHistory } from "@/lib/operations/sql/history";
import { runAction } from "@/lib/transport/action";

export async function historyAction(input: z.input<typeof sqlHistory.input>) {
  return runAction(sqlHistory, input);
}

export async function completionAction(input: z.input<typeof readCompletion.input>) {
  return runAction(readCompletion, input);
}
