import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder } from "../testing/command-line";
import { type TestDatabase, testDatabase } from "../testing/postgres";

interface Judged {
  conflicts: { code: string; filename: string; commutes: boolean | null; against: string[] }[];
}
interface Resolved {
  renamed: { from: string; to: string }[];
  removed: string[];
  written: string[];
  replayed: { ok: boolean } | null;
}

beforeAll(bundleForTests, 120_000);

describe.each([18, 14] as const)("two lines of history on PostgreSQL %i", (major) => {
  let folder: CommandFolder;
  let target: TestDatabase;
  const check = () => folder.json<Judged>(["check-conflicts", "--url", target.url]).conflicts;
  const resolve = (...more: string[]) =>
    folder.json<Resolved>(["resolve-conflicts", "--url", target.url, ...more]);
  const files = () => readdirSync(join(folder.path, "migrations")).sort();

  beforeEach(async () => {
    folder = commandFolder();
    target = await testDatabase({ major });
    folder.write("migrations/20260101000001_orders.up.sql", "CREATE TABLE orders (id int, note text);");
    folder.write("migrations/20260103000000_late.up.sql", "ALTER TABLE orders RENAME COLUMN note TO remark;");
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
  });
  afterEach(async () => {
    folder.remove();
    await target.drop();
  });

  it("are told apart by replaying both orders: what touches other objects commutes, what it renames does not", () => {
    folder.write("migrations/20260102000000_apart.up.sql", "CREATE TABLE apart (id int);");
    folder.write("migrations/20260102000001_note.up.sql", "CREATE INDEX by_note ON orders (note);");
    expect(check()).toMatchObject([
      {
        code: "out_of_order",
        filename: "20260102000000_apart",
        commutes: true,
        against: ["20260103000000_late"],
      },
      { code: "out_of_order", filename: "20260102000001_note", commutes: false },
    ]);
    const quick = folder.json<Judged>(["check-conflicts", "--no-replay", "--url", target.url]);
    expect(quick.conflicts.map((one) => one.commutes)).toEqual([null, null]);
  });

  it("are put one after the other under newer versions, file by file, in whatever layout", () => {
    folder.write("migrations/20260102000000_a.up.sql", "CREATE TABLE a (id int);");
    folder.write("migrations/20260102000000_a.down.sql", "DROP TABLE a;");
    folder.write("migrations/20260102000001_b/up.sql", "CREATE TABLE b (id int);");
    folder.write("migrations/20260102000001_b/down.sql", "DROP TABLE b;");
    expect(resolve("--dry-run").renamed).toHaveLength(4);
    expect(existsSync(join(folder.path, "migrations/20260102000000_a.up.sql"))).toBe(true);
    const done = resolve();
    expect(done).toMatchObject({ removed: [], written: [], replayed: { ok: true } });
    expect(files().map((name) => name.slice(14))).toEqual([
      ...["_orders.up.sql", "_late.up.sql", "_a.down.sql", "_a.up.sql", "_b"],
    ]);
    expect(readdirSync(join(folder.path, "migrations", files()[4] ?? "")).sort()).toEqual([
      "down.sql",
      "up.sql",
    ]);
    expect(check()).toEqual([]);
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
  });

  it("become one migration with one way back; what is applied keeps its name", () => {
    folder.write("migrations/20260102000000_a.up.sql", "CREATE TABLE a (id int);");
    folder.write("migrations/20260102000000_a.down.sql", "DROP TABLE a;");
    folder.write("migrations/20260102000001_b.up.sql", "CREATE TABLE b (id int);");
    folder.write("migrations/20260102000001_b.down.sql", "DROP TABLE b;");
    const done = resolve("--strategy=merge");
    expect(done.removed).toHaveLength(4);
    expect(done.written.map((path) => path.replace(/\d{14}/, "V"))).toEqual([
      "migrations/V_merge_a_and_b.up.sql",
      "migrations/V_merge_a_and_b.down.sql",
    ]);
    expect(readFileSync(join(folder.path, done.written[1] ?? ""), "utf8")).toMatch(
      /DROP TABLE b;[\s\S]*DROP TABLE a;/,
    );
    expect(files().filter((name) => /_(orders|late)/.test(name))).toHaveLength(2);
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
    expect(folder.run(["down", "--url", target.url]).code).toBe(0);
  });

  it("with one version are tried in both orders without a target, and merged with their twin", () => {
    folder.write("migrations/20260104000000_x.up.sql", "ALTER TABLE orders ADD COLUMN x int;");
    folder.write("migrations/20260104000000_y.up.sql", "ALTER TABLE orders ADD COLUMN y int;");
    const { conflicts } = folder.json<Judged>(["check-conflicts"]);
    expect(conflicts).toMatchObject([
      {
        code: "duplicate_version",
        filename: "20260104000000_y",
        commutes: true,
        against: ["20260104000000_x"],
      },
    ]);
    expect(resolve("--strategy=merge").written.map((path) => path.replace(/\d{14}/, "V"))).toEqual([
      "migrations/V_merge_x_and_y.up.sql",
    ]);
    expect(folder.json<Judged>(["check-conflicts"]).conflicts).toEqual([]);
  });
});
