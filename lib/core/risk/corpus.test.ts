import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { corpus } from "../../testing/postgres";
import { loadParser, parseScript } from "../sql/parse-script";
import { analyzeScript } from "./analyze";

beforeAll(loadParser);

interface Snippet {
  rule: string;
  test: string;
  sql: string;
  expectViolation: boolean;
  pgVersion?: string;
}

/** Rules of squawk whose effect one of ours tells too. What is left out is style: names, widths of integers, IF EXISTS. */
const SAME_EFFECT: Record<string, readonly string[]> = {
  "adding-field-with-default": ["add-column-volatile-default", "add-generated-column"],
  "adding-foreign-key-constraint": ["add-foreign-key-without-not-valid"],
  "adding-not-nullable-field": ["set-not-null"],
  "adding-required-field": ["add-required-column"],
  "adding-serial-primary-key-field": ["add-primary-key", "add-generated-column"],
  "ban-alter-domain-with-add-constraint": ["domain-constraint"],
  "ban-char-field": ["char-type"],
  "ban-concurrent-index-creation-in-transaction": ["concurrently-in-transaction"],
  "ban-drop-column": ["drop-column"],
  "ban-drop-database": ["drop-database"],
  "ban-drop-not-null": ["drop-not-null"],
  "ban-drop-table": ["drop-table"],
  "ban-duplicate-column-assignments": ["duplicate-column"],
  "ban-truncate-cascade": ["truncate-cascade"],
  "ban-uncommitted-transaction": ["transaction-left-open"],
  "changing-column-type": ["change-column-type"],
  "constraint-missing-not-valid": [
    "add-check-without-not-valid",
    "add-foreign-key-without-not-valid",
    "validate-in-same-transaction",
  ],
  "disallowed-unique-constraint": ["add-unique-without-index"],
  "identifier-too-long": ["name-too-long"],
  "prefer-repack": ["vacuum-full", "cluster-table"],
  "prefer-timestamp-tz": ["timestamp-without-time-zone"],
  "renaming-column": ["rename-column"],
  "renaming-table": ["rename-table"],
  "require-concurrent-index-creation": ["create-index-without-concurrently"],
  "require-concurrent-index-deletion": ["drop-index-without-concurrently"],
  "require-concurrent-partition-detach": ["detach-partition-without-concurrently"],
  "require-concurrent-reindex": ["reindex-without-concurrently"],
  "transaction-nesting": ["transaction-nesting"],
};

const risk = corpus("risk/squawk.json");
const langfuse = corpus("real/langfuse");
const pagila = corpus("real/pagila/pagila-schema.sql");
const chinook = corpus("real/chinook/chinook.sql");

describe.skipIf(!risk)("snippets of another linter (skipped without the corpora)", () => {
  it("are found where they must be, and left alone where they are safe", () => {
    const snippets = JSON.parse(readFileSync(risk ?? "", "utf8")) as Snippet[];
    const missed: string[] = [];
    const wrong: string[] = [];
    let must = 0;
    let safe = 0;
    for (const { rule, test, sql, expectViolation, pgVersion } of snippets) {
      const codes = SAME_EFFECT[rule];
      // What only holds for servers before 14 is no concern of ours.
      if (!codes || (pgVersion !== undefined && Number.parseInt(pgVersion, 10) < 14)) continue;
      const { findings } = analyzeScript(sql, { serverVersion: 18 });
      const found = findings.some(({ code }) => codes.includes(code));
      if (expectViolation) must += 1;
      else safe += 1;
      if (expectViolation && !found) missed.push(`${rule}/${test}`);
      if (!expectViolation && found) wrong.push(`${rule}/${test}`);
    }
    console.info(
      `${must - missed.length} of ${must} risky snippets found, ${wrong.length} of ${safe} safe ones objected to`,
    );
    console.info({ missed, wrong });
    expect(must).toBeGreaterThan(110);
    expect(must - missed.length).toBeGreaterThanOrEqual(113);
    // Those that are left rest on other habits: a transaction a statement, servers of the future.
    expect(wrong.length).toBeLessThanOrEqual(5);
  });
});

describe.skipIf(!langfuse)("434 real migrations (skipped without the corpora)", () => {
  const read = () =>
    readdirSync(langfuse ?? "")
      .map((name) => join(langfuse ?? "", name, "migration.sql"))
      .flatMap((file) => {
        try {
          return [readFileSync(file, "utf8")];
        } catch {
          return [];
        }
      });

  it("are all read", () => {
    const files = read();
    const parsed = files.map((text) => parseScript(text));
    expect(files).toHaveLength(434);
    expect(parsed.flatMap(({ problems }) => problems)).toEqual([]);
    expect(parsed.reduce((sum, { statements }) => sum + statements.length, 0)).toBeGreaterThan(1000);
  });

  it("name the three files that cannot run in one transaction with the others", () => {
    const names = readdirSync(langfuse ?? "").sort();
    const needs = names.flatMap((name) => {
      try {
        const { statements } = parseScript(readFileSync(join(langfuse ?? "", name, "migration.sql"), "utf8"));
        return statements.some(({ need }) => need !== "inside") ? [name] : [];
      } catch {
        return [];
      }
    });
    expect(needs.length).toBeGreaterThan(2);
    expect(needs[0]).toBe(names[11]);
  });
});

describe.skipIf(!pagila)("pagila (skipped without the corpora)", () => {
  it("is read without a problem, rows of COPY included", () => {
    const text = readFileSync(pagila ?? "", "utf8");
    const { statements, problems } = parseScript(text);
    expect(problems).toEqual([]);
    expect(statements.length).toBeGreaterThan(300);
    for (const { text: statement, start, end } of statements) expect(text.slice(start, end)).toBe(statement);
  });
});

describe.skipIf(!chinook)("chinook (skipped without the corpora)", () => {
  const text = () => readFileSync(chinook ?? "", "utf8");
  const lineOf = (start: string) =>
    text()
      .split("\n")
      .findIndex((line) => line.startsWith(start)) + 1;

  it("is refused for its psql command and its DROP DATABASE, each at its line", () => {
    const { parsed, findings } = analyzeScript(text(), { serverVersion: 18 });
    expect(parsed.problems.map(({ code, line }) => ({ code, line }))).toEqual([
      { code: "drop_database", line: lineOf("DROP DATABASE") },
      { code: "psql_command", line: lineOf("\\c chinook") },
    ]);
    expect(findings.filter(({ code }) => code === "drop-database")).toHaveLength(1);
  });

  it("is read once those lines are out, tables and rows, and nothing in it is dangerous", () => {
    const clean = text().replace(/^(?:\\c .*|DROP DATABASE.*|CREATE DATABASE.*)$/gm, "");
    const { parsed, findings } = analyzeScript(clean, { serverVersion: 18 });
    expect(parsed.problems).toEqual([]);
    expect(parsed.statements.filter(({ node }) => node === "InsertStmt").length).toBeGreaterThan(10);
    expect(findings.filter(({ severity }) => severity === "danger")).toEqual([]);
  });
});
