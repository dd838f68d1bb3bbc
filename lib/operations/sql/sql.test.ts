import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../access/roles";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { explainAnalyzeSql, explainSql } from "./explain";
import { sqlHistory } from "./history";
import { readSql, writeSql } from "./run";

let store: TestDatabase;
let target: TestDatabase;
let project: TestProject;
let open: string;
let guarded: string;
let direct: pg.Client;

beforeAll(async () => {
  [store, target] = await Promise.all([metadataDatabase(), testDatabase()]);
  project = await testProject(["orders", "billing"]);
  open = await testTarget(project, "orders", "development", target.spec);
  guarded = await testTarget(project, "orders", "production", target.spec);
  direct = new pg.Client({ connectionString: target.url });
  await direct.connect();
  await direct.query(`
    CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(10,2));
    INSERT INTO item SELECT n, 'item ' || n, n FROM generate_series(1, 1000) AS n;
    CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN DELETE FROM item; RETURN 1; END $$;
    CREATE FUNCTION unlock() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM item; RETURN 1; END $$;
    CREATE PROCEDURE leave() LANGUAGE plpgsql AS $$ BEGIN COMMIT; DELETE FROM item; END $$;`);
});
afterAll(async () => {
  await direct.end();
  await db().$disconnect();
  await Promise.all([store.drop(), target.drop()]);
});

const read = (sql: string, more: object = {}, role: Role = "developer") =>
  execute(readSql, project.actors[role], { targetId: open, sql, ...more });
const write = (sql: string, more: object = {}, role: Role = "developer") =>
  execute(writeSql, project.actors[role], { targetId: open, sql, ...more });
const count = async () => (await direct.query("SELECT count(*)::int AS n FROM item")).rows[0].n as number;

describe("reading", () => {
  it("answers with PostgreSQL's own text, types and null", async () => {
    const { results, failure } = await read(
      "SELECT id, price, NULL::jsonb AS nothing, ARRAY[1,2] AS list FROM item ORDER BY id LIMIT 1; SHOW server_encoding",
    );
    expect(failure).toBeNull();
    expect(results[0]).toMatchObject({
      columns: [
        { name: "id", type: "integer" },
        { name: "price", type: "numeric(10,2)" },
        { name: "nothing", type: "jsonb" },
        { name: "list", type: "integer[]" },
      ],
      rows: [["1", "1.00", null, "{1,2}"]],
      truncated: null,
      tag: "SELECT 1",
    });
    expect(results[1]?.rows).toEqual([["UTF8"]]);
  });

  it.each([
    ["COMMIT; DROP TABLE item", "transaction_control"],
    ["SELECT 1; ROLLBACK; DELETE FROM item", "transaction_control"],
    ["BEGIN READ WRITE; DELETE FROM item", "transaction_control"],
    ["SAVEPOINT a", "transaction_control"],
    ["SET TRANSACTION READ WRITE", "not_reading"],
    ["SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "not_reading"],
    ["DELETE FROM item", "not_reading"],
    ["DO $$ BEGIN DELETE FROM item; END $$", "not_reading"],
    ["CALL leave()", "not_reading"],
    ["COPY item TO '/tmp/x'", "copy"],
    ["COPY item TO PROGRAM 'sh'", "copy_program"],
    ["COPY (SELECT 1) TO STDOUT", "copy"],
    ["SELECT set_config('transaction_read_only', 'off', false); SELECT sneak()", "function"],
    ["SELECT pg_terminate_backend(1)", "function"],
    ["SELECT pg_advisory_xact_lock(1)", "function"],
    ["SELECT pg_try_advisory_xact_lock_shared(1)", "function"],
    ["SELECT * FROM dblink('', 'DELETE FROM item') AS t(a int)", "function"],
    ["SELECT lo_import('/etc/passwd')", "function"],
    ["SELECT pg_catalog.pg_read_file('/etc/passwd')", "function"],
    ["\\! rm -rf /", "psql_command"],
    ["-- nothing", "empty"],
  ])("refuses %s before it is sent", async (sql, code) => {
    await expect(read(sql)).rejects.toMatchObject({
      status: 422,
      code: "sql.refused",
      details: { problems: expect.arrayContaining([expect.objectContaining({ code })]) },
    });
    expect(await count()).toBe(1000);
  });

  it.each([
    ["SELECT sneak()", "25006"],
    ["SELECT unlock()", "25001"],
    ["WITH gone AS (DELETE FROM item RETURNING *) SELECT * FROM gone", "25006"],
    ["EXPLAIN ANALYZE DELETE FROM item", "25006"],
    ["SELECT * INTO copy_of_item FROM item", "25006"],
    ["SELECT * FROM item FOR UPDATE", "25006"],
    ["SELECT lower($$x$$); SELECT nextval('pg_catalog.nothing')", "42P01"],
  ])("lets the server refuse %s", async (sql, sqlState) => {
    const { failure } = await read(sql);
    expect(failure?.sqlState).toBe(sqlState);
    expect(await count()).toBe(1000);
  });

  it("never loads more rows than the limit and says that there are more", async () => {
    const { results } = await read("SELECT * FROM generate_series(1, 100000000) AS n", { rows: 250 });
    expect(results[0]?.rows).toHaveLength(250);
    expect(results[0]).toMatchObject({ truncated: "rows", tag: null });
    const exact = await read("SELECT * FROM generate_series(1, 250) AS n", { rows: 250 });
    expect(exact.results[0]).toMatchObject({ truncated: null, tag: "SELECT 250" });
  });

  it("cuts long cells and stops at the limit of the whole result", async () => {
    const { results } = await read("SELECT repeat('x', 100000) AS long FROM generate_series(1, 5000)", {
      rows: 5000,
    });
    expect(results[0]?.rows[0]?.[0]).toHaveLength(32 * 1024);
    expect(results[0]?.cuts[0]).toEqual({ row: 0, column: 0, length: 100_000 });
    expect(results[0]?.truncated).toBe("bytes");
    expect(results[0]?.rows.length).toBeLessThan(300);
  });

  it("hangs up on a cell that does not fit into memory", async () => {
    await expect(read("SELECT repeat('x', 200000000)")).rejects.toMatchObject({ code: "sql.too_large" });
  });

  it("stops at the time limit, also when the statement lifts its own", async () => {
    const { failure } = await read("SELECT pg_sleep(20)", { timeoutSeconds: 1 });
    expect(failure?.sqlState).toBe("57014");
  });

  it("stops on the server when the asker cancels", async () => {
    const cancel = new AbortController();
    const input = { targetId: open, sql: "SELECT pg_sleep(25) /* cancel me */" };
    setTimeout(() => cancel.abort(), 400);
    const running = execute(readSql, project.actors.developer, input, { signal: cancel.signal });
    await expect(running).rejects.toMatchObject({ code: "sql.cancelled" });
    const left = await direct.query(
      "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%cancel me%' AND state = 'active' AND pid <> pg_backend_pid()",
    );
    expect(left.rowCount).toBe(0);
  });

  it("says where a failing statement went wrong", async () => {
    const { failure, results } = await read("SELECT 1;\n\nSELECT 'ü',\n  nonsense FROM item");
    expect(results).toHaveLength(1);
    expect(failure).toMatchObject({ sqlState: "42703", statement: 2, line: 4, column: 3 });
  });
});

describe("writing", () => {
  it("commits all statements or none", async () => {
    const both = await write(
      "INSERT INTO item VALUES (2001, 'a', 1); UPDATE item SET name = 'b' WHERE id = 2001 RETURNING name",
    );
    expect(both.results.map((result) => result.tag)).toEqual(["INSERT 0 1", "UPDATE 1"]);
    expect(both.results[1]?.rows).toEqual([["b"]]);
    const failed = await write("DELETE FROM item WHERE id = 2001; SELECT 1/0");
    expect(failed.failure?.sqlState).toBe("22012");
    expect(await count()).toBe(1001);
    const trail = await auditRows("sql.write");
    expect(trail.map(({ outcome }) => outcome).slice(-4)).toEqual(["intent", "ok", "intent", "failed"]);
    await write("DELETE FROM item WHERE id = 2001");
    expect(await count()).toBe(1000);
  });

  it("tells a failure that only COMMIT finds", async () => {
    await direct.query("CREATE TABLE child (id int REFERENCES item DEFERRABLE INITIALLY DEFERRED)");
    const { failure } = await write("INSERT INTO child VALUES (-1)");
    expect(failure?.sqlState).toBe("23503");
  });

  it("runs alone what PostgreSQL runs outside of a transaction", async () => {
    expect((await write("VACUUM item")).failure).toBeNull();
    await expect(write("SELECT 1; VACUUM item")).rejects.toMatchObject({ code: "sql.refused" });
  });

  it.each([
    "COMMIT; DROP TABLE item",
    "CALL leave(); COMMIT",
    "COPY item FROM PROGRAM 'sh'",
    "INSERT INTO dbmigrator.migrations_log DEFAULT VALUES",
  ])("refuses %s", async (sql) => {
    await expect(write(sql)).rejects.toMatchObject({ code: "sql.refused" });
  });

  it("does not let a procedure leave the transaction", async () => {
    expect((await write("CALL leave()")).failure?.sqlState).toBe("2D000");
    expect(await count()).toBe(1000);
  });

  it("is for developers, on open environments, and for nobody on protected ones", async () => {
    await expect(write("SELECT 1", {}, "viewer")).rejects.toMatchObject({ status: 403 });
    const input = { targetId: guarded, sql: "SELECT 1" };
    await expect(execute(writeSql, project.actors.admin, input)).rejects.toMatchObject({
      code: "access.nobody",
    });
    await expect(execute(explainAnalyzeSql, project.actors.admin, input)).rejects.toMatchObject({
      status: 403,
    });
    await expect(execute(readSql, project.actors.viewer, input)).rejects.toMatchObject({ status: 403 });
    await expect(execute(readSql, project.stranger, input)).rejects.toMatchObject({ status: 404 });
    expect((await execute(readSql, project.actors.developer, input)).failure).toBeNull();
    const denied = (await auditRows("sql.write")).filter((row) => row.outcome === "denied");
    expect(denied.at(-1)?.details).toMatchObject({ sql: "SELECT 1" });
  });
});

describe("plans", () => {
  it("shows a plan as text and as a tree without executing anything", async () => {
    const plan = await execute(explainSql, project.actors.viewer, {
      targetId: open,
      sql: "DELETE FROM item WHERE id = 5",
    });
    expect(plan.nodes[0]?.label).toBe("Delete on item");
    expect(plan.nodes[0]?.children[0]?.label).toContain("Index Scan using item_pkey on item");
    expect(plan.nodes[0]?.children[0]?.details).toContain("Index Cond: (id = 5)");
    expect(plan.text).toContain("Delete on item");
    expect(await count()).toBe(1000);
  });

  it("executes for ANALYZE and takes the changes back", async () => {
    const input = {
      targetId: open,
      sql: "WITH gone AS (DELETE FROM item RETURNING id) SELECT count(*) FROM gone",
    };
    const plan = await execute(explainAnalyzeSql, project.actors.developer, input);
    expect(plan.nodes[0]).toMatchObject({ label: "Aggregate", actualRows: 1, loops: 1 });
    expect(plan.nodes[0]?.children[0]?.label).toBe("CTE gone");
    expect(plan.nodes[0]?.children[0]?.children[0]?.actualRows).toBe(1000);
    expect(plan.summary.join()).toContain("Execution Time");
    expect(await count()).toBe(1000);
  });

  it.each(["CREATE TABLE a AS SELECT 1", "SELECT 1; SELECT 2", "EXPLAIN SELECT 1"])(
    "refuses %s",
    async (sql) => {
      await expect(
        execute(explainSql, project.actors.developer, { targetId: open, sql }),
      ).rejects.toMatchObject({
        code: "sql.refused",
      });
    },
  );
});

describe("the trail", () => {
  it("has an intent with the text and an outcome with the figures, joined, passwords masked in both", async () => {
    await write("CREATE ROLE sql_test_role PASSWORD 'hunter2'; DROP ROLE sql_test_role");
    const [intent, outcome] = (await auditRows("sql.write")).slice(-2);
    expect(intent).toMatchObject({ outcome: "intent" });
    expect(outcome).toMatchObject({
      outcome: "ok",
      runId: intent?.runId,
      details: { tags: ["CREATE ROLE", "DROP ROLE"] },
    });
    expect(
      JSON.stringify([intent, outcome], (_, value) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain("hunter2");
    const history = await db().sqlExecution.findMany({ where: { sql: { contains: "sql_test_role" } } });
    expect(history[0]?.sql).toContain("PASSWORD '********'");
  });

  it("gives a person's own history back, newest first, with failures, and nobody else's", async () => {
    const { approver, developer } = project.actors;
    await execute(readSql, approver, { targetId: open, sql: "SELECT 'first'" });
    await execute(readSql, approver, { targetId: open, sql: "SELECT 1/0" });
    const { rows, next } = await execute(sqlHistory, approver, { targetId: open });
    expect(rows.map((row) => row.sql)).toEqual(["SELECT 1/0", "SELECT 'first'"]);
    expect(rows[0]?.error?.message).toBe("division by zero");
    expect(next).toBeNull();
    const paged = await execute(sqlHistory, approver, { targetId: open, limit: 1 });
    const rest = await execute(sqlHistory, approver, { targetId: open, before: paged.next });
    expect(rest.rows.map((row) => row.sql)).toEqual(["SELECT 'first'"]);
    const found = await execute(sqlHistory, developer, { targetId: open, text: "'first'" });
    expect(found.rows).toEqual([]);
  });

  it("keeps what a failure of ours needs to be told in the reader's language", async () => {
    const { developer } = project.actors;
    const away = await testTarget(project, "billing", "development", { ...target.spec, port: 1 });
    await expect(execute(readSql, developer, { targetId: away, sql: "SELECT 1" })).rejects.toThrow();
    const { rows } = await execute(sqlHistory, developer, { targetId: away });
    expect(rows[0]?.error).toMatchObject({ code: "target.away", details: { port: 1 } });
  });

  it.each([
    [{ sql: "" }, "sql"],
    [{ rows: 0 }, "rows"],
    [{ rows: 100_000 }, "rows"],
    [{ timeoutSeconds: 9999 }, "timeoutSeconds"],
    [{ targetId: "x" }, "targetId"],
  ])("refuses %j and names the field", async (more, field) => {
    await expect(read("SELECT 1", more)).rejects.toMatchObject({
      status: 422,
      details: { fields: [{ field }] },
    });
  });
});
