import { CompletionContext, type CompletionResult, type CompletionSource } from "@codemirror/autocomplete";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { type Names, sqlLanguage } from "./completion";

const NAMES: Names[] = [
  {
    schema: "shop",
    inSearchPath: false,
    tables: [
      { name: "orders", columns: [{ name: "ordered_at", type: "timestamptz" }] },
      { name: "Old Lines", columns: [{ name: "Text", type: "text" }] },
    ],
    functions: [],
  },
  {
    schema: "public",
    inSearchPath: true,
    tables: [{ name: "orphans", columns: [{ name: "id", type: "bigint" }] }],
    functions: [{ name: "order_total", arguments: "id bigint" }],
  },
];

/** What is offered behind a text. */
async function offered(text: string, after = ""): Promise<string[]> {
  const doc = text + after;
  const opened = EditorState.create({ doc, extensions: sqlLanguage(NAMES) });
  // The editor reads on in pauses; here all of it is read at once, and the next state knows it.
  ensureSyntaxTree(opened, doc.length, 10_000);
  const { state } = opened.update({});
  const context = new CompletionContext(state, text.length, false);
  const sources = state.languageDataAt<CompletionSource>("autocomplete", text.length);
  const results = await Promise.all(sources.map((source) => source(context)));
  return results
    .filter((result): result is CompletionResult => result !== null)
    .flatMap((result) => result.options.map((option) => option.label));
}

describe("completion of SQL", () => {
  it("offers names of the database, functions and keywords where any of them may stand", async () => {
    expect(await offered("SELECT or")).toEqual(
      expect.arrayContaining(["shop", "orphans", "order_total", "ORDER", "SELECT"]),
    );
  });

  it("offers after a point only what belongs to the name before it", async () => {
    expect(await offered("SELECT * FROM shop.or")).toEqual(["orders", "Old Lines"]);
    expect(await offered("SELECT * FROM shop.")).toEqual(["orders", "Old Lines"]);
  });

  it("knows the columns of a table in the search path", async () => {
    expect(await offered("SELECT * FROM orphans WHERE orphans.i")).toEqual(["id"]);
  });

  it("offers the columns of the tables that the statement names, and of no other", async () => {
    expect(await offered("SELECT 1 FROM orphans; UPDATE shop.orders SET or")).toContain("ordered_at");
    expect(await offered("UPDATE Shop.Orders SET or")).toContain("ordered_at");
    expect(await offered('INSERT INTO shop."Old Lines" (te')).toContain("Text");
    expect(await offered("SELECT * FROM shop.orders; SELECT or")).not.toContain("ordered_at");
    expect(await offered("UPDATE orders SET or")).not.toContain("ordered_at");
    expect(await offered("SELECT i", " FROM orphans")).toContain("id");
  });
});
