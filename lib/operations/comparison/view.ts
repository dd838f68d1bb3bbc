import { countChanges, type SchemaComparison } from "../../core/comparison/compare-schemas";
import type { ComparedLine } from "../../core/comparison/lines";
import { type BothWays, planBothWays } from "../../core/comparison/plan-sql";
import { nameOfId } from "../../core/schema/lookups";
import type { Snapshot } from "../../core/schema/types";
import type { BothSides, ReadSide } from "../../postgres/replay/read-sides";
import { tellUnreplayed } from "../../postgres/replay/tell-unreplayed";
import type { FoundSide } from "./find-sides";
import type { BlindSpot, ChangeView, ComparisonView, PlanView, SideView } from "./views";

/** A comparison as pages show it; `ticked` narrows the plan, not the lines. */
export function comparisonView(
  found: { source: FoundSide; target: FoundSide },
  sides: BothSides,
  comparison: SchemaComparison,
  options: { ticked?: readonly string[] | undefined; startedAt: number },
): ComparisonView {
  const ways = planBothWays(comparison, options.ticked);
  const all = options.ticked === undefined ? ways : planBothWays(comparison);
  return {
    source: sideView(found.source, sides.source),
    target: sideView(found.target, sides.target),
    changes: changeViews(comparison.lines, all),
    counts: countChanges(comparison.lines),
    plan: planView(ways),
    renames: renameViews(comparison),
    blindSpots: [
      ...blindSpotsOf("source", sides.source.snapshot),
      ...blindSpotsOf("target", sides.target.snapshot),
    ],
    notes: notesOf(sides),
    durationMs: Math.round(performance.now() - options.startedAt),
  };
}

function sideView(found: FoundSide, { snapshot, durationMs }: ReadSide): SideView {
  return {
    ...found.view,
    serverVersion: versionText(snapshot),
    at: new Date().toISOString(),
    objects: snapshot.facts.size,
    durationMs,
  };
}

/** "18.4" of 180004. */
export function versionText(snapshot: Snapshot): string {
  return `${Math.trunc(snapshot.version / 10_000)}.${snapshot.version % 10_000}`;
}

/** Lines with a word on what each of them loses. */
export function changeViews(lines: readonly ComparedLine[], { plan }: BothWays): ChangeView[] {
  const losing = new Set(plan.up.statements.filter((one) => one.losesData).map((one) => one.id));
  return lines.map(({ facts, ...line }) => ({ ...line, losesData: facts.some((id) => losing.has(id)) }));
}

export function planView({ plan, up, down, cannotBringBack }: BothWays): PlanView {
  return {
    up,
    down,
    cannotBringBack,
    statements: plan.up.statements.map(({ sql, id, losesData, transaction }) => ({
      sql,
      kind: id.slice(0, id.indexOf(":")) as PlanView["statements"][number]["kind"],
      name: nameOfId(id),
      losesData,
      apart: transaction !== undefined,
    })),
    losesData: plan.up.statements.some((one) => one.losesData),
    stillBlocks: plan.up.offline.map(({ id, reason }) => ({ name: nameOfId(id), reason })),
  };
}

function renameViews({ renames, questions }: SchemaComparison): ComparisonView["renames"] {
  const asked = questions.flatMap((question) =>
    question.candidates.map(({ kind, from, to, why, reason, type = null, similarity }) => ({
      ...{ kind, from, to, why, whyCode: reason, type, similarity, chosen: false, question: question.id },
    })),
  );
  const done = renames.map((one) => ({
    ...{ ...one, why: null, whyCode: null, type: null, similarity: null },
    ...{ chosen: true, question: null },
  }));
  return [...done, ...asked];
}

export function blindSpotsOf(side: BlindSpot["side"], snapshot: Snapshot): BlindSpot[] {
  return [
    ...snapshot.unsupported.map(({ what, name }) => ({ side, why: "unsupported" as const, what, name })),
    ...snapshot.unreadable.map(({ what, reason }) => ({
      ...{ side, why: "unreadable" as const, what, name: reason },
    })),
  ];
}

function notesOf(sides: BothSides): string[] {
  const notes = [sides.source, sides.target].flatMap((side) => [
    ...side.notes.map((one) => one.message),
    ...tellUnreplayed(side.unreplayed),
  ]);
  return [...new Set(notes)];
}
