import { describe, expect, it } from "vitest";
import type { DeploymentLive, RunLogLine, RunStepView, RunView } from "@/lib/operations/deployment/views";
import { mergeLive, mergeLog } from "./merge";

const line = (id: string): RunLogLine => ({
  id,
  at: "2026-01-01T00:00:00.000Z",
  level: "info",
  code: "x",
  data: {},
});
const live = (version: number, run: Partial<RunView> | null): DeploymentLive =>
  ({ version, state: "running", run: run as RunView | null }) as DeploymentLive;

const run = (parts: Partial<RunView>) => ({ id: "r", log: [], steps: [], migrations: [], ...parts });

describe("the live state of a deployment's page", () => {
  it("orders log lines by number, not by text, and keeps each once", () => {
    const merged = mergeLog([line("9"), line("10")], [line("10"), line("100"), line("2")]);
    expect(merged.map((one) => one.id)).toEqual(["2", "9", "10", "100"]);
  });

  it("keeps the lines that came before when a message carries only new ones", () => {
    const merged = mergeLive(live(1, run({ log: [line("1")] })), live(2, run({ log: [line("2")] })));
    expect(merged.run?.log.map((one) => one.id)).toEqual(["1", "2"]);
  });

  it("keeps the steps that a message does not carry, as the very same objects and in their order", () => {
    const first = { position: 1, state: "running" } as RunStepView;
    const second = { position: 2, state: "waiting" } as RunStepView;
    const merged = mergeLive(
      live(1, run({ steps: [first, second] })),
      live(2, run({ steps: [{ ...first, state: "done" }] })),
    );
    expect(merged.run?.steps.map((one) => one.state)).toEqual(["done", "waiting"]);
    expect(merged.run?.steps[1]).toBe(second);
  });

  it("drops a message older than what is shown", () => {
    const shown = live(5, { id: "r", log: [] });
    expect(mergeLive(shown, live(4, null))).toBe(shown);
  });

  it("starts a new log with a new attempt", () => {
    const merged = mergeLive(
      live(1, { id: "r1", log: [line("1")] }),
      live(2, { id: "r2", log: [line("7")] }),
    );
    expect(merged.run?.log.map((one) => one.id)).toEqual(["7"]);
  });
});
