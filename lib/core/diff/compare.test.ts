import { describe, expect, it } from "vitest";
import { kindOf } from "../schema/kinds/all";
import type { Fact, Snapshot } from "../schema/types";
import { compareSnapshots } from "./compare";
import { describeChanges } from "./describe";
import { planSchema } from "./plan";

function fact(given: Partial<Fact> & Pick<Fact, "id" | "kind" | "name">): Fact {
  return {
    schema: "public",
    parent: null,
    owner: null,
    comment: null,
    acl: null,
    body: {},
    deps: [],
    ...given,
  };
}

function snapshot(...facts: Fact[]): Snapshot {
  const children = new Map<string, Fact[]>();
  for (const one of facts)
    if (one.parent) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const byId = new Map(facts.map((one) => [one.id, one]));
  return {
    version: 180000,
    currentRole: "owner",
    facts: byId,
    children,
    members: new Map(),
    unsupported: [],
    unreadable: [],
  };
}

const mood = (...labels: string[]) =>
  fact({ id: "enum:public.mood", kind: "enum", name: "public.mood", body: { labels } });

describe("two snapshots", () => {
  it("differ in nothing when they are the same", () => {
    expect(compareSnapshots(snapshot(mood("a")), snapshot(mood("a")))).toEqual([]);
  });

  it("name the part that differs", () => {
    const [difference] = compareSnapshots(
      snapshot(mood("a")),
      snapshot({ ...mood("a"), comment: "how it is" }),
    );
    expect(difference).toMatchObject({ id: "enum:public.mood", change: "changed", parts: ["comment"] });
  });
});

describe("a view", () => {
  const view = (on: string, text = "x") =>
    fact({
      id: "view:public.v",
      kind: "view",
      name: "public.v",
      body: {
        definition: ` SELECT t.a\n   FROM ((public.t\n     LEFT JOIN public.u ON ${on})\n     JOIN public.w ON ((w.b = '${text}'::text)));`,
        options: [],
        columns: [],
      },
    });

  it("whose natural join has no common column is the one that is made of its text", () => {
    expect(compareSnapshots(snapshot(view("(true)")), snapshot(view("TRUE")))).toEqual([]);
    expect(compareSnapshots(snapshot(view("(true)")), snapshot(view("TRUE", "y")))).toHaveLength(1);
  });
});

describe("a plan", () => {
  it("adds an enum value where it belongs, and says that it must be committed first", () => {
    const { statements } = planSchema(snapshot(mood("a", "c")), snapshot(mood("a", "b", "c")));
    expect(statements).toMatchObject([
      { sql: "ALTER TYPE public.mood ADD VALUE 'b' AFTER 'a'", commitAfter: true },
    ]);
  });

  it("drops what depends on an object before it, and creates it after", () => {
    const functionFact = (definition: string) =>
      fact({
        id: "function:public.f()",
        kind: "function",
        name: "public.f()",
        body: { kind: "f", definition, signature: definition, defaults: 0, language: "sql", source: "" },
      });
    const view = fact({
      id: "view:public.v",
      kind: "view",
      name: "public.v",
      body: { definition: "SELECT public.f()", options: [], columns: [] },
      deps: ["function:public.f()"],
    });
    const plan = planSchema(snapshot(functionFact("one"), view), snapshot(functionFact("two"), view));
    expect(plan.statements.map(({ sql }) => sql.split("\n")[0])).toEqual([
      "DROP VIEW public.v",
      "DROP FUNCTION public.f()",
      "two",
      "CREATE VIEW public.v AS",
    ]);
  });
});

describe("a change told to people", () => {
  const table = (own: object = {}) =>
    fact({
      id: "table:public.t",
      kind: "table",
      name: "public.t",
      body: {
        ...{
          kind: "r",
          persistence: "p",
          accessMethod: "heap",
          options: [],
          toastOptions: [],
          foreignOptions: [],
        },
        ...{ partitionOf: null, partitionKey: null, bound: null, inherits: [], ofType: null, server: null },
        ...{ rls: false, forceRls: false, replicaIdentity: "d", replicaIndex: null, clusterIndex: null },
        ...own,
      },
    });
  const column = (name: string, position: number) =>
    fact({
      id: `column:public.t.${name}`,
      kind: "column",
      name,
      parent: "table:public.t",
      body: { type: "integer", generated: "", identity: "", position },
    });
  const told = (before: Snapshot, after: Snapshot) =>
    describeChanges(compareSnapshots(before, after), before, after).map((one) => [
      one.change,
      one.name,
      one.before,
      one.after,
    ]);

  it("tells a new table once, with its columns as they stand", () => {
    const after = snapshot(table(), column("a", 2), column("id", 1));
    expect(told(snapshot(), after)).toEqual([["added", "public.t", null, "public.t (id, a)"]]);
  });

  it("names a view, of which PostgreSQL tells the query alone", () => {
    const body = { definition: " SELECT 1;" };
    const after = snapshot(fact({ id: "view:public.v", kind: "view", name: "public.v", body }));
    expect(told(snapshot(), after)).toEqual([["added", "public.v", null, "public.v AS\nSELECT 1;"]]);
  });

  it("tells of a changed table what of its own is another", () => {
    const before = snapshot(table({ rls: true }), column("id", 1));
    const after = snapshot(table({ rls: true, forceRls: true, replicaIdentity: "f" }), column("id", 1));
    expect(told(before, after)).toEqual([
      [
        "changed",
        "public.t",
        "public.t; ROW LEVEL SECURITY",
        "public.t; ROW LEVEL SECURITY; FORCE ROW LEVEL SECURITY; REPLICA IDENTITY FULL",
      ],
    ]);
  });
});

it("knows every kind by its own name", () => {
  expect(kindOf("table").keyword).toBe("TABLE");
});
