import { describe, expect, it } from "vitest";
import type { RunView } from "../views";
import { lifecyclePath } from "./path";

const check = { startedAt: "2026-01-01T00:00:00.000Z", finishedAt: "2026-01-01T00:00:01.000Z" };
const approvals = { given: 0, needed: 0, decisions: [] };
const run = {
  startedAt: "2026-01-01T00:00:02.000Z",
  finishedAt: "2026-01-01T00:00:05.000Z",
  durationMs: 3000,
  progress: { statements: { done: 0, of: 2 } },
  comparison: null,
} as unknown as RunView;

describe("the lifecycle of a deployment", () => {
  it("tells a run that somebody cancelled from one that failed", () => {
    const stateOf = (state: "cancelled" | "failed") =>
      lifecyclePath({ state, check, approvals, run }).find(({ key }) => key === "run")?.state;
    expect([stateOf("cancelled"), stateOf("failed")]).toEqual(["cancelled", "failed"]);
  });

  it("shows nothing of a run that did not begin, once it is checked anew", () => {
    const step = lifecyclePath({ state: "ready", check, approvals, run }).find(({ key }) => key === "run");
    expect(step).toEqual({ key: "run", state: "now", at: null, durationMs: null, count: null });
  });
});
