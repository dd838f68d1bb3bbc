import { describe, expect, it } from "vitest";
import { chooseTables } from "./choose-tables";

const tables = Array.from({ length: 10 }, (_, ordinal) => ({
  ordinal,
  schema: ordinal < 6 ? "a" : "b",
  name: `t${ordinal}`,
}));
const link = (from: number, to: number) => ({ from, to, kind: "foreign_key" as const, part: "" });
const links = [link(1, 0), link(2, 1), link(3, 2), link(7, 0), link(8, 0)];
const wish = { schema: null, focus: null, depth: 1, first: new Set<string>(), most: 100 };

describe("the tables of a diagram", () => {
  it("are those of a schema", () => {
    expect(chooseTables(tables, links, { ...wish, schema: "b" }).ordinals).toEqual([6, 7, 8, 9]);
  });

  it("are those around a table, in both directions and as far as was asked", () => {
    expect(chooseTables(tables, links, { ...wish, focus: 1 }).ordinals).toEqual([0, 1, 2]);
    expect(chooseTables(tables, links, { ...wish, focus: 1, depth: 2 }).ordinals).toEqual([0, 1, 2, 3, 7, 8]);
  });

  it("are the changed ones and then the most connected ones where they are too many", () => {
    const few = chooseTables(tables, links, { ...wish, most: 3, first: new Set(["b.t9"]) });
    expect(few).toEqual({ ordinals: [0, 1, 9], total: 10 });
  });
});
