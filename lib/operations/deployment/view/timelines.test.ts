import { describe, expect, it } from "vitest";
import type { PlannedMigration } from "../../../core/run/types";
import type { LockMode } from "../../../core/sql/types";
import type { StatementGroup, StatementView } from "../views";
import { blocksOf } from "./locks";
import { lockTimelines } from "./timelines";

function statement(durationMs: number, ...locks: [string, LockMode][]): StatementView {
  return {
    ...{ number: 1, statement: 1, line: 1, sql: "", blocks: "nothing", rewrites: [], scans: [], rows: null },
    ...{
      tried: true,
      whyNot: null,
      whyNotCode: null,
      extension: null,
      error: null,
      finding: null,
      durationMs,
    },
    locks: locks.map(([relation, mode]) => ({ relation, mode, blocks: blocksOf(mode) })),
  };
}

function group(
  filename: string,
  transaction: PlannedMigration["transaction"],
  ...statements: StatementView[]
): StatementGroup {
  const migration = {
    service: "s",
    filename,
    version: "1",
    name: "",
    direction: "up",
    checksum: "",
    transaction,
  } as const;
  return { migration, statements };
}

describe("lock timelines", () => {
  it("hold a lock to the end of its transaction", () => {
    const [timeline] = lockTimelines([
      group("1_a", "one", statement(5), statement(10, ["orders", "ACCESS EXCLUSIVE"]), statement(20)),
      group("2_b", "one", statement(3)),
    ]);
    expect(timeline).toEqual({
      relation: "orders",
      timed: true,
      totalMs: 38,
      stretches: [
        { blocks: "free", durationMs: 5, migrations: ["1_a"] },
        { blocks: "reads_and_writes", durationMs: 30, migrations: ["1_a"] },
        { blocks: "free", durationMs: 3, migrations: ["2_b"] },
      ],
    });
  });

  it("leave out what an earlier attempt has done", () => {
    const done = {
      ...statement(0, ["orders", "ACCESS EXCLUSIVE"]),
      ...{ tried: false, durationMs: null, whyNotCode: "in_effect" as const },
    };
    const groups = [group("1_a", "none", done, statement(7, ["orders", "ACCESS EXCLUSIVE"]))];
    expect(lockTimelines(groups)).toEqual([
      {
        ...{ relation: "orders", timed: true, totalMs: 7 },
        stretches: [{ blocks: "reads_and_writes", durationMs: 7, migrations: ["1_a"] }],
      },
    ]);
    expect(lockTimelines([group("1_a", "none", done)])).toEqual([]);
  });

  it("claim no times for what was not tried, as after a statement that failed", () => {
    const untried = { ...statement(0, ["orders", "ACCESS EXCLUSIVE"]), tried: false, durationMs: null };
    const timelines = lockTimelines([
      group("1_a", "one", statement(5, ["lines", "SHARE"])),
      group("2_b", "one", untried, { ...statement(0), tried: false, durationMs: null }),
    ]);
    expect(timelines.map(({ relation, timed }) => [relation, timed])).toEqual([
      ["orders", false],
      ["lines", true],
    ]);
  });

  it("let go between statements that run on their own", () => {
    const [timeline] = lockTimelines([
      group(
        "1_a",
        "none",
        statement(10, ["orders", "SHARE"]),
        statement(20),
        statement(5, ["orders", "SHARE"]),
      ),
    ]);
    expect(timeline?.stretches.map((one) => [one.blocks, one.durationMs])).toEqual([
      ["writes", 10],
      ["free", 20],
      ["writes", 5],
    ]);
  });

  it("count the stretches of two transactions apart", () => {
    const [timeline] = lockTimelines([
      group("1_a", "one", statement(10, ["orders", "ACCESS EXCLUSIVE"])),
      group("2_b", "one", statement(10, ["orders", "ACCESS EXCLUSIVE"])),
    ]);
    expect(timeline?.stretches).toHaveLength(2);
  });

  it("put what cannot be read before what cannot be written, and leave out what others hardly notice", () => {
    const timelines = lockTimelines([
      group(
        "1_a",
        "one",
        statement(500, ["slow", "SHARE"]),
        statement(1, ["short", "ACCESS EXCLUSIVE"], ["other", "SHARE UPDATE EXCLUSIVE"]),
      ),
    ]);
    expect(timelines.map((one) => one.relation)).toEqual(["short", "slow"]);
  });
});
