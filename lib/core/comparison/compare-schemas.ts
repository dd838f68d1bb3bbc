import { compareSnapshots, type Difference } from "../diff/compare";
import { type PlanOptions, planSchema, type SchemaPlan } from "../diff/plan";
import { applyRenames } from "../diff/rename/apply";
import { findQuestions } from "../diff/rename/renames";
import type { Rename, RenameQuestion } from "../diff/rename/types";
import { withMembers } from "../schema/members";
import type { Snapshot } from "../schema/types";
import { alignVersions } from "./align-versions";
import { applyDifferences } from "./apply";
import { type ComparedLine, compareLines, selectDifferences } from "./lines";
import { type NoisePolicy, siftNoise } from "./noise";

export type ComparisonPlanOptions = Pick<PlanOptions, "renames" | "notRenamed" | "online">;

export interface SchemaComparison {
  from: Snapshot;
  /** `from` with what is renamed under its new names: what the lines start from. */
  renamed: Snapshot;
  /** The wanted state: `to` without what is noise. */
  to: Snapshot;
  differences: Difference[];
  lines: ComparedLine[];
  ignored: { line: ComparedLine; rule: string }[];
  /** As carried out: those that were asked for, and those by which nothing can be lost. */
  renames: Rename[];
  /** What would be dropped with its data and may have been meant as a rename. */
  questions: RenameQuestion[];
  options: ComparisonPlanOptions;
}

/**
 * What differs between two schemas, line by line, without what the policy leaves out.
 * @throws DomainError schema.rename_unknown
 */
export function compareSchemas(
  source: Snapshot,
  target: Snapshot,
  noise: NoisePolicy = {},
  options: ComparisonPlanOptions = {},
): SchemaComparison {
  const both = withMembers(source, target);
  const [from, to] = alignVersions(both.from, both.to);
  const { snapshot: renamed, applied } = applyRenames(from, to, options.renames ?? []);
  const { kept, ignored } = siftNoise(
    compareSnapshots(renamed, to),
    noise,
    (id) => to.facts.get(id) ?? renamed.facts.get(id),
  );
  const wanted = ignored.length === 0 ? to : applyDifferences(renamed, to, kept);
  return {
    from,
    renamed,
    to: wanted,
    differences: kept,
    lines: [...applied.map(renameLine), ...compareLines(kept, renamed, wanted)],
    ignored: ignored.flatMap(({ difference, rule }) =>
      compareLines([difference], renamed, to).map((line) => ({ line, rule })),
    ),
    renames: applied,
    questions: findQuestions(renamed, wanted, options.notRenamed ?? []).map((question) => ({
      ...question,
      candidates: question.candidates.map((one) => ({ ...one, from: originalName(one.from, applied) })),
    })),
    options,
  };
}

/** A part's name under the name that its table or schema had: what a rename is given with. */
function originalName(name: string, renames: readonly Rename[]): string {
  const outer = renames.find((one) => name.startsWith(`${one.to}.`));
  return outer ? `${outer.from}${name.slice(outer.to.length)}` : name;
}

function renameLine({ kind, from, to }: Rename): ComparedLine {
  return {
    change: "changed",
    kind: kind === "enum_value" ? "enum" : kind === "constraint" ? "check" : (kind as ComparedLine["kind"]),
    name: to,
    relation: null,
    before: from,
    after: to,
    id: `rename ${kind}:${from}`,
    facts: [],
    needs: [],
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

export interface ComparisonPlan {
  up: SchemaPlan;
  /** The state that `up` leads to. */
  to: Snapshot;
}

/**
 * The way from `from` to the wanted state, or to the part of it that is ticked, with everything the ticked lines need.
 * Renames are always part of it: they were asked for by name.
 * @param ticked ids of lines; undefined: all
 */
export function planComparison(comparison: SchemaComparison, ticked?: readonly string[]): ComparisonPlan {
  const { from, renamed, differences, lines, options } = comparison;
  const to =
    ticked === undefined
      ? comparison.to
      : applyDifferences(renamed, comparison.to, selectDifferences(differences, lines, ticked));
  return { up: planSchema(from, to, options), to };
}
