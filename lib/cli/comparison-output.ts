import { countChanges, planComparison, type SchemaComparison } from "../core/comparison/compare-schemas";
import { plainSql, planBothWays } from "../core/comparison/plan-sql";
import { comparisonHtml } from "../core/comparison/report-html";
import { comparisonText } from "../core/comparison/report-text";
import type { OnlineNote } from "../core/diff/online-notes";
import { nameOfId } from "../core/schema/lookups";
import type { Snapshot } from "../core/schema/types";
import type { BothSides, ReadSide } from "../postgres/replay/read-sides";
import { tellUnreplayed } from "../postgres/replay/tell-unreplayed";
import { paint } from "./output";

export const FORMATS = ["text", "json", "sql", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** A comparison as text in one of the formats, with its last line ended. */
export function render(
  format: Format,
  sides: BothSides,
  comparison: SchemaComparison,
  more: Record<string, unknown> = {},
): string {
  switch (format) {
    case "text":
      return asText(sides, comparison);
    case "json":
      return `${JSON.stringify({ ...more, ...asJson(sides, comparison) }, null, 2)}\n`;
    case "sql":
      return plainSql(planComparison(comparison).up);
    case "html":
      return asHtml(sides, comparison);
  }
}

const PAINT = { added: paint.green, changed: paint.yellow, removed: paint.red };

function asText(sides: BothSides, comparison: SchemaComparison): string {
  const { lines } = comparison;
  const { source, target } = sides;
  const head = paint.bold(`${source.label} → ${target.label}`);
  if (lines.length === 0) return `${head}\n${paint.green("✓")} The schemas are the same.\n`;
  const { added, changed, removed } = countChanges(lines);
  const body = comparisonText(lines, (change, text) => PAINT[change](text));
  const counts = `${added} added, ${changed} changed, ${removed} removed.`;
  const blocking = comparison.options.online ? planComparison(comparison).up.offline : [];
  const notes = blocking.map(
    ({ id, reason }) => `Still blocks writers: ${BLOCKS[reason]}: ${nameOfId(id)}\n`,
  );
  return `${head}\n${body}\n${counts}\n${notes.join("")}`;
}

/** What keeps writers out of a plan that was asked for as `--online`. */
const BLOCKS: Record<OnlineNote["reason"], string> = {
  copy: "every row is copied into a new table",
  rewrite: "every row is written anew",
  scan: "every row is checked under a lock",
  exclusion: "the index is built under a lock",
  partitioned_key: "every row is checked under a lock",
};

/** What programs get; names of fields are those of the API. */
export function asJson(sides: BothSides, comparison: SchemaComparison): Record<string, unknown> {
  const { plan, up, down, cannotBringBack } = planBothWays(comparison);
  return {
    identical: comparison.lines.length === 0,
    source: sideJson(sides.source),
    target: sideJson(sides.target),
    counts: countChanges(comparison.lines),
    differences: comparison.lines.map(({ facts: _, needs: __, ...line }) => line),
    sql: up,
    down,
    cannotBringBack,
    statements: plan.up.statements.map(({ sql, id, losesData, transaction }) => ({
      ...{ sql, object: id, losesData, apart: transaction !== undefined },
    })),
    renames: comparison.renames,
    questions: comparison.questions,
    offline: plan.up.offline,
    ...blindSpots(sides),
    ownersIgnored: sides.ownersIgnored,
    notes: remarksOf(sides),
  };
}

function sideJson({ label, kind, snapshot }: ReadSide) {
  return { label, kind, serverVersion: versionText(snapshot), objects: snapshot.facts.size };
}

function blindSpots(sides: BothSides) {
  const of = (pick: (snapshot: Snapshot) => { what: string }[]) =>
    (["source", "target"] as const).flatMap((side) =>
      pick(sides[side].snapshot).map((one) => ({ side, ...one })),
    );
  return {
    unsupported: of((snapshot) => snapshot.unsupported),
    unreadable: of((snapshot) => snapshot.unreadable),
    notReplayed: [sides.source, sides.target].flatMap((side) => side.unreplayed),
  };
}

function asHtml(sides: BothSides, comparison: SchemaComparison): string {
  const { up, down } = planBothWays(comparison);
  return comparisonHtml({
    title: "Comparison of two schemas",
    source: sides.source.label,
    target: sides.target.label,
    at: new Date().toISOString(),
    lines: comparison.lines,
    sql: up,
    down,
    remarks: remarksOf(sides),
  });
}

/** What was not compared, object by object, and how a scratch copy differs from the real thing. */
export function remarksOf(sides: BothSides): string[] {
  const remarks = [sides.source, sides.target].flatMap((side) => [
    ...side.snapshot.unsupported.map((one) => `${side.label}: not compared: ${one.what} ${one.name}`),
    ...side.snapshot.unreadable.map((one) => `${side.label}: not read: ${one.what} (${one.reason})`),
    ...side.notes.map((one) => `${side.label}: ${one.message}`),
    ...tellUnreplayed(side.unreplayed).map((one) => `${side.label}: not replayed as written: ${one}`),
  ]);
  if (sides.blind.length > 0) {
    remarks.push(`Not compared, since statements about them were not replayed: ${sides.blind.join(", ")}.`);
  }
  return remarks;
}

/** "18.4" of 180004. */
export function versionText(snapshot: Snapshot): string {
  return `${Math.trunc(snapshot.version / 10_000)}.${snapshot.version % 10_000}`;
}
