import { expect, test } from "vitest";
import type { ComparisonView } from "../deployment/views";
import { withActual } from "./view";

const foretold = { position: 1, foretoldMs: 2, rowsForetold: null };

test("a run that was compared before its last steps were written shows what they took all the same", () => {
  const comparison = {
    statements: [{ ...foretold, actualMs: null, rowsActual: null }],
  } as unknown as ComparisonView;
  expect(withActual(comparison, [{ position: 1, durationMs: 7, rows: 3 }]).statements).toEqual([
    { ...foretold, actualMs: 7, rowsActual: 3 },
  ]);
});

test("what was compared stays where a step says nothing", () => {
  const comparison = {
    statements: [{ ...foretold, actualMs: 5, rowsActual: 1 }],
  } as unknown as ComparisonView;
  expect(withActual(comparison, []).statements).toEqual(comparison.statements);
});
