import { describe, expect, it } from "vitest";
import type { Fact, Kind } from "../schema/types";
import { filterSnapshot, matcherOf } from "./filter";

function fact(kind: Kind, name: string, more: Partial<Fact> = {}): Fact {
  const schema = more.parent ? null : (/^("[^"]*"|[^.]+)\./.exec(name)?.[1] ?? null);
  return {
    ...{ id: `${kind}:${name}`, kind, name, schema, parent: null, owner: null, comment: null, acl: null },
    ...{ body: {}, deps: [], ...more },
  };
}

const FACTS = [
  fact("schema", "audit", { schema: null }),
  fact("table", "public.orders"),
  fact("column", "public.orders.note", { parent: "table:public.orders" }),
  fact("table", "public.tmp_1"),
  fact("function", "public.f(integer)"),
  fact("table", "audit.log"),
  fact("table", '"Odd.Schema"."a b"'),
  fact("extension", "citext", { schema: null }),
];

function names(scope: Parameters<typeof filterSnapshot>[1]): string[] {
  const facts = new Map(FACTS.map((one) => [one.id, one]));
  const snapshot = {
    version: 180000,
    currentRole: "r",
    facts,
    children: new Map(),
    members: new Map(),
    unsupported: [],
    unreadable: [],
  };
  return [...filterSnapshot(snapshot, scope).facts.keys()];
}

describe("what a comparison is narrowed to", () => {
  it("is a schema with itself, its objects and their parts", () => {
    expect(names({ schemas: ["audit"] })).toEqual(["schema:audit", "table:audit.log"]);
    expect(names({ schemas: ["public"] })).toContain("column:public.orders.note");
    expect(names({ schemas: ["Odd.Schema"] })).toEqual(['table:"Odd.Schema"."a b"']);
  });

  it("leaves out by pattern, with the parts of what is left out", () => {
    expect(names({ exclude: ["public.tmp_*", "audit"] })).toEqual(
      FACTS.map((one) => one.id).filter((id) => !/tmp_1|audit/.test(id)),
    );
    expect(names({ exclude: ["public.orders"] })).not.toContain("column:public.orders.note");
    expect(names({ exclude: ["function:public.f"] })).not.toContain("function:public.f(integer)");
    expect(names({ exclude: ["table:*"] }).filter((id) => id.startsWith("table:"))).toEqual([]);
  });

  it("takes signs in a pattern for themselves", () => {
    expect(matcherOf(["public.f(integer)"])(fact("function", "public.f(integer)"))).toBe(true);
    expect(matcherOf(["public.order."])(fact("table", "public.orders"))).toBe(false);
  });
});
