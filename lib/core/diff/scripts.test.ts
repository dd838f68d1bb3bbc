import { describe, expect, it } from "vitest";
import { Heap } from "./heap";
import type { PlannedStatement } from "./plan";
import { scriptsOf, writePlan } from "./scripts";

const statement = (sql: string, more: Partial<PlannedStatement> = {}): PlannedStatement => ({
  sql,
  verb: "alter",
  id: "table:public.t",
  losesData: false,
  needsNoRows: false,
  commitAfter: false,
  ...more,
});
const value = statement("ALTER TYPE public.mood ADD VALUE 'new'", { commitAfter: true });

describe("the scripts of a plan", () => {
  it("are one where nothing needs a transaction of its own", () => {
    const plan = { statements: [statement("A"), value, statement("B", { losesData: true })] };
    expect(scriptsOf(plan)).toHaveLength(1);
    expect(writePlan(plan)).toBe("A;\nALTER TYPE public.mood ADD VALUE 'new';\n-- Loses data.\nB;\n");
  });

  it("commit a new value before the statements that use it", () => {
    const plan = { statements: [statement("A"), value, statement("SET DEFAULT 'new'")] };
    expect(scriptsOf(plan).map(({ up }) => up)).toEqual([
      "ALTER TYPE public.mood ADD VALUE 'new';\n",
      "A;\nSET DEFAULT 'new';\n",
    ]);
  });

  it("leave out of every transaction what PostgreSQL refuses in one", () => {
    const plan = {
      statements: [
        statement("A"),
        statement("CREATE INDEX CONCURRENTLY i ON t (a)", { transaction: "outside" }),
        statement("VALIDATE", { transaction: "alone" }),
        statement("B"),
      ],
    };
    expect(scriptsOf(plan).map(({ transaction }) => transaction)).toEqual([true, false, true, true]);
    expect(writePlan(plan)).toBe(
      "-- dbmigrator: transaction=none\n\nBEGIN;\nA;\nCOMMIT;\n\nCREATE INDEX CONCURRENTLY i ON t (a);\n\nBEGIN;\nVALIDATE;\nCOMMIT;\n\nBEGIN;\nB;\nCOMMIT;\n",
    );
  });

  it("let bodies of functions name what comes later", () => {
    expect(writePlan({ statements: [statement("CREATE FUNCTION f() RETURNS int …")] })).toMatch(
      /^SET LOCAL check_function_bodies = off;\n/,
    );
  });
});

it("a heap gives back the smallest first", () => {
  const heap = new Heap<number>((a, b) => a < b);
  for (const one of [5, 3, 8, 1, 9, 2, 7]) heap.push(one);
  expect(Array.from({ length: 8 }, () => heap.pop())).toEqual([1, 2, 3, 5, 7, 8, 9, undefined]);
});
