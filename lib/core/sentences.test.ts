import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { loadMessages } from "../transport/messages";
import { readSentence, SENTENCES } from "./sentences";

/** Where refusals, conflicts and hints are written. */
const WRITTEN_IN = [
  "lib/core/sql/refusals.ts",
  "lib/core/sql/parse-script.ts",
  "lib/core/sql/psql-commands.ts",
  "lib/core/migration/directives.ts",
  "lib/core/migration/layouts.ts",
  "lib/core/migration/markers.ts",
  "lib/core/run/units.ts",
  "lib/core/run/batches.ts",
  "lib/core/query/guard.ts",
  "lib/core/plan/conflicts.ts",
  "lib/core/plan/plan.ts",
  "lib/core/plan/requirements.ts",
  "lib/operations/migration/import-plan.ts",
  "lib/operations/deployment/plan-target.ts",
  "lib/operations/deployment/establish.ts",
  "lib/operations/drift/before-deployment.ts",
  "lib/postgres/introspect/read-snapshot.ts",
  "lib/postgres/runner/evidence.ts",
];

/** Text literals that are sentences; what a template puts in is a word. */
function sentencesOf(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    const text = ts.isTemplateExpression(node)
      ? node.head.text + node.templateSpans.map((span) => `x${span.literal.text}`).join("")
      : ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : "";
    // With a hole at its end a sentence has no full stop: "… failed: {message}".
    if (/^\S+ .*\S ?\S/.test(text) && /[.\\]$|: x$/.test(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
  return found;
}

describe("sentences of ours", () => {
  it.each(WRITTEN_IN)("of %s are known, so that pages can say them in both languages", (path) => {
    const written = sentencesOf(path).map((text) =>
      text.replace("x requires x, which is x.", "x requires x, which is unknown."),
    );
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((text) => readSentence(text) === null)).toEqual([]);
  });

  it("stand in the English messages as they are written", () => {
    expect(loadMessages("en").sentences).toEqual(SENTENCES);
  });

  it("are read back with what stands in them", () => {
    expect(readSentence("20260101000000_a requires catalog/2, which is unknown.")).toEqual({
      key: "requires_unknown",
      values: { filename: "20260101000000_a", requirement: "catalog/2" },
    });
    expect(readSentence("Write for example: UPDATE a\nSET b = {c}.")?.values).toEqual({
      example: "UPDATE a\nSET b = {c}.",
    });
    expect(readSentence("size is unknown.")?.key).toBe("value_unknown");
    expect(readSentence("The directive size is unknown.")?.key).toBe("directive_unknown");
  });

  it("are not seen in PostgreSQL's words", () => {
    for (const words of [
      'syntax error at or near "FORM"',
      "server login has been failing: connection failed: timeout",
      'relation "a" does not exist',
    ]) {
      expect(readSentence(words)).toBeNull();
    }
  });
});
