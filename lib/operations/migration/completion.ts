import { z } from "zod";
import { readCompletionCatalog } from "../../postgres/catalog";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { targetSpec } from "../target/spec";

export type CompletionCatalog = Awaited<ReturnType<typeof readCompletionCatalog>>;

const KEPT_MS = 60_000;
const MOST_TARGETS = 50;

/** Of this process: a minute old at most, and read once for editors that open together. */
const kept = new Map<string, { at: number; catalog: Promise<CompletionCatalog> }>();

/** Names of tables and columns of a target, for completion. Reads names only, so no audit row. */
export const readCompletion = defineOperation({
  name: "target.completion",
  permission: "target.read",
  input: z.object({ targetId: z.uuid(), fresh: z.boolean().default(false) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input }): Promise<CompletionCatalog> => {
    const known = kept.get(input.targetId);
    if (known && !input.fresh && Date.now() - known.at < KEPT_MS) return known.catalog;
    const catalog = targetSpec(ctx.db, input.targetId).then((spec) => readCompletionCatalog(spec));
    if (kept.size >= MOST_TARGETS) kept.delete(kept.keys().next().value ?? "");
    kept.set(input.targetId, { at: Date.now(), catalog });
    // A failure is not kept: the next one asks again.
    catalog.catch(() => kept.delete(input.targetId));
    return catalog;
  },
});
