import { expect, test } from "vitest";
import type { RunMigrationView } from "@/lib/operations/deployment/views";
import { stretchesOf } from "./stretches";

const run = (...outcomes: RunMigrationView["outcome"][]) =>
  outcomes.map((outcome, at) => ({ migration: `m${at}`, outcome }) as RunMigrationView);
const said = (...outcomes: RunMigrationView["outcome"][]) =>
  stretchesOf(run(...outcomes)).map(({ outcome, migrations, folded }) => [
    outcome,
    migrations.length,
    folded,
  ]);

test("what went through and what is to come are one row each, the one at work has its own", () => {
  const done = Array<"applied">(280).fill("applied");
  const ahead = Array<"waiting">(153).fill("waiting");
  expect(said(...done, "running", ...ahead)).toEqual([
    ["applied", 280, true],
    ["running", 1, false],
    ["waiting", 153, true],
  ]);
});

test("what failed is never folded, nor a few", () => {
  expect(said("applied", "applied", "failed", "not_reached")).toEqual([
    ["applied", 2, false],
    ["failed", 1, false],
    ["not_reached", 1, false],
  ]);
});
