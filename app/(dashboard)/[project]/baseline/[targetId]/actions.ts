"use server";

import type { z } from "zod";
import { stampBaseline } from "@/lib/operations/baseline/stamp";
import { runAction } from "@/lib/transport/action";

export async function stampAction(input: z.input<(typeof stampBaseline)["input"]>) {
  return runAction(stampBaseline, input);
}
