import { expect, test } from "vitest";
import { keptOf } from "./partly";

const steps = [
  { migration: "before", state: "done" as const },
  { migration: "stopped", state: "done" as const },
  { migration: "stopped", state: "done" as const },
  { migration: "stopped", state: "failed" as const },
  { migration: "stopped", state: "skipped" as const },
];

test("statements that were committed stay when a later one of their migration fails or is cancelled", () => {
  expect(keptOf({ migration: "stopped", outcome: "failed" }, steps)).toBe(2);
  expect(keptOf({ migration: "stopped", outcome: "cancelled" }, steps)).toBe(2);
});

test("nothing stays of what was undone, and of what is applied nothing needs saying", () => {
  const undone = steps.map((step) => ({
    ...step,
    state: step.state === "done" ? ("undone" as const) : step.state,
  }));
  expect(keptOf({ migration: "stopped", outcome: "failed" }, undone)).toBe(0);
  expect(keptOf({ migration: "before", outcome: "applied" }, steps)).toBe(0);
});
