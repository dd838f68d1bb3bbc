"use server";

import type { z } from "zod";
import { purgeKeptRows } from "@/lib/operations/undo/purge";
import { runAction } from "@/lib/transport/action";

export async function removeKeptRows(input: z.input<typeof purgeKeptRows.input>) {
  return runAction(purgeKeptRows, input);
}
