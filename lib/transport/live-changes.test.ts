import { expect, test } from "vitest";
import type { DeploymentLive, RunStepView } from "../operations/deployment/views";
import { changesSince } from "./live-changes";

const step = (position: number, state: string) => ({ position, state, migration: "1_a" }) as RunStepView;
const live = (id: string, steps: RunStepView[]): DeploymentLive =>
  ({ state: "running", run: { id, steps, migrations: [{ migration: "1_a", outcome: "running" }] } }) as never;

test("a message carries the steps that changed, and no others", () => {
  const before = live("r", [step(1, "running"), step(2, "waiting"), step(3, "waiting")]);
  const now = live("r", [step(1, "done"), step(2, "running"), step(3, "waiting")]);
  expect(changesSince(before, now).run).toMatchObject({
    steps: [step(1, "done"), step(2, "running")],
    migrations: [],
  });
});

test("another attempt, or a run that was planned anew, comes whole", () => {
  const before = live("r", [step(1, "done"), step(2, "done")]);
  expect(changesSince(before, live("r2", [step(1, "done"), step(2, "done")])).run?.steps).toHaveLength(2);
  expect(changesSince(before, live("r", [step(1, "done")])).run?.steps).toHaveLength(1);
  expect(changesSince(live("r", []), live("r", [step(1, "done")])).run?.steps).toHaveLength(1);
});
