import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type MigrationBench, migrationBench, type Scripts } from "../../testing/migrations";
import { ScriptQueue } from "./scripts";

let bench: MigrationBench;
beforeAll(async () => {
  bench = await migrationBench();
});
afterAll(() => bench.close());

/** Many small scripts, more than are prepared before the first runs; `last` comes after all of them. */
function largePlan(name: string, last: string): Scripts {
  const scripts: Scripts = {};
  for (let n = 1000; n < 1300; n++) {
    scripts[`${n}_x.sql`] =
      `/* Adds a table.\n   ${"It has its reason. ".repeat(30)}*/\nCREATE TABLE ${name}_${n} (id int, note text DEFAULT 'it''s');`;
  }
  return { ...scripts, "9999_last.sql": last };
}

describe("a plan of many scripts", () => {
  it.each([
    ["a syntax error", "CREATE TABLE a (id int);\nCREATE TABLE b (id in t,);", "42601", 2],
    ["an open comment", "SELECT 1;\n/* no end", "42601", 2],
    ["an open string", "SELECT 1;\nSELECT 'no end;", "42601", 2],
    ["an open dollar quote", "DO $$ BEGIN END;", "42601", 1],
    ["a command of psql", "SELECT 1;\n\\i other.sql", "", 2],
    ["a program", "COPY t FROM PROGRAM 'id';", "", 1],
    ["a transaction without its end", "BEGIN;\nSELECT 1;", "", 1],
    ["a directive that is unknown", "-- dbmigrator: transction=none\nSELECT 1;", "", 1],
    ["rows without their end", "COPY t FROM stdin;\n1\n", "", 1],
    ["DISCARD ALL", "SELECT 1;\nDISCARD ALL;", "", 2],
  ])("runs nothing when the last of them has %s", async (_, last, sqlState, line) => {
    const outcome = await bench.up("late", largePlan("late", last));
    expect(outcome).toMatchObject({ state: "failed", failure: { migration: "9999_last", sqlState, line } });
    expect(outcome.migrations.at(0)).toMatchObject({ outcome: "not_reached" });
    expect(outcome.migrations.at(-1)).toMatchObject({ outcome: "failed" });
    expect(await bench.value("SELECT count(*)::int FROM pg_tables WHERE tablename ~ '^late_'")).toBe(0);
  });

  it("finds an error in the middle, and one behind a comment that an earlier script left open", async () => {
    const middle = { ...largePlan("mid", "SELECT 1;"), "1150_x.sql": "SELEC 1;" };
    expect((await bench.up("mid", middle)).failure).toMatchObject({ migration: "1150_x", line: 1 });
    const open = { ...largePlan("mid", "SELECT 1;"), "1150_x.sql": "SELECT 1; /* no end" };
    expect((await bench.up("mid", open)).failure).toMatchObject({ migration: "1150_x", line: 1 });
    expect(await bench.value("SELECT count(*)::int FROM pg_tables WHERE tablename ~ '^mid_'")).toBe(0);
  });

  it("connects after much text was checked, however long that kept the thread busy", async () => {
    const check = ScriptQueue.prototype.checkAll;
    const slow = vi.spyOn(ScriptQueue.prototype, "checkAll").mockImplementation(function (this: ScriptQueue) {
      const until = Date.now() + 4000;
      while (Date.now() < until);
      check.call(this);
    });
    const scripts = { "1_a.sql": `SELECT 1; /* ${"x".repeat(3 * 1024 * 1024)} */` };
    const outcome = await bench
      .up("busy", scripts, { connect: { connectTimeoutMs: 3000 } })
      .finally(() => slow.mockRestore());
    expect(outcome.state).toBe("succeeded");
  });

  it("runs when all of them are right", async () => {
    const outcome = await bench.up(
      "good",
      largePlan("good", "COPY good_1000 (id) FROM stdin;\n1\n2\n\\.\nUPDATE good_1000 SET note = 'é';"),
    );
    expect(outcome.failure).toBeUndefined();
    expect(outcome.migrations).toHaveLength(301);
    expect(await bench.value("SELECT count(*)::int FROM good_1000 WHERE note = 'é'")).toBe(2);
  });
});
