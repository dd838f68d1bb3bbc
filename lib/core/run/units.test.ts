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
    const script = "-- dbmigrator: transaction=none\nSELECT 1; CALL p(); DO $$ BEGIN END $$;";
    expect(unitsOf(script)).toEqual(["transaction 1", "outside 2", "outside 3"]);
    expect(unitsOf("SELECT 1; CALL p();")).toEqual(["transaction 1,2"]);
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
