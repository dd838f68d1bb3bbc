import { describe, expect, it } from "vitest";
import type { ChangeView } from "@/lib/operations/comparison/views";
import { changeRows, tick } from "./ticks";

function change(id: string, needs: string[] = [], relation: string | null = null): ChangeView {
  return {
    ...{ id, needs, relation, name: id, change: "added", kind: "table" },
    ...{ before: null, after: id, losesData: false },
  };
}

const changes = [
  change("column"),
  change("view", ["column"]),
  change("function", ["view", "column"]),
  change("other"),
];

describe("ticking a difference", () => {
  it("takes along what it needs, and nothing else", () => {
    const { ticks, dragged } = tick(changes, new Set(), ["view"], true);
    expect([...ticks].sort()).toEqual(["column", "view"]);
    expect(dragged).toEqual(["column"]);
  });

  it("leaves out whatever needs the one that is taken out", () => {
    const { ticks, dragged } = tick(
      changes,
      new Set(["column", "view", "function", "other"]),
      ["column"],
      false,
    );
    expect([...ticks]).toEqual(["other"]);
    expect(dragged).toEqual(["view", "function"]);
  });

  it("does not say again what was ticked already", () => {
    expect(tick(changes, new Set(["column"]), ["view"], true).dragged).toEqual([]);
  });
});

it("changes of one table stand below it, those of others and single objects by themselves", () => {
  const rows = changeRows([change("a", [], "t1"), change("b", [], "t1"), change("v"), change("c", [], "t2")]);
  expect(rows.map((row) => row.key)).toEqual(["relation t1", "a", "b", "v", "relation t2", "c"]);
  expect(rows[0]).toMatchObject({ ids: ["a", "b"] });
});
