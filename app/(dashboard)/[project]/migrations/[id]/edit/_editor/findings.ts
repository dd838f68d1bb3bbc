import type { TextMark } from "@/components/sql-editor/marks";
import type { Finding } from "@/lib/core/risk/types";
import type { ScriptProblem } from "@/lib/core/sql/types";
import type { Checked } from "./use-lint";

/** A problem or a finding at its place in the text that was checked. */
export interface Remark {
  id: string;
  meaning: "danger" | "warning" | "notice" | "safe";
  line: number;
  endLine: number;
  from: number;
  to: number;
  problem?: ScriptProblem;
  finding?: Finding;
}

/** Problems and findings in the order of the text. Ignored ones stay in the list and are marked as notices. */
export function toRemarks(checked: Checked | null): Remark[] {
  if (!checked) return [];
  const { script, result } = checked;
  const starts = lineStarts(script);
  const offset = (line: number, column: number) =>
    Math.min((starts[line - 1] ?? script.length) + column - 1, script.length);
  const remarks: Remark[] = result.problems.map((problem, index) => {
    const from = offset(problem.line, problem.column);
    const lineEnd = starts[problem.line] === undefined ? script.length : (starts[problem.line] ?? 1) - 1;
    return {
      ...{ id: `problem:${index}:${problem.line}`, meaning: "danger" as const, problem },
      ...{ line: problem.line, endLine: problem.line, from, to: Math.max(lineEnd, from) },
    };
  });
  for (const finding of result.findings) {
    const place = result.places[finding.statement - 1];
    const from = offset(finding.line, finding.column);
    remarks.push({
      ...{ id: `${finding.code}:${finding.statement}:${finding.line}:${finding.column}`, finding },
      meaning: finding.ignored ? "notice" : finding.severity,
      ...{ line: finding.line, endLine: finding.endLine, from, to: Math.max(place?.end ?? from, from) },
    });
  }
  return remarks.sort((a, b) => a.from - b.from);
}

export function toMarks(remarks: readonly Remark[], labelOf: (remark: Remark) => string): TextMark[] {
  return remarks
    .filter((remark) => !remark.finding?.ignored)
    .map((remark) => ({
      id: remark.id,
      meaning: remark.meaning,
      from: remark.from,
      to: remark.to,
      label: labelOf(remark),
    }));
}

/** The remark whose statement holds the line, the worst of several. */
export function remarkAt(remarks: readonly Remark[], line: number): Remark | undefined {
  const order = ["danger", "warning", "notice", "safe"];
  return remarks
    .filter((remark) => remark.line <= line && line <= remark.endLine)
    .sort((a, b) => order.indexOf(a.meaning) - order.indexOf(b.meaning))[0];
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** What a fix does to the script: a part of it is replaced; the rest, if any, goes into a migration of its own. */
export interface Fix {
  from: number;
  to: number;
  /** What stands there instead. */
  insert: string;
  /** The up script of the new migration. */
  own: string | null;
}

/** @returns null when there is no fix, or when the statement's place is not known */
export function toFix(checked: Checked, finding: Finding): Fix | null {
  const place = checked.result.places[finding.statement - 1];
  if (!finding.fix || !place) return null;
  const { script } = checked;
  let { end } = place;
  if (script[end] === ";") end += 1;
  const sql = finding.fix.sql.trimEnd();
  if (!finding.fix.ownMigration) {
    return { from: place.start, to: end, insert: sql.endsWith(";") ? sql : `${sql};`, own: null };
  }
  while (script[end] === "\n") end += 1;
  const directive =
    /\bconcurrently\b/i.test(sql) && !/dbmigrator:/.test(sql) ? "-- dbmigrator: transaction=none\n" : "";
  return { from: place.start, to: end, insert: "", own: `${directive}${sql}\n` };
}

/** A name for the migration that a fix moves out, from what it is about. */
export function ownName(finding: Finding, name: string): string {
  const about = (finding.relation ?? "")
    .split(".")
    .at(-1)
    ?.replaceAll(/[^a-z0-9]+/gi, "_");
  return finding.code.includes("index") ? `index_${about || name}` : `${name}_${about || "rest"}`;
}
