import { compareSchemas } from "../../core/comparison/compare-schemas";
import type { ComparedLine } from "../../core/comparison/lines";
import type { Snapshot } from "../../core/schema/types";
import { DomainError } from "../../errors";
import { type ReplayOptions, type ReplayScript, replayScripts } from "./replay";

export interface OrderComparison {
  /** Both orders work and end with the same schema. */
  commutes: boolean;
  /** How the second order ends otherwise. */
  differences: ComparedLine[];
  /** PostgreSQL's words on the order that fails; null: both run. */
  failure: { order: "first" | "second"; message: string } | null;
}

const ROLE = "dbmigrator_owner";

/**
 * Whether it matters in which of two orders scripts run, found by running both on a scratch server. Rows are not
 * compared: the scratch databases hold only what the scripts put there.
 * @throws DomainError of createEmptyShadow
 */
export async function compareOrders(
  first: readonly ReplayScript[],
  second: readonly ReplayScript[],
  options: Omit<ReplayOptions, "scripts" | "role">,
): Promise<OrderComparison> {
  const one = await replayOrder(first, options);
  if ("message" in one) return { commutes: false, differences: [], failure: { order: "first", ...one } };
  const two = await replayOrder(second, options);
  if ("message" in two) return { commutes: false, differences: [], failure: { order: "second", ...two } };
  const differences = compareSchemas(one.snapshot, two.snapshot).lines;
  return { commutes: differences.length === 0, differences, failure: null };
}

async function replayOrder(
  scripts: readonly ReplayScript[],
  options: Omit<ReplayOptions, "scripts" | "role">,
): Promise<{ snapshot: Snapshot } | { message: string }> {
  try {
    const { snapshot } = await replayScripts({ ...options, scripts, role: ROLE });
    return { snapshot };
  } catch (error) {
    if (error instanceof DomainError && error.code === "replay.failed") return { message: error.message };
    throw error;
  }
}
