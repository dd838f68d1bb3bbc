import { beforeAll, describe, expect, it } from "vitest";
import english from "../../../messages/en/findings.json";
import { loadParser } from "../sql/parse-script";
import { analyzeScript } from "./analyze";
import { RULES } from "./rules";

beforeAll(loadParser);

describe("rules", () => {
  it("have one code each, and the words that the interface shows", () => {
    const codes = RULES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const texts = RULES.map(({ code, title, message, suggestion }) => [
      code,
      { title, message, ...(suggestion ? { suggestion } : {}) },
    ]);
    expect(english).toEqual(Object.fromEntries(texts));
  });

  it("say nothing about a script that only makes new things", () => {
    const script = `
      CREATE TYPE color AS ENUM ('red');
      CREATE TABLE paint (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, color color NOT NULL, name text UNIQUE);
      CREATE INDEX ON paint (color);
      ALTER TABLE paint ADD CHECK (name <> '');
      INSERT INTO paint (color, name) VALUES ('red', 'x');
      COMMENT ON TABLE paint IS 'Paint';
      GRANT SELECT ON paint TO app;`;
    expect(analyzeScript(script, { serverVersion: 18 })).toMatchObject({
      findings: [],
      severity: "safe",
      destroys: [],
    });
  });
});

describe("an analysis", () => {
  const script =
    "-- first\nALTER TABLE shop.orders\n  DROP COLUMN note;\nDROP TABLE old, older;\nCREATE INDEX ON shop.orders (id);";

  it("places each finding at its statement and names what is destroyed", () => {
    const { findings, severity, destroys, facts } = analyzeScript(script, {
      serverVersion: 18,
      file: "a.sql",
    });
    expect(
      findings.map(({ code, line, column, endLine, statement, file }) => [
        code,
        line,
        column,
        endLine,
        statement,
        file,
      ]),
    ).toEqual([
      ["drop-column", 2, 1, 3, 1, "a.sql"],
      ["drop-table", 4, 1, 4, 2, "a.sql"],
      ["drop-table", 4, 1, 4, 2, "a.sql"],
      ["create-index-without-concurrently", 5, 1, 5, 3, "a.sql"],
    ]);
    expect([severity, destroys]).toEqual(["danger", ["shop.orders.note", "old", "older"]]);
    expect(facts.map(({ line, locks }) => [line, locks.map(({ mode }) => mode)])).toEqual([
      [2, ["ACCESS EXCLUSIVE"]],
      [4, ["ACCESS EXCLUSIVE", "ACCESS EXCLUSIVE"]],
      [5, ["SHARE"]],
    ]);
  });

  it("marks what a directive ignores with its reason, and still asks for the names of what is lost", () => {
    const ignore = [
      { rule: "drop-column", reason: "unused since May" },
      { rule: "drop-table", reason: "empty" },
      { rule: "create-index-without-concurrently", reason: "  " },
    ];
    const { findings, severity, destroys } = analyzeScript(script, {
      serverVersion: 18,
      directives: { transaction: "auto", ignore },
    });
    expect(findings.map(({ ignored }) => ignored?.reason)).toEqual([
      "unused since May",
      "empty",
      "empty",
      undefined,
    ]);
    expect(severity).toBe("danger");
    expect(destroys).toHaveLength(3);
    const all = ignore.map(({ rule }) => ({ rule, reason: "known" }));
    expect(
      analyzeScript(script, { serverVersion: 18, directives: { transaction: "auto", ignore: all } }).severity,
    ).toBe("safe");
  });

  it("marks relations that the script made as fresh in its facts", () => {
    const { facts } = analyzeScript(
      "CREATE TABLE a (id int); ALTER TABLE a ADD b int; ALTER TABLE c ADD b int;",
      { serverVersion: 18 },
    );
    expect(facts.slice(1).flatMap(({ locks }) => locks)).toEqual([
      { relation: "a", mode: "ACCESS EXCLUSIVE", fresh: true },
      { relation: "c", mode: "ACCESS EXCLUSIVE" },
    ]);
  });

  it("reads a script with problems as far as it can", () => {
    const { parsed, findings } = analyzeScript("DROP TABLE a;\nSELEC 1;\nDROP TABLE b;", {
      serverVersion: 18,
    });
    expect(parsed.problems).toHaveLength(1);
    expect(findings.map(({ line }) => line)).toEqual([1, 3]);
  });

  it("takes transaction=none for one transaction a statement", () => {
    const script =
      "ALTER TABLE o ADD CONSTRAINT k CHECK (a > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k;";
    const codes = (transaction: "auto" | "none") =>
      analyzeScript(script, { serverVersion: 18, directives: { transaction, ignore: [] } }).findings.map(
        ({ code }) => code,
      );
    expect(codes("auto")).toEqual(["validate-in-same-transaction"]);
    expect(codes("none")).toEqual([]);
  });

  it("holds no tree of a large script", () => {
    const script = "INSERT INTO t (a, b) VALUES (1, 'some text that takes room');\n".repeat(60_000);
    const before = process.memoryUsage().heapUsed;
    const { facts } = analyzeScript(script, { serverVersion: 18 });
    expect(facts).toHaveLength(60_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(250 * 1024 * 1024);
  });
});
