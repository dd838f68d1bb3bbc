import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder, execute } from "../testing/command-line";
import { type TestDatabase, testDatabase } from "../testing/postgres";

interface Drift {
  identical: boolean;
  differences: { change: string; kind: string; name: string }[];
  sql: string;
  down: string;
  expected: { from: string; migrations: number; pending: string[]; unfinished: string[] };
}

beforeAll(bundleForTests, 120_000);

describe.each([18, 14] as const)("diff on PostgreSQL %i", (major) => {
  let folder: CommandFolder;
  let target: TestDatabase;
  const diff = (...more: string[]) => folder.json<Drift>(["diff", "--url", target.url, ...more]);

  beforeEach(async () => {
    folder = commandFolder();
    target = await testDatabase({ major });
    folder.write(
      "migrations/20260101000001_orders.up.sql",
      "CREATE TABLE orders (id bigint PRIMARY KEY, note text);",
    );
    folder.write("migrations/20260101000001_orders.down.sql", "DROP TABLE orders;");
    folder.write(
      "migrations/20260101000002_rights.up.sql",
      "CREATE SCHEMA audit; CREATE TABLE audit.log (id int, at timestamptz DEFAULT now()); GRANT SELECT ON audit.log TO PUBLIC;",
    );
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
  });
  afterEach(async () => {
    folder.remove();
    await target.drop();
  });

  it("finds nothing while the target is what its ledger says, whatever is pending or changed in the folder", () => {
    folder.write("migrations/20260101000003_later.up.sql", "CREATE TABLE later (id int);");
    folder.write("migrations/20260101000001_orders.up.sql", "CREATE TABLE other (id int);");
    expect(diff("--exit-code")).toMatchObject({
      identical: true,
      exit: 0,
      differences: [],
      expected: { from: "ledger", migrations: 2, unfinished: [] },
    });
  });

  it("names what was changed by hand, with the SQL to adopt it and to take it back", async () => {
    await execute(
      target.url,
      "ALTER TABLE orders ADD COLUMN hand text; CREATE INDEX by_hand ON orders (note); ALTER TABLE audit.log ALTER at DROP DEFAULT; REVOKE SELECT ON audit.log FROM PUBLIC",
    );
    const found = diff("--exit-code");
    expect(found).toMatchObject({ identical: false, exit: 2 });
    expect(found.differences.map(({ change, kind, name }) => `${change} ${kind} ${name}`).sort()).toEqual([
      "added column public.orders.hand",
      "added index public.by_hand",
      "changed table audit.log",
      "removed default audit.log.at",
    ]);
    expect(diff("--schema", "public").differences.map(({ name }) => name)).toEqual([
      "public.by_hand",
      "public.orders.hand",
    ]);
    expect(diff("--exclude", "index:*,audit").differences.map(({ name }) => name)).toEqual([
      "public.orders.hand",
    ]);
    await execute(target.url, found.down);
    expect(diff("--exit-code")).toMatchObject({ identical: true, exit: 0 });
  });

  it("compares with the whole folder when asked, or when nothing is recorded", async () => {
    folder.write("migrations/20260101000003_later.up.sql", "CREATE TABLE later (id int);");
    expect(diff().expected.pending).toEqual(["20260101000003_later"]);
    expect(diff("--all").differences).toMatchObject([
      { change: "removed", kind: "table", name: "public.later" },
    ]);
    await execute(target.url, "DROP SCHEMA dbmigrator CASCADE");
    expect(diff()).toMatchObject({
      expected: { from: "folder", migrations: 3 },
      differences: [{ name: "public.later" }],
    });
  });

  it("says which migration cannot be replayed, and where", async () => {
    await execute(target.url, "CREATE TABLE before_us (id int)");
    folder.write(
      "migrations/20260101000003_view.up.sql",
      "SELECT 1;\nCREATE VIEW v AS SELECT id FROM before_us;",
    );
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
    const { code, out } = folder.run(["diff", "--url", target.url, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).error).toMatchObject({
      code: "replay.failed",
      details: { script: "20260101000003_view", line: 2, sqlState: "42P01" },
    });
  });
});
