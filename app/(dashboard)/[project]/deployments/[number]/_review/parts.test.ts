import { expect, test } from "vitest";
import type { Finding } from "@/lib/core/risk/types";
import type { StatementGroup } from "@/lib/operations/deployment/views";
import { findingParts, PART_FINDINGS, PART_STATEMENTS, statementParts } from "./parts";

/** Migrations with so many statements each. */
function groups(counts: number[]): StatementGroup[] {
  let number = 0;
  return counts.map((count, at) => ({
    migration: { filename: `m${at}` },
    statements: Array.from({ length: count }, () => ({
      number: ++number,
      sql: "SELECT 1;\n",
      finding: null,
    })),
  })) as unknown as StatementGroup[];
}

const numbersOf = (parts: ReturnType<typeof statementParts>) =>
  parts.flatMap((part) => part.rows.flatMap((group) => group.statements.map((one) => one.number)));

test("a short review is one part", () => {
  expect(statementParts(groups([3, 1]))).toMatchObject([{ from: 1, to: 4 }]);
});

test("every statement is in one part, and each part knows its first and last", () => {
  const parts = statementParts(groups([...Array(400).fill(2), 317]));
  expect(numbersOf(parts)).toEqual(Array.from({ length: 1117 }, (_, at) => at + 1));
  for (const [at, part] of parts.entries()) {
    expect(part.from).toBe(at === 0 ? 1 : (parts[at - 1]?.to ?? 0) + 1);
    expect(part.to - part.from).toBeLessThan(PART_STATEMENTS);
  }
});

test("a migration that is too long for a part goes on in the next under its name", () => {
  const parts = statementParts(groups([PART_STATEMENTS * 2 + 1]));
  expect(parts.map((part) => part.rows.map((group) => group.migration.filename))).toEqual([
    ["m0"],
    ["m0"],
    ["m0"],
  ]);
});

test("migrations without a statement are shown too, and not in one part however many there are", () => {
  const parts = statementParts(groups(Array(500).fill(0)));
  expect(parts.flatMap((part) => part.rows)).toHaveLength(500);
  expect(parts.length).toBeGreaterThan(5);
});

test("findings keep their place in the whole list", () => {
  const parts = findingParts(Array.from({ length: PART_FINDINGS + 8 }, (_, at) => ({ line: at }) as Finding));
  expect(parts).toMatchObject([
    { from: 0, to: PART_FINDINGS - 1 },
    { from: PART_FINDINGS, to: PART_FINDINGS + 7 },
  ]);
});
