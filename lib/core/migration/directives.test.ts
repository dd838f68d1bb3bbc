import { describe, expect, it } from "vitest";
import { readDirectives, readDuration } from "./directives";

describe("readDirectives", () => {
  it("reads every directive in the comments at the top", () => {
    const { directives, problems } = readDirectives(`-- Adds an index.
-- dbmigrator: transaction=none lock-timeout=3s statement-timeout=2min
/* dbmigrator: requires=billing/20260101000000,users/2_a */
-- dbmigrator: environments=staging,production repeatable

-- dbmigrator: ignore=drop-column reason="nobody reads it"
CREATE INDEX CONCURRENTLY i ON t (a);`);
    expect(problems).toEqual([]);
    expect(directives).toEqual({
      transaction: "none",
      lockTimeoutMs: 3000,
      statementTimeoutMs: 120_000,
      requires: ["billing/20260101000000", "users/2_a"],
      repeatable: true,
      environments: ["staging", "production"],
      ignore: [{ rule: "drop-column", reason: "nobody reads it" }],
      batches: [],
      revertsDrift: false,
    });
  });

  it("reads batch wherever its statement stands, with its pause and its limit", () => {
    const { directives, problems } = readDirectives(
      "SELECT 1;\n-- dbmigrator: batch pause=200ms max=500\nDELETE FROM t;\n-- dbmigrator: batch\nUPDATE t SET a = 1;",
    );
    expect(problems).toEqual([]);
    expect(directives.batches).toEqual([
      { line: 2, pauseMs: 200, max: 500 },
      { line: 4, pauseMs: 0, max: 1_000_000 },
    ]);
  });

  it.each([
    "batch=500",
    "batch size=500",
    "batch pause=soon",
    "batch max=0",
    "batch batch",
    "batch transaction=none",
  ])("refuses %s", (text) => {
    expect(readDirectives(`-- dbmigrator: ${text}\nDELETE FROM t;`).problems).toMatchObject([{ line: 1 }]);
  });

  it("understands how other tools turn the transaction off", () => {
    for (const line of [
      "-- migrate:up transaction:false",
      "-- +goose NO TRANSACTION",
      "--! no-transaction",
      "-- no-transaction",
      "-- +migrate Up notransaction",
    ]) {
      expect(readDirectives(`${line}\nVACUUM;`).directives.transaction).toBe("none");
    }
    expect(readDirectives("-- migrate:up\nSELECT 1").directives.transaction).toBe("auto");
  });

  it("refuses what it does not know, with its line", () => {
    const { problems } = readDirectives("-- first\n-- dbmigrator: transction=none\nSELECT 1;");
    expect(problems).toMatchObject([
      { code: "directive", line: 2, message: expect.stringContaining("transction") },
    ]);
    expect(readDirectives("-- dbmigrator: lock-timeout=soon").problems).toHaveLength(1);
    expect(readDirectives("-- dbmigrator: requires=billing").problems).toHaveLength(1);
  });

  it("refuses a directive below the first statement, except ignore", () => {
    const script =
      "SELECT 1;\n-- dbmigrator: transaction=none\n-- dbmigrator: ignore=drop-table\nDROP TABLE t;";
    const { directives, problems } = readDirectives(script);
    expect(problems).toMatchObject([{ line: 2 }]);
    expect(directives).toMatchObject({ transaction: "auto", ignore: [{ rule: "drop-table", reason: "" }] });
  });

  it("sees past a block comment of several lines at the top", () => {
    const { directives, problems } = readDirectives(
      "/*\n  Warnings:\n*/\n-- dbmigrator: transaction=none\nSELECT 1;",
    );
    expect({ transaction: directives.transaction, problems }).toEqual({ transaction: "none", problems: [] });
  });
});

describe("readDuration", () => {
  it.each([
    ["250", 250],
    ["250ms", 250],
    ["1.5s", 1500],
    ["2min", 120_000],
    ["1h", 3_600_000],
    ["0", 0],
    ["-1s", null],
    ["3 weeks", null],
    ["999999h", null],
  ])("%s", (text, expected) => {
    expect(readDuration(text)).toBe(expected);
  });
});
