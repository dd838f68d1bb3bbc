import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder, execute } from "../testing/command-line";
import { type TestDatabase, testDatabase } from "../testing/postgres";

interface Made {
  created: boolean;
  filename: string;
  files: string[];
  changes: { change: string; name: string }[];
  renames: { from: string; to: string }[];
  cannotBringBack: string[];
  proof: { up: { state: string }; down: { state: string } };
  recorded: boolean;
  error?: { code: string; message: string };
}

beforeAll(bundleForTests, 120_000);

describe.each([18, 14] as const)("create --auto on PostgreSQL %i", (major) => {
  let folder: CommandFolder;
  let development: TestDatabase;
  const auto = (name: string, ...more: string[]) =>
    folder.json<Made>(["create", name, "--auto", "--url", development.url, ...more]);

  beforeEach(async () => {
    folder = commandFolder();
    development = await testDatabase({ major });
    folder.write(
      "migrations/20260101000001_orders.up.sql",
      "CREATE TABLE orders (id bigint PRIMARY KEY, note text);",
    );
    folder.write("migrations/20260101000001_orders.down.sql", "DROP TABLE orders;");
    expect(folder.run(["up", "--url", development.url]).code).toBe(0);
  });
  afterEach(async () => {
    folder.remove();
    await development.drop();
  });

  it("writes the way there and back, tried, for what was changed by hand; another database takes both", async () => {
    await execute(
      development.url,
      "ALTER TABLE orders ADD COLUMN total numeric DEFAULT 0; CREATE VIEW big AS SELECT id FROM orders WHERE total > 10",
    );
    const made = auto("Totals");
    expect(made).toMatchObject({
      exit: 0,
      created: true,
      recorded: true,
      cannotBringBack: [],
      proof: { up: { state: "proven" }, down: { state: "proven" } },
    });
    expect(made.files.map((file) => file.replace(/\d{14}/, "V"))).toEqual([
      "migrations/V_totals.up.sql",
      "migrations/V_totals.down.sql",
    ]);
    expect(auto("Again")).toMatchObject({ exit: 0, created: false });
    expect(folder.run(["up", "--url", development.url]).out).toContain("Nothing to do");
    const other = await testDatabase({ major });
    try {
      expect(folder.run(["up", "--url", other.url]).code).toBe(0);
      await execute(other.url, "INSERT INTO orders VALUES (1, 'kept', 20)");
      expect(await execute(other.url, "SELECT id FROM big")).toEqual([{ id: "1" }]);
      expect(folder.run(["down", "--url", other.url]).code).toBe(0);
      expect(await execute(other.url, "SELECT * FROM orders")).toEqual([{ id: "1", note: "kept" }]);
    } finally {
      await other.drop();
    }
  });

  it("says what is pending and runs before it elsewhere", async () => {
    folder.write("migrations/20260101000002_later.up.sql", "CREATE TABLE later (id int);");
    await execute(development.url, "ALTER TABLE orders ADD COLUMN total numeric");
    const made = folder.run(["create", "total", "--auto", "--url", development.url, "--json"]);
    expect(JSON.parse(made.out)).toMatchObject({ created: true, pending: ["20260101000002_later"] });
    expect(made.err).toContain("tried without what is pending here: 20260101000002_later");
  });

  it("asks about what may be a rename, and keeps the rows when told", async () => {
    await execute(development.url, "ALTER TABLE orders RENAME COLUMN note TO remark");
    const { code, out } = folder.run(["create", "remark", "--auto", "--url", development.url, "--json"]);
    expect(code).toBe(3);
    const refused = JSON.parse(out) as Made;
    expect(refused.error).toMatchObject({ code: "create.unanswered" });
    expect(refused.error?.message).toContain("--rename 'column:public.orders.note=public.orders.remark'");
    expect(readdirSync(join(folder.path, "migrations"))).toHaveLength(2);
    const made = auto("remark", "--rename", "public.orders.note=remark", "--no-record");
    expect(made).toMatchObject({ created: true, recorded: false, renames: [{ to: "public.orders.remark" }] });
    const text = readFileSync(join(folder.path, made.files[0] ?? ""), "utf8");
    expect(text).toContain("RENAME COLUMN note TO remark");
    expect(text).not.toContain("DROP");
    const dropped = auto("dropped", "--yes", "--no-record");
    expect(dropped.cannotBringBack).toEqual(["the values of column public.orders.note"]);
  });

  it("writes a whole schema as the first migration of an empty folder", async () => {
    await execute(development.url, "DROP SCHEMA dbmigrator CASCADE");
    const made = folder.json<Made>(["create", "start", "--auto", "--dir", "fresh", "--url", development.url]);
    expect(made).toMatchObject({ created: true, recorded: false, proof: { up: { state: "proven" } } });
    expect(readFileSync(join(folder.path, made.files[0] ?? ""), "utf8")).toContain(
      "CREATE TABLE public.orders",
    );
  });
});
