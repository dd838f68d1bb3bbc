"use server";

import type { z } from "zod";
import { sqlHistory } from "@/lib/operations/sql/history";
import { runAction } from "@/lib/transport/action";

export async function historyAction(input: z.input<typeof sqlHistory.input>) {
  return runAction(sqlHistory, input);
}
