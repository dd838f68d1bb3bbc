import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadParser, parseScript } from "./parse-script";

beforeAll(loadParser);

const texts = (script: string) => parseScript(script).statements.map(({ text }) => text);
const problems = (script: string) =>
  parseScript(script).problems.map(({ code, line, column }) => ({ code, line, column }));

/** Statements whose insides hold semicolons, quotes and comment marks. */
const HARD = [
  "SELECT 1",
  "SELECT ';', E'it\\'s; ', \"a;\"\"b\" FROM t",
  "SELECT E'a'\n \t\n  'b\\';c'",
  "SELECT U&'d\\0061t;', U&\"x;y\", B'01', N'n;'",
  "SELECT $$ ; ' \" -- /* $$, $tag$ $$; $x$ $tag$",
  "SELECT 1 /* a ; /* b ; */ ; */ + 2",
  "SELECT 1 -- ;\n + 2",
  "SELECT 'äöü😀;'",
  "SELECT a$b$c, $1 FROM t WHERE x = $2",
  "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2))",
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 ELSE 3 END; END",
  "CREATE OR REPLACE PROCEDURE p(a int) LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (a); INSERT INTO t SELECT x.end FROM x; END",
  "CREATE FUNCTION g(begin int) RETURNS int LANGUAGE sql RETURN CASE WHEN true THEN 1 END",
  "CREATE FUNCTION h() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; RETURN NEW; END; $body$",
  "DO $$ BEGIN RAISE NOTICE 'x;'; END $$",
  "BEGIN",
  'CREATE TABLE "we;ird" ("a--b" int, c text DEFAULT \'/*\')',
  "SELECT '\\'",
  "ALTER TABLE t ADD CONSTRAINT c CHECK (a IN ('x', ';'))",
];
const GAPS = [
  "",
  " ",
  "\n",
  "\t\r\n",
  "-- note; it's\n",
  "/* a /* ; */ ' */",
  "\f\v",
  "--\n--x\n",
  "-- cr\r",
];

describe("splitting", () => {
  it("gives back the statements that were joined with any comments and whitespace", () => {
    const gap = fc.array(fc.constantFrom(...GAPS), { maxLength: 4 }).map((parts) => parts.join(""));
    const statement = fc.record({
      before: gap,
      text: fc.constantFrom(...HARD),
      after: gap,
      extra: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 8 }), gap, fc.boolean(), (parts, tail, lastOpen) => {
        const script =
          parts.map((p) => `${p.before}${p.text}${p.after};${";".repeat(p.extra)}`).join("") + tail;
        const open = lastOpen && parts.length > 0 && parts.at(-1)?.extra === 0;
        const input = open ? script.slice(0, script.length - tail.length - 1) : script;
        const result = parseScript(input);
        expect(result.problems).toEqual([]);
        expect(result.statements.map(({ text }) => text)).toEqual(parts.map((p) => p.text));
        for (const s of result.statements) expect(input.slice(s.start, s.end)).toBe(s.text);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws and never loses a character of any text to a wrong offset", () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      "$$",
      "$a$",
      "/*",
      "*/",
      "--",
      "\n",
      ";",
      "(",
      ")",
      "\\",
      "E'",
      "begin atomic ",
      "end ",
      "create function ",
      "select 1",
      "😀",
      "copy t from stdin;\n",
      "\\.\n",
      "\r",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const script = pieces.join("");
        const result = parseScript(script);
        for (const s of result.statements) expect(script.slice(s.start, s.end)).toBe(s.text);
        for (const p of result.problems) expect(p.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it("tells line and column where each statement begins", () => {
    const { statements } = parseScript("-- head\r\n\r\n  SELECT 1;\n\tSELECT\n2; SELECT '😀'; SELECT 3");
    expect(statements.map(({ line, column }) => [line, column])).toEqual([
      [3, 3],
      [4, 2],
      [5, 4],
      [5, 17],
    ]);
  });

  it("reads a lone carriage return as the end of a line and of a comment", () => {
    const { statements } = parseScript("-- a\rSELECT 1;\rSELECT 2");
    expect(statements.map(({ line, text }) => [line, text])).toEqual([
      [2, "SELECT 1"],
      [3, "SELECT 2"],
    ]);
  });

  it("takes a byte order mark and empty statements for nothing", () => {
    expect(texts("\ufeffSELECT 1;;;\n-- end")).toEqual(["SELECT 1"]);
    expect(parseScript("  -- only a comment\n/* and another */")).toEqual({ statements: [], problems: [] });
    expect(parseScript("")).toEqual({ statements: [], problems: [] });
  });
});

describe("COPY … FROM stdin", () => {
  it("keeps the rows as they are and goes on after the closing line", () => {
    const script = "COPY t (a, b) FROM stdin;\n1\tx;'\n2\t\\N\n\\.\nSELECT 1;\n";
    const { statements, problems } = parseScript(script);
    expect(problems).toEqual([]);
    expect(statements.map(({ text, copyData, line }) => [text, copyData, line])).toEqual([
      ["COPY t (a, b) FROM stdin", "1\tx;'\n2\t\\N\n", 1],
      ["SELECT 1", undefined, 5],
    ]);
  });

  it("understands Windows line ends, no rows, and a comment behind the semicolon", () => {
    const { statements, problems } = parseScript("copy t from stdin; -- rows\r\n\\.\r\nSELECT 1;");
    expect(problems).toEqual([]);
    expect(statements.map(({ copyData }) => copyData)).toEqual(["", undefined]);
  });

  it("refuses rows without an end, and text behind the semicolon", () => {
    expect(problems("COPY t FROM stdin;\n1\n")).toEqual([{ code: "unterminated_copy", line: 1, column: 1 }]);
    expect(problems("COPY t FROM stdin; SELECT 1;\n\\.\n")).toEqual([
      { code: "syntax", line: 1, column: 20 },
    ]);
  });

  it("leaves COPY TO and COPY from a file without rows", () => {
    expect(texts("COPY t TO stdout; COPY t FROM '/tmp/x'; SELECT 1")).toHaveLength(3);
  });
});

describe("refusals", () => {
  it("names the place of a syntax error with PostgreSQL's words", () => {
    const { problems } = parseScript("SELECT 1;\n\nSELECT 'äöü😀',\n  frm frm t;\nSELECT 2;");
    expect(problems).toEqual([
      { code: "syntax", message: 'syntax error at or near "t"', line: 4, column: 11 },
    ]);
  });

  it("says that variables of psql do not exist here", () => {
    expect(parseScript("SELECT :name").problems[0]).toMatchObject({
      column: 8,
      hint: expect.stringContaining("psql"),
    });
    expect(parseScript("SELECT 1 1").problems[0]?.hint).toBeUndefined();
  });

  it("reports every statement that cannot be read", () => {
    expect(problems("SELEC 1;\nSELECT 2;\nSELECT FROM WHERE;")).toEqual([
      { code: "syntax", line: 1, column: 1 },
      { code: "syntax", line: 3, column: 13 },
    ]);
  });

  it("names an unclosed string, comment or dollar quote", () => {
    expect(parseScript("SELECT 'abc;\nSELECT 2").problems[0]?.message).toContain(
      "unterminated quoted string",
    );
    expect(parseScript("SELECT 1; /* abc").problems[0]).toMatchObject({
      message: expect.stringContaining("unterminated /* comment"),
      column: 11,
    });
    expect(parseScript("DO $a$ BEGIN END $b$;").problems[0]?.message).toContain(
      "unterminated dollar-quoted string",
    );
  });

  it("passes over the lines that pg_dump puts around its dumps for psql, and over no other", () => {
    const dump = "\\restrict aB3\n\nSELECT '\n\\restrict c';\n\n\\unrestrict aB3\n";
    expect(parseScript(dump)).toMatchObject({ problems: [], statements: [{ line: 3 }] });
    for (const other of [
      "SELECT 1\n\\restrict aB3\n;",
      "\\restrict",
      "\\restrict a; \\! rm x",
      "\\restrict `rm x`",
    ])
      expect(parseScript(other).problems).toMatchObject([{ code: "psql_command" }]);
  });

  it("refuses commands of psql wherever they stand", () => {
    expect(problems("\\connect shop\nSELECT 1;\n  \\! rm x\nSELECT 2 \\gexec\nSELECT '\\ok';")).toEqual([
      { code: "psql_command", line: 1, column: 1 },
      { code: "psql_command", line: 3, column: 3 },
      { code: "psql_command", line: 4, column: 10 },
    ]);
  });

  it("refuses a null byte and a script or statement that is too large", () => {
    expect(problems("SELECT 1;\nSEL\0ECT")).toEqual([{ code: "null_byte", line: 2, column: 4 }]);
    expect(problems(`SELECT 1;\nSELECT '${"x".repeat(8 * 1024 * 1024)}'`)).toEqual([
      { code: "too_large", line: 2, column: 1 },
    ]);
  });

  it("survives a statement that is nested too deeply, and reads the next script", () => {
    expect(problems(`SELECT 1${"+1".repeat(1_000_000)}`)).toEqual([{ code: "syntax", line: 1, column: 1 }]);
    expect(problems(`SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`)[0]?.code).toBe("syntax");
    expect(texts("SELECT 1")).toEqual(["SELECT 1"]);
  });

  it.each([
    ["COPY t FROM PROGRAM 'curl x'", "copy_program"],
    ["COPY (SELECT 1) TO PROGRAM 'sh'", "copy_program"],
    ["DROP DATABASE IF EXISTS chinook", "drop_database"],
    ["DO $$ BEGIN COPY t FROM PROGRAM 'sh'; END $$", "copy_program"],
    ["DO $$ BEGIN EXECUTE 'COPY t TO PROGRAM ''sh'''; END $$", "copy_program"],
    ["DO $$ BEGIN DELETE FROM dbmigrator.migrations_log; END $$", "ledger"],
    ["DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$", "session"],
    ["DO $$ BEGIN COPY t FROM /* on the server */ PROGRAM 'sh'; END $$", "copy_program"],
    [
      "DO $$ BEGIN EXECUTE $q$ DO $z$ BEGIN COPY t TO -- here\n PROGRAM 'x'; END $z$ $q$; END $$",
      "copy_program",
    ],
    ["DO E'BEGIN COPY t TO \\x50ROGRAM ''x''; END'", "copy_program"],
    ["SELECT dblink_exec('dbname=x', 'COPY t TO PROGRAM ''sh''')", "copy_program"],
    ["SELECT pg_advisory_unlock(7020119284657310)", "session"],
    ["DO $$ BEGIN PERFORM pg_advisory_unlock(7020119284657310); END $$", "session"],
    ["SELECT set_config('Standard_Conforming_Strings', 'fal', false)", "session"],
    ["DO $$ BEGIN SET standard_conforming_strings = off; END $$", "session"],
    ["SET LOCAL standard_conforming_strings TO OFF", "session"],
    ["SET NAMES 'latin1'", "session"],
    ["SELECT set_config('client_encoding', 'latin1', false)", "session"],
    ["SELECT set_config('search_path', 'public, dbmigrator', false)", "ledger"],
    [`DELETE FROM U&"\\0064bmigrator".migrations_log`, "ledger"],
    ["CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP SCHEMA dbmigrator CASCADE'", "ledger"],
    ["PREPARE TRANSACTION 'x'", "session"],
    ["COMMIT PREPARED 'x'", "session"],
    ["COMMIT AND CHAIN", "session"],
    ["ROLLBACK AND CHAIN", "session"],
    ["DISCARD ALL", "session"],
    ["SET SESSION AUTHORIZATION bob", "session"],
    ["SELECT pg_catalog.pg_advisory_unlock_all()", "session"],
    ["SET standard_conforming_strings = off", "session"],
    ["DELETE FROM dbmigrator.migrations_log", "ledger"],
    ["WITH x AS (DELETE FROM dbmigrator.migrations_log RETURNING 1) SELECT * FROM x", "ledger"],
    ["DROP SCHEMA IF EXISTS dbmigrator CASCADE", "ledger"],
    ["DROP TABLE dbmigrator.migrations_log", "ledger"],
    ["DELETE FROM dbmigrator_undo.entry", "ledger"],
    ["ALTER TABLE dbmigrator.migrations_log DISABLE TRIGGER ALL", "ledger"],
    ["ALTER SCHEMA dbmigrator RENAME TO x", "ledger"],
    ["TRUNCATE dbmigrator.migrations_log", "ledger"],
    ["CREATE TRIGGER t BEFORE INSERT ON dbmigrator.migrations_log EXECUTE FUNCTION f()", "ledger"],
    ["SET search_path TO dbmigrator, public", "ledger"],
    ["COPY dbmigrator.migrations_log FROM stdin;\n\\.", "ledger"],
  ])("refuses %s", (sql, code) => {
    expect(problems(sql).map((problem) => problem.code)).toEqual([code]);
  });

  it.each([
    "SELECT * FROM dbmigrator.migrations_log",
    "CREATE VIEW applied AS SELECT * FROM dbmigrator.migrations_log",
    "INSERT INTO notes SELECT 'dbmigrator.x' FROM dbmigrator.migrations_log",
    "GRANT SELECT ON dbmigrator.migrations_log TO monitor",
    "DO $$ BEGIN PERFORM * FROM dbmigrator.migrations_log; UPDATE t SET program = 1; END $$",
    "DISCARD PLANS",
    "SELECT pg_advisory_unlock(42)",
    "SELECT set_config('search_path', '', false)",
    "SET NAMES 'UTF8'",
    "SET client_encoding TO DEFAULT",
    "SET standard_conforming_strings = on",
    "SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false)",
    "INSERT INTO notes VALUES ('copy t from program')",
    "DO $$ BEGIN RAISE NOTICE 'a program'; END $$",
    "RESET lock_timeout",
    "SET LOCAL ROLE app",
    "SET standard_conforming_strings = on",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "BEGIN; COMMIT",
    "LISTEN x",
  ])("accepts %s", (sql) => {
    expect(problems(sql)).toEqual([]);
  });
});

describe("need of a transaction", () => {
  it.each([
    ["CREATE INDEX CONCURRENTLY i ON t (a)", "outside"],
    ["CREATE INDEX i ON t (a)", "inside"],
    ["DROP INDEX CONCURRENTLY i", "outside"],
    ["REINDEX TABLE CONCURRENTLY t", "outside"],
    ["REINDEX (CONCURRENTLY) TABLE t", "outside"],
    ["REINDEX (CONCURRENTLY off) TABLE t", "inside"],
    ["REINDEX SCHEMA s", "outside"],
    ["ALTER TABLE p DETACH PARTITION c CONCURRENTLY", "outside"],
    ["ALTER TABLE p DETACH PARTITION c", "inside"],
    ["VACUUM t", "outside"],
    ["ANALYZE t", "inside"],
    ["CLUSTER", "outside"],
    ["CLUSTER t USING i", "inside"],
    ["CREATE DATABASE d", "outside"],
    ["DROP DATABASE IF EXISTS d", "outside"],
    ["ALTER DATABASE d SET TABLESPACE x", "outside"],
    ["ALTER DATABASE d SET work_mem = '1MB'", "inside"],
    ["CREATE TABLESPACE x LOCATION '/x'", "outside"],
    ["ALTER SYSTEM SET work_mem = '1MB'", "outside"],
    ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "outside"],
    ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)", "inside"],
    ["DROP SUBSCRIPTION s", "outside"],
    ["ALTER SUBSCRIPTION s REFRESH PUBLICATION", "outside"],
    ["ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)", "inside"],
    ["ALTER TYPE e ADD VALUE 'x'", "inside"],
    ["REFRESH MATERIALIZED VIEW CONCURRENTLY m", "inside"],
    ["SAVEPOINT a", "control"],
    ["START TRANSACTION READ ONLY", "control"],
    ["ROLLBACK TO a", "control"],
  ])("%s: %s", (sql, need) => {
    expect(parseScript(sql).statements.map((statement) => statement.need)).toEqual([need]);
  });
});

describe("size", () => {
  it("reads a script of 12 MB without holding its trees", () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `(${i}, 'name ${i}', now())`).join(",\n");
    const script = `INSERT INTO t VALUES ${rows};\n`.repeat(100);
    parseScript(script.slice(0, script.indexOf(";") + 1));
    const before = process.memoryUsage();
    const { statements, problems } = parseScript(script);
    const grown = process.memoryUsage().rss - before.rss;
    expect(problems).toEqual([]);
    expect(statements).toHaveLength(100);
    expect(grown).toBeLessThan(200 * 1024 * 1024);
  });
});
