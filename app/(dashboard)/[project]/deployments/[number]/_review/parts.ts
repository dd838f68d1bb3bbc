import type { Finding } from "@/lib/core/risk/types";
import type { StatementGroup } from "@/lib/operations/deployment/views";

/** Statements of a part: a review of hundreds is drawn part by part as the reader comes to it. */
export const PART_STATEMENTS = 60;
/** Findings of a part. */
export const PART_FINDINGS = 50;

/** A stretch of a long list. `from` and `to` count as the page's anchors do. */
export interface Part<Row> {
  from: number;
  to: number;
  rows: Row[];
  /** About as high as it will be drawn, in pixels, so that the scrollbar does not jump. */
  height: number;
}

/** Statements in parts, each with the migrations that they belong to; a migration may go on in the next part. */
export function statementParts(groups: readonly StatementGroup[]): Part<StatementGroup>[] {
  const parts: StatementGroup[][] = [];
  let room = 0;
  for (const group of groups) {
    let rest = group.statements;
    do {
      if (room <= 0) {
        parts.push([]);
        room = PART_STATEMENTS;
      }
      parts.at(-1)?.push({ migration: group.migration, statements: rest.slice(0, room) });
      const taken = Math.min(room, rest.length);
      rest = rest.slice(taken);
      // Empty migrations take room too, or a thousand of them would be one part.
      room -= Math.max(1, taken);
    } while (rest.length > 0);
  }
  let last = 0;
  return parts.map((rows) => {
    const from = last + 1;
    last = rows.flatMap((group) => group.statements).at(-1)?.number ?? last;
    return { from, to: last, rows, height: heightOf(rows) };
  });
}

/** Findings in parts; their places in the whole list are their anchors. */
export function findingParts(findings: readonly Finding[]): Part<Finding>[] {
  return Array.from({ length: Math.ceil(findings.length / PART_FINDINGS) }, (_, at) => {
    const rows = findings.slice(at * PART_FINDINGS, (at + 1) * PART_FINDINGS);
    return {
      from: at * PART_FINDINGS,
      to: at * PART_FINDINGS + rows.length - 1,
      rows,
      height: rows.length * 41,
    };
  });
}

const LINE = 20;
const GROUP_ROW = 36;
/** A statement shows so many lines until it is opened. */
const MOST_LINES = 10;

function heightOf(groups: readonly StatementGroup[]): number {
  return groups.reduce((total, { statements }) => {
    const rows = statements.map(({ sql, finding }) => {
      const lines = Math.min(MOST_LINES, sql.split("\n", MOST_LINES).length);
      return 16 + LINE * (lines + (finding ? 1 : 0));
    });
    return total + GROUP_ROW + rows.reduce((sum, row) => sum + row, 0);
  }, 0);
}
