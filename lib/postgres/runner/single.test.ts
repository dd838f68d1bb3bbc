import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MigrationBench, migrationBench } from "../../testing/migrations";
import { startTcpProxy } from "../../testing/tcp-proxy";
import { readLedger } from "../ledger/ledger";

let bench: MigrationBench;
beforeAll(async () => {
  bench = await migrationBench();
});
afterAll(() => bench.close());

const single = { mode: "single_transaction" } as const;

describe("all in one transaction", () => {
  it.each(["each", "single_transaction"] as const)(
    "a script's own savepoints work, whatever they are called, and RESET ALL may end it (%s)",
    async (mode) => {
      const scripts = {
        "1_a.sql": `CREATE TABLE sp_${mode} (n int); SAVEPOINT migration_1; INSERT INTO sp_${mode} VALUES (1);
          ROLLBACK TO migration_1; INSERT INTO sp_${mode} VALUES (2); RELEASE migration_1; SAVEPOINT unreleased; RESET ALL;`,
        "2_b.sql": `INSERT INTO sp_${mode} VALUES (3);`,
      };
      expect(await bench.up(`sp_${mode}`, scripts, { mode })).toMatchObject({ state: "succeeded" });
      expect(await bench.value(`SELECT array_agg(n ORDER BY n) FROM sp_${mode}`)).toEqual([2, 3]);
    },
  );

  it("takes effect as a whole", async () => {
    const outcome = await bench.up(
      "all",
      {
        "1_a.sql": "CREATE TABLE all_a (id int)",
        "2_b.sql": "SET search_path = pg_catalog; SELECT 1",
        "3_c.sql": "ALTER TABLE all_a ADD n int",
      },
      single,
    );
    expect(outcome).toMatchObject({
      state: "succeeded",
      migrations: [{ outcome: "applied" }, { outcome: "applied" }, { outcome: "applied" }],
    });
    expect((await readLedger(bench.client, "all")).map((row) => row.status)).toEqual([
      "applied",
      "applied",
      "applied",
    ]);
    expect(
      await bench.value(
        "SELECT count(DISTINCT xmin::text)::int FROM dbmigrator.migrations_log WHERE service = 'all'",
      ),
    ).toBeGreaterThan(0);
  });

  it("or not at all, and says which one failed", async () => {
    const outcome = await bench.up(
      "none",
      {
        "1_a.sql": "CREATE TABLE none_a (id int)",
        "2_b.sql": "SELECT 1;\nSELECT nowhere",
        "3_c.sql": "SELECT 1",
      },
      single,
    );
    expect(outcome).toMatchObject({
      state: "failed",
      failure: { migration: "2_b", statement: 2, line: 2, column: 8 },
    });
    expect(outcome.migrations.map((one) => one.outcome)).toEqual(["not_reached", "failed", "not_reached"]);
    expect(await bench.value("SELECT to_regclass('none_a')")).toBeNull();
    expect((await readLedger(bench.client, "none")).map((row) => [row.filename, row.status])).toEqual([
      ["2_b", "failed"],
    ]);
  });

  it("is told apart from nothing when the reply of COMMIT is lost", async () => {
    let done = false;
    const proxy = await startTcpProxy(bench.database.spec, {
      onClient(data, connection) {
        if (done || connection !== 0 || !data.includes("COMMIT;") || !data.includes("migration_2"))
          return "forward";
        done = true;
        return "cut_after_reply";
      },
    });
    const spec = { ...bench.database.spec, port: proxy.port };
    const outcome = await bench.up(
      "lost",
      { "1_a.sql": "CREATE TABLE lost_a (id int)", "2_b.sql": "SELECT 1" },
      { ...single, spec },
    );
    await proxy.stop();
    expect(outcome).toMatchObject({
      state: "succeeded",
      migrations: [{ outcome: "applied" }, { outcome: "applied" }],
    });
  });

  it("is refused beforehand where PostgreSQL does not allow it, with the smallest split", async () => {
    const scripts = {
      "1_a.sql": "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE m (m mood)",
      "2_b.sql": "BEGIN; SELECT 1; COMMIT;",
      "3_c.sql": "ALTER TYPE mood ADD VALUE 'fine'",
      "4_d.sql": "INSERT INTO m VALUES ('fine')",
      "5_e.sql": "CREATE INDEX CONCURRENTLY m_i ON m (m)",
    };
    await expect(bench.up("refused", scripts, single)).rejects.toMatchObject({
      code: "plan.single_transaction_impossible",
      details: {
        obstacles: [
          { filename: "2_b", position: 2, reason: "own_transaction" },
          { filename: "4_d", position: 4, reason: "new_enum_value" },
          { filename: "5_e", position: 5, reason: "outside_transaction" },
        ],
        split: [["1_a"], ["2_b"], ["3_c"], ["4_d"], ["5_e"]],
      },
    });
    expect(await readLedger(bench.client, "refused")).toEqual([]);
    expect((await bench.up("refused", scripts)).state).toBe("succeeded");
  });

  it("may use a new enum value at once when the type is as new, on servers that allow it", async () => {
    const scripts = {
      "1_a.sql": "CREATE TYPE tone AS ENUM ('low'); CREATE TABLE tn (t tone)",
      "2_b.sql": "ALTER TYPE tone ADD VALUE 'high'",
      "3_c.sql": "INSERT INTO tn VALUES ('high')",
    };
    expect((await bench.up("tone", scripts, single)).failure).toBeUndefined();
    const old = await migrationBench(14);
    await expect(old.up("tone", scripts, single)).rejects.toMatchObject({
      details: { obstacles: [{ filename: "3_c", reason: "new_enum_value" }] },
    });
    await old.close();
  });
});
