import { beforeAll, describe, expect, it } from "vitest";
import { readDirectives } from "../migration/directives";
import { loadParser, parseScript } from "../sql/parse-script";
import { splitUnits, transactionMode } from "./units";

beforeAll(() => loadParser());

/** Each unit as its kind and the numbers of its statements. */
function unitsOf(script: string): string[] {
  const { directives } = readDirectives(script);
  const { units } = splitUnits(parseScript(script), directives);
  return units.map(
    (unit) =>
      `${unit.kind} ${unit.statements.map((one) => one.index).join(",")}${unit.rolledBack ? " undone" : ""}`,
  );
}
const modeOf = (script: string) => transactionMode(parseScript(script), readDirectives(script).directives);

describe("splitUnits", () => {
  it("keeps an ordinary script together", () => {
    expect(unitsOf("CREATE TABLE t (a int); INSERT INTO t VALUES (1);")).toEqual(["transaction 1,2"]);
    expect(unitsOf("-- nothing")).toEqual([]);
  });

  it("puts what must run outside of a transaction between transactions", () => {
    const script = "SELECT 1; SELECT 2; CREATE INDEX CONCURRENTLY i ON t (a); SELECT 3; VACUUM t;";
    expect(unitsOf(script)).toEqual(["transaction 1,2", "outside 3", "transaction 4", "outside 5"]);
  });

  it("leaves the script's own blocks as they are, and what stands beside them alone", () => {
    const script =
      "SELECT 1; SELECT 2; BEGIN; SELECT 3; SAVEPOINT a; ROLLBACK TO a; COMMIT; SELECT 4; START TRANSACTION; ABORT;";
    expect(unitsOf(script)).toEqual([
      "transaction 1",
      "transaction 2",
      "block 3,4,5,6,7",
      "transaction 8",
      "block 9,10 undone",
    ]);
  });

  it("takes each statement alone when the script wants no transaction, and calls that may commit outside of one", () => {
    const script = "-- dbmigrator: transaction=none\nSELECT 1; CALL p(); DO $$ BEGIN COMMIT; END $$;";
    expect(unitsOf(script)).toEqual(["transaction 1", "outside 2", "outside 3"]);
    const nested = "-- dbmigrator: transaction=none\nSELECT 1; DO $$ BEGIN CALL p(); END $$;";
    expect(unitsOf(nested)).toEqual(["transaction 1", "outside 2"]);
    // Nothing in it can commit, so it is recorded together with its effect.
    const plain = "-- dbmigrator: transaction=none\nSELECT 1; DO $$ BEGIN EXECUTE 'SELECT 1'; END $$;";
    expect(unitsOf(plain)).toEqual(["transaction 1", "transaction 2"]);
    expect(unitsOf("SELECT 1; CALL p();")).toEqual(["transaction 1,2"]);
  });
});

const problemsOf = (script: string) =>
  splitUnits(parseScript(script), readDirectives(script).directives).problems.map((one) => [
    one.line,
    one.message,
  ]);

describe("savepoints", () => {
  it("work in the transaction that the runner opens, as they do in one of PostgreSQL's", () => {
    const script = "CREATE TABLE t (a int); SAVEPOINT s; DROP TABLE t; ROLLBACK TO s; RELEASE SAVEPOINT s;";
    expect(unitsOf(script)).toEqual(["transaction 1,2,3,4,5"]);
    expect(problemsOf(script)).toEqual([]);
    expect(modeOf(script)).toBe("one");
  });

  it.each([
    ["outside of a transaction", "-- dbmigrator: transaction=none\nSAVEPOINT s;", 2, "stands outside"],
    [
      "whose name is not the script's own",
      "SAVEPOINT s;\nRELEASE migration_1;",
      2,
      "no savepoint migration_1",
    ],
    ["that are released", "SAVEPOINT a; SAVEPOINT b; RELEASE a;\nROLLBACK TO b;", 2, "no savepoint b"],
    ["of a transaction that ended", "SAVEPOINT a; VACUUM;\nROLLBACK TO a;", 2, "no savepoint a"],
    ["beside the script's own block", "BEGIN; COMMIT;\nSAVEPOINT s;", 2, "stands outside"],
  ])("are refused %s", (_, script, line, words) => {
    expect(problemsOf(script)).toEqual([[line, expect.stringContaining(words)]]);
  });
});

describe("RESET ALL", () => {
  it("may end a script, as dumps do, and not come before other statements", () => {
    expect(problemsOf("SET search_path = ''; CREATE TABLE a.t (); RESET ALL;")).toEqual([]);
    expect(problemsOf("BEGIN; SELECT 1; RESET ALL; COMMIT;")).toEqual([]);
    expect(problemsOf("SELECT 1;\nRESET ALL; CREATE TABLE t ();")).toEqual([
      [2, expect.stringContaining("time limits")],
    ]);
  });
});

describe("batch", () => {
  const one = "DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 10);";

  it("makes a unit of the statement below it, between the transactions of the rest", () => {
    const script = `SELECT 1;\nSELECT 2;\n-- dbmigrator: batch pause=1s\n-- Old rows.\n${one}\nSELECT 3;\nSELECT 4;`;
    expect(unitsOf(script)).toEqual(["transaction 1,2", "batch 3", "transaction 4,5"]);
    expect(problemsOf(script)).toEqual([]);
    expect(modeOf(script)).toBe("none");
  });

  it.each([
    ["no statement below it", `${one}\n-- dbmigrator: batch`, 2, "no statement"],
    ["a statement without a LIMIT", "-- dbmigrator: batch\nDELETE FROM t;", 1, "no LIMIT"],
    [
      "a statement that changes no rows",
      "-- dbmigrator: batch\nSELECT a FROM t LIMIT 10;",
      1,
      "is for UPDATE",
    ],
    ["two for one statement", `-- dbmigrator: batch\n-- dbmigrator: batch\n${one}`, 2, "already"],
    [
      "one inside of a statement",
      `DELETE FROM t\n-- dbmigrator: batch\nWHERE false;\n${one}`,
      2,
      "inside of a statement",
    ],
    ["one inside of BEGIN and COMMIT", `BEGIN;\n-- dbmigrator: batch\n${one}\nCOMMIT;`, 3, "inside BEGIN"],
  ])("refuses %s", (_, script, line, words) => {
    expect(problemsOf(script)).toEqual([[line, expect.stringContaining(words)]]);
  });

  it.each([
    "INSERT INTO u SELECT * FROM t WHERE NOT EXISTS (SELECT FROM u WHERE u.id = t.id) LIMIT 10;",
    "WITH few AS (SELECT id FROM t WHERE a IS NULL FETCH FIRST 10 ROWS ONLY) UPDATE t SET a = 1 FROM few WHERE few.id = t.id;",
    "WITH old AS (DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 10) RETURNING *) INSERT INTO u SELECT * FROM old;",
  ])("takes %s", (statement) => {
    expect(unitsOf(`-- dbmigrator: batch\n${statement}`)).toEqual(["batch 1"]);
  });
});

describe("transactionMode", () => {
  it.each([
    ["SELECT 1", "one"],
    ["VACUUM", "none"],
    ["-- dbmigrator: transaction=none\nSELECT 1", "none"],
    ["BEGIN; SELECT 1; COMMIT", "own"],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;", "one"],
  ])("%s", (script, mode) => {
    expect(modeOf(script)).toBe(mode);
  });
});
