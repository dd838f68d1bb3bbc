import { compareSnapshots, type Difference } from "../diff/compare";
import { planSchema, type SchemaPlan } from "../diff/plan";
import type { Snapshot } from "../schema/types";
import { applyDifferences } from "./apply";
import { type ComparedLine, compareLines, selectDifferences } from "./lines";
import { type NoisePolicy, siftNoise } from "./noise";

export interface SchemaComparison {
  from: Snapshot;
  /** The wanted state: `to` without what is noise. */
  to: Snapshot;
  differences: Difference[];
  lines: ComparedLine[];
  ignored: { line: ComparedLine; rule: string }[];
}

/** What differs between two schemas, line by line, without what the policy leaves out. */
export function compareSchemas(from: Snapshot, to: Snapshot, noise: NoisePolicy = {}): SchemaComparison {
  const all = compareSnapshots(from, to);
  const { kept, ignored } = siftNoise(all, noise);
  const wanted = ignored.length === 0 ? to : applyDifferences(from, to, kept);
  return {
    from,
    to: wanted,
    differences: kept,
    lines: compareLines(kept, from, wanted),
    ignored: ignored.flatMap(({ difference, rule }) =>
      compareLines([difference], from, to).map((line) => ({ line, rule })),
    ),
  };
}

export function countChanges(lines: readonly { change: ComparedLine["change"] }[]): {
  added: number;
  changed: number;
  removed: number;
} {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { change } of lines) counts[change]++;
  return counts;
}

/**
 * The way from `from` to the wanted state, or to the part of it that is ticked, with everything the ticked lines need.
 * @param ticked ids of lines; undefined: all
 */
export function planComparison(
  comparison: SchemaComparison,
  ticked?: readonly string[],
): SchemaPlan & { to: Snapshot } {
  const { from, differences, lines } = comparison;
  const to =
    ticked === undefined
      ? comparison.to
      : applyDifferences(from, comparison.to, selectDifferences(differences, lines, ticked));
  return { ...planSchema(from, to), to };
}
