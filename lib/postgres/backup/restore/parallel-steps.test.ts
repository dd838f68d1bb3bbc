import type pg from "pg";
import { describe, expect, it } from "vitest";
import { type ParallelStep, runParallel } from "./parallel-steps";

/** Sessions are only told apart. */
const clients = ["one", "two"] as unknown as pg.Client[];

interface Planned extends Partial<ParallelStep> {
  name: string;
  turns?: number;
  fails?: boolean;
}

/** @returns what began (+) and ended (-), in order; a step takes as many turns of the event loop as it says */
async function run(planned: Planned[]): Promise<string[]> {
  const told: string[] = [];
  const steps = planned.map(
    ({ name, turns = 1, fails, ...step }): ParallelStep => ({
      tables: ["t"],
      exclusive: false,
      weight: 0,
      ...step,
      async run() {
        told.push(`+${name}`);
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        if (fails) throw new Error(name);
        told.push(`-${name}`);
      },
    }),
  );
  await runParallel(clients, steps).catch((error: Error) => told.push(`!${error.message}`));
  return told;
}

describe("steps on several sessions", () => {
  it("what works with rows waits for them, and what is free goes on meanwhile", async () => {
    const told = await run([
      { name: "index of large", tables: ["large"], weight: 9 },
      { name: "index of small", tables: ["small"], weight: 1, exclusive: true },
      { name: "rows of small", tables: ["small"], weight: 1, exclusive: true, first: true },
      { name: "rows of large", tables: ["large"], weight: 9, exclusive: true, first: true, turns: 9 },
    ]);
    expect(told).toEqual([
      "+rows of large",
      "+rows of small",
      "-rows of small",
      "+index of small",
      "-index of small",
      "-rows of large",
      "+index of large",
      "-index of large",
    ]);
  });

  it("on one table, an exclusive step runs alone and others side by side", async () => {
    const told = await run([
      { name: "a", weight: 4, turns: 3 },
      { name: "b", weight: 3, turns: 3 },
      { name: "key", weight: 2, exclusive: true, turns: 3 },
      { name: "elsewhere", tables: ["u"], weight: 1, turns: 9 },
    ]);
    expect(told.slice(0, 2)).toEqual(["+a", "+b"]);
    expect(told.indexOf("+key")).toBeGreaterThan(Math.max(told.indexOf("-a"), told.indexOf("-b")));
    expect(told.indexOf("+elsewhere")).toBeLessThan(told.indexOf("-key"));
  });

  it("after a failure nothing begins, what is under way ends, and the first error is told", async () => {
    const told = await run([
      { name: "long", tables: ["a"], weight: 3, turns: 5 },
      { name: "bad", tables: ["b"], weight: 2, fails: true },
      { name: "next", tables: ["c"], weight: 1 },
    ]);
    expect(told).toEqual(["+long", "+bad", "-long", "!bad"]);
  });

  it("steps that wait for a failed one are not waited for", async () => {
    const told = await run([
      { name: "rows", first: true, exclusive: true, fails: true },
      { name: "index" },
      { name: "other index" },
    ]);
    expect(told).toEqual(["+rows", "!rows"]);
  });
});
