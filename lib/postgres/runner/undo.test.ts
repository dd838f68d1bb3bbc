import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf } from "../../core/migration/checksum";
import type { MigrationSource } from "../../core/migration/types";
import type { RunEvent } from "../../core/run/types";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { closeConnection, openConnection } from "../connection/connect";
import { listUndo } from "../undo/store";
import { type RunOptions, runMigrations } from "./runner";

describe.each([14, 18] as const)("a run that keeps rows, on PostgreSQL %i", (major) => {
  let database: TestDatabase;
  let client: pg.Client;
  let events: RunEvent[];
  beforeEach(async () => {
    database = await testDatabase({ major });
    client = await openConnection(database.spec);
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT i, 'a' || i FROM generate_series(1, 3) i",
    );
    events = [];
  });
  afterEach(async () => {
    await closeConnection(client);
    await database.drop();
  });

  const keep = { days: 7, maxBytes: 2 ** 30, otherwise: "stop" as const };

  function migration(filename: string, up: string, down: string | null = null): MigrationSource {
    const [version = "", name = ""] = filename.split("_");
    return {
      service: "s",
      filename,
      version,
      name,
      kind: "versioned",
      up,
      down,
      checksum: checksumOf(up),
    } as MigrationSource;
  }

  function run(migrations: MigrationSource[], direction: "up" | "down", options: Partial<RunOptions> = {}) {
    return runMigrations({
      spec: database.spec,
      steps: migrations.map((one) => ({ migration: one, direction })),
      appliedBy: "tester",
      onEvent: (event) => events.push(event),
      ...options,
    });
  }

  async function rows(sql = "SELECT id, a FROM t ORDER BY id"): Promise<unknown[][]> {
    return (await client.query({ text: sql, rowMode: "array" })).rows as unknown[][];
  }

  const told = (type: RunEvent["type"]) => events.filter((event) => event.type === type);

  it.each(["each", "single_transaction"] as const)(
    "keeps and puts back in the migrations' own transactions (%s)",
    async (mode) => {
      const before = await rows();
      const all = [
        migration("1_a", "UPDATE t SET a = 'x' WHERE id < 3", "SELECT 1"),
        migration(
          "2_b",
          "ALTER TABLE t ADD b int; ALTER TABLE t DROP COLUMN a; DELETE FROM t WHERE id = 3",
          "ALTER TABLE t DROP b, ADD a text",
        ),
      ];
      expect(await run(all, "up", { mode, undo: { keep } })).toMatchObject({ state: "succeeded" });
      expect(told("undo.kept")).toMatchObject([
        { migration: "1_a", statement: 1, relation: "public.t", rows: 2, mergeable: true },
        { migration: "2_b", statement: 2, rows: 3 },
        { migration: "2_b", statement: 3, rows: 1 },
      ]);
      expect(await run(all.toReversed(), "down", { undo: { putBack: true } })).toMatchObject({
        state: "succeeded",
      });
      expect(await rows()).toEqual(before);
      expect((await listUndo(client)).map(({ state }) => state)).toEqual([
        "reverted",
        "reverted",
        "reverted",
      ]);
    },
  );

  it("keeps what a script overwrites that has nothing but INSERTs", async () => {
    const before = await rows();
    const one = migration(
      "1_a",
      "INSERT INTO t VALUES (4, 'z');\nINSERT INTO t VALUES (1, 'x'), (3, 'y'), (5, 'z') ON CONFLICT (id) DO UPDATE SET a = excluded.a",
      "DELETE FROM t WHERE id > 3",
    );
    expect(await run([one], "up", { undo: { keep } })).toMatchObject({ state: "succeeded" });
    expect(told("undo.kept")).toMatchObject([{ statement: 2, relation: "public.t", rows: 2 }]);
    expect(await run([one], "down", { undo: { putBack: true } })).toMatchObject({ state: "succeeded" });
    expect(await rows()).toEqual(before);
    const chance = migration(
      "2_b",
      "INSERT INTO t SELECT 1 WHERE random() < 2 ON CONFLICT (id) DO UPDATE SET a = 'q'",
    );
    expect(await run([chance], "up", { undo: { keep } })).toMatchObject({ state: "succeeded" });
    expect(told("undo.not_kept")).toMatchObject([{ migration: "2_b", reason: "upsert", relation: '"t"' }]);
  });

  it("puts data back where there is no down script", async () => {
    const only = migration("1_a", "DELETE FROM t WHERE id = 1");
    await run([only], "up", { undo: { keep } });
    expect(await run([only], "down", { undo: { putBack: true } })).toMatchObject({ state: "succeeded" });
    expect(await rows()).toHaveLength(3);
    expect(told("undo.put_back")).toMatchObject([{ restored: 1, newer: 0, gone: 0 }]);
  });

  it("leaves nothing when the migration fails, and stops at rows that cannot be kept", async () => {
    const failing = migration("1_a", "DELETE FROM t;\nSELECT 1/0");
    expect(await run([failing], "up", { undo: { keep } })).toMatchObject({
      state: "failed",
      failure: { statement: 2, message: "division by zero" },
    });
    const large = migration("2_b", "SELECT 1;\nTRUNCATE t");
    expect(await run([large], "up", { undo: { keep: { ...keep, maxBytes: 10 } } })).toMatchObject({
      state: "failed",
      failure: { statement: 2, line: 2, message: expect.stringContaining("public.t") },
    });
    expect(await rows()).toHaveLength(3);
    expect(await listUndo(client)).toEqual([]);
    expect(
      await run([large], "up", { undo: { keep: { ...keep, maxBytes: 10, otherwise: "skip" } } }),
    ).toMatchObject({ state: "succeeded" });
    expect(told("undo.not_kept")).toMatchObject([{ reason: "undo.too_large", relation: "public.t" }]);
    expect(await rows()).toEqual([]);
  });

  it("keeps nothing by halves where a statement runs without it", async () => {
    await client.query(`CREATE TABLE u (t int REFERENCES t ON DELETE CASCADE, v text);
      INSERT INTO u SELECT 1, repeat('x', 500) FROM generate_series(1, 1000)`);
    const one = migration("1_a", "DELETE FROM t WHERE id = 1");
    const skip = { ...keep, maxBytes: 200_000, otherwise: "skip" as const };
    expect(await run([one], "up", { undo: { keep: skip } })).toMatchObject({ state: "succeeded" });
    expect(told("undo.not_kept")).toMatchObject([{ reason: "undo.too_large", relation: "public.u" }]);
    expect(await listUndo(client)).toEqual([]);
    expect(await rows("SELECT to_regclass('dbmigrator_undo.d1')")).toEqual([[null]]);
  });

  it("tells a role that may make no schema before anything runs, and only where rows are lost", async () => {
    const role = `no_store_${major}_${process.pid}`;
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA dbmigrator AUTHORIZATION ${role};
      ALTER TABLE t OWNER TO ${role}; GRANT CREATE ON SCHEMA public TO ${role}`);
    const spec = { ...database.spec, user: role, password: "x" };
    const adding = migration("1_a", "ALTER TABLE t ADD b int");
    const losing = migration("2_b", "SELECT 1;\nDELETE FROM t WHERE id = 1");
    expect(await run([adding], "up", { spec, undo: { keep } })).toMatchObject({ state: "succeeded" });
    const other = migration("3_c", "CREATE TABLE more (id int)");
    await expect(run([other, losing], "up", { spec, undo: { keep } })).rejects.toMatchObject({
      code: "target.no_undo_store",
      details: { statement: "2_b:2" },
    });
    expect(await rows("SELECT to_regclass('more')")).toEqual([[null]]);
    const skip = { keep: { ...keep, otherwise: "skip" as const } };
    expect(await run([losing], "up", { spec, undo: skip })).toMatchObject({ state: "succeeded" });
    expect(told("undo.not_kept")).toMatchObject([{ migration: "2_b", reason: "undo.no_store" }]);
    await client.query(`CREATE SCHEMA dbmigrator_undo AUTHORIZATION ${role}`);
    const again = migration("4_d", "DELETE FROM t WHERE id = 2");
    expect(await run([again], "up", { spec, undo: { keep } })).toMatchObject({ state: "succeeded" });
    expect(told("undo.kept")).toMatchObject([{ migration: "4_d", rows: 1 }]);
    await client.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  });

  it("works for a role that the script changes, and reads what the script's search path finds", async () => {
    await client.query(
      `CREATE ROLE keeper_${major}_${process.pid}; GRANT ALL ON SCHEMA public TO keeper_${major}_${process.pid}; ALTER TABLE t OWNER TO keeper_${major}_${process.pid};
       CREATE SCHEMA other; CREATE TABLE other.u (id int PRIMARY KEY); INSERT INTO other.u VALUES (7)`,
    );
    const script = migration(
      "1_a",
      `SET LOCAL ROLE keeper_${major}_${process.pid}; DELETE FROM t; RESET ROLE; SET LOCAL search_path = other; DELETE FROM u`,
    );
    expect(await run([script], "up", { undo: { keep } })).toMatchObject({ state: "succeeded" });
    expect(told("undo.kept")).toMatchObject([
      { relation: "public.t", rows: 3 },
      { relation: "other.u", rows: 1 },
    ]);
    await run([script], "down", { undo: { putBack: true } });
    expect(await rows()).toHaveLength(3);
    expect(await rows("SELECT id FROM other.u")).toEqual([[7]]);
    await client.query(
      `DROP OWNED BY keeper_${major}_${process.pid} CASCADE; DROP ROLE keeper_${major}_${process.pid}`,
    );
  });

  it("says whose rows keep a column that must not be NULL from coming back, and leaves all as it was", async () => {
    await client.query("ALTER TABLE t ALTER a SET NOT NULL");
    const script = migration(
      "1_a.sql",
      "ALTER TABLE t DROP COLUMN a;",
      "ALTER TABLE t ADD COLUMN a text NOT NULL;",
    );
    await run([script], "up", { undo: { keep } });
    await client.query("INSERT INTO t VALUES (9), (8)");
    expect(await run([script], "down", { undo: { putBack: true } })).toMatchObject({
      state: "failed",
      failure: {
        sqlState: "23502",
        message: expect.stringMatching(
          /^The kept rows could not be put back: column "a" .* contains null values$/,
        ),
        detail: "(id) = (8), (9)",
        hint: expect.stringContaining("Rows written since the migration have no value"),
      },
    });
    expect((await client.query("SELECT * FROM t WHERE id = 9")).rows).toEqual([{ id: 9 }]);
    await client.query("DELETE FROM t WHERE id IN (8, 9)");
    expect(await run([script], "down", { undo: { putBack: true } })).toMatchObject({ state: "succeeded" });
    expect((await client.query("SELECT a FROM t ORDER BY id")).rows).toEqual([
      { a: "a1" },
      { a: "a2" },
      { a: "a3" },
    ]);
  });

  it("does not put rows back when the way back takes several transactions", async () => {
    const steps = migration("1_a", "DELETE FROM t WHERE id = 1", "CREATE INDEX CONCURRENTLY i ON t (a)");
    await run([steps], "up", { undo: { keep } });
    expect(await run([steps], "down", { undo: { putBack: true } })).toMatchObject({
      state: "failed",
      failure: { message: expect.stringContaining("does not run in one transaction") },
    });
    expect(await rows("SELECT to_regclass('i')")).toEqual([[null]]);
  });
});
