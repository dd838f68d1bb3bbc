import type { SchemaComparison } from "../../core/comparison/compare-schemas";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { specOf } from "../target/spec";
import { detectDrift } from "./detect";
import { type LoadedDriftTarget, loadDriftTarget } from "./load";

/**
 * The drift of a target as it is at this moment, for whoever acts on it.
 * @param chosen ids of changes that must be among it; undefined: all
 * @throws DomainError precondition `drift.none`, `drift.unknown`; conflict `comparison.changed`
 */
export async function requireDrift(
  ctx: { db: Db; signal: AbortSignal },
  targetId: string,
  chosen: readonly string[] | undefined,
): Promise<{ comparison: SchemaComparison; loaded: LoadedDriftTarget }> {
  const loaded = await loadDriftTarget(ctx.db, targetId);
  const { state, comparison, reason } = await detectDrift(specOf(loaded.target), loaded.rules, ctx.signal);
  if (!comparison) {
    const why = reason?.message ?? "Nothing is recorded in its ledger.";
    throw new DomainError("precondition", "drift.unknown", `Drift cannot be told here: ${why}`, {
      details: { reason: why, state },
      ...(reason?.hint ? { hint: reason.hint } : {}),
    });
  }
  if (comparison.lines.length === 0) {
    throw new DomainError(
      "precondition",
      "drift.none",
      "The database is what its ledger says: there is no drift.",
    );
  }
  requireChosen(chosen, comparison);
  return { comparison, loaded };
}

function requireChosen(chosen: readonly string[] | undefined, { lines }: SchemaComparison): void {
  if (chosen === undefined) return;
  const known = new Set(lines.map((line) => line.id));
  const missing = chosen.filter((id) => !known.has(id));
  if (missing.length === 0 && chosen.length > 0) return;
  throw new DomainError(
    "conflict",
    "comparison.changed",
    `${missing.length} of the chosen changes are no longer there.`,
    { details: { count: missing.length, missing: missing.slice(0, 20) }, hint: "Compare again." },
  );
}
