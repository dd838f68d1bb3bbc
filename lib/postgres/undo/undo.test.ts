import type pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadParser, parseScript, treeOf } from "../../core/sql/parse-script";
import { codeOf } from "../../core/undo/code";
import { lossesOf } from "../../core/undo/losses";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { migrateKeeping, revertKeeping } from "../../testing/undo";
import { closeConnection, openConnection } from "../connection/connect";
import { keepLosses } from "./keep";
import { ensureUndoStore, listUndo, purgeUndo } from "./store";
import { writingCode } from "./writing-code";

describe.each([14, 18] as const)("rows kept before they are lost, on PostgreSQL %i", (major) => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(loadParser);
  beforeEach(async () => {
    database = await testDatabase({ major });
    client = await openConnection(database.spec);
    await ensureUndoStore(client);
  });
  afterEach(async () => {
    await closeConnection(client);
    await database.drop();
  });

  const context = { runId: "r1", service: "s", filename: "1_a", days: 7, maxBytes: 2 ** 30 };
  const migrate = (script: string, options = {}) => migrateKeeping(client, script, options);
  const revert = async (down: string) =>
    (await revertKeeping(client, down)).map(({ of: _, ...outcome }) => outcome);

  async function all(sql: string): Promise<unknown[][]> {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows;
  }

  const clean = { restored: 0, newer: 0, gone: 0, orphaned: 0, examples: [] };

  it("brings back a dropped table with identity, generated columns and types that went with it", async () => {
    await client.query(`CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood[], j json, n numeric, f float8, b bytea,
        twice int GENERATED ALWAYS AS (1 + 1) STORED, "odd "" name" text);
      INSERT INTO kept (m, j, n, f, b, "odd "" name") VALUES
        ('{good,NULL}', '{"a":1}', 'NaN', 'Infinity', '\\x00ff', 'x'), (NULL, NULL, 1.50, -0.0, NULL, NULL)`);
    const before = await all("SELECT kept::text FROM kept ORDER BY id");
    await migrate("DROP TABLE kept; DROP TYPE mood;");
    expect(await all("SELECT to_regtype('mood') IS NULL")).toEqual([[true]]);
    const told = await revert(`CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood[], j json, n numeric, f float8, b bytea,
        twice int GENERATED ALWAYS AS (1 + 1) STORED, "odd "" name" text)`);
    expect(told).toEqual([{ ...clean, restored: 2 }]);
    expect(await all("SELECT kept::text FROM kept ORDER BY id")).toEqual(before);
    await client.query("INSERT INTO kept (m) VALUES (NULL)");
    expect(await all("SELECT max(id) FROM kept")).toEqual([[3]]);
  });

  it("brings back a column's values and leaves rows alone that came since or have gone", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT i, 'n' || i FROM generate_series(1, 4) i",
    );
    await migrate("ALTER TABLE t DROP COLUMN note");
    await client.query("INSERT INTO t VALUES (5); DELETE FROM t WHERE id = 2");
    const told = await revert("ALTER TABLE t ADD COLUMN note text");
    expect(told).toEqual([{ ...clean, restored: 3, gone: 1, examples: ["2"] }]);
    expect(await all("SELECT id, note FROM t ORDER BY id")).toEqual([
      [1, "n1"],
      [3, "n3"],
      [4, "n4"],
      [5, null],
    ]);
  });

  it("brings back what a narrower type cut off, and keeps what was written since", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, price numeric(10,4)); INSERT INTO t VALUES (1, 1.2345), (2, 2.3456), (3, 3.5)",
    );
    await migrate("ALTER TABLE t ALTER price TYPE numeric(10,1)");
    await client.query("UPDATE t SET price = 9 WHERE id = 2");
    const told = await revert("ALTER TABLE t ALTER price TYPE numeric(10,4)");
    expect(told).toEqual([{ ...clean, restored: 2, newer: 1, examples: ["2"] }]);
    expect(await all("SELECT id, price::text FROM t ORDER BY id")).toEqual([
      [1, "1.2345"],
      [2, "9.0000"],
      [3, "3.5000"],
    ]);
  });

  it("keeps nothing for a wider type", async () => {
    await client.query("CREATE TABLE t (id int PRIMARY KEY, a varchar(5), n int)");
    await migrate("ALTER TABLE t ALTER a TYPE text, ALTER n TYPE bigint");
    expect(await listUndo(client)).toEqual([]);
  });

  it("brings back updated values column by column", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b text); CREATE TABLE o (id int, x text); INSERT INTO t SELECT i, i, 'b' || i FROM generate_series(1, 4) i; INSERT INTO o VALUES (1, 'y'), (1, 'z'), (3, 'y')",
    );
    await migrate(
      "WITH w AS (SELECT 1 AS one) UPDATE t AS u SET a = a + (SELECT one FROM w), b = CASE WHEN b IS DISTINCT FROM 'q' THEN 'new' END -- where\n FROM o WHERE o.id = u.id AND o.x IN ('y', 'z') RETURNING u.id",
    );
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 2, "new"],
      [2, 2, "b2"],
      [3, 4, "new"],
      [4, 4, "b4"],
    ]);
    await client.query("UPDATE t SET b = 'newer' WHERE id = 3");
    const told = await revert("");
    expect(told).toEqual([{ ...clean, restored: 1, newer: 1, examples: ["3"] }]);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 1, "b1"],
      [2, 2, "b2"],
      [3, 3, "newer"],
      [4, 4, "b4"],
    ]);
  });

  it("brings back deleted rows with those that foreign keys took along", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY, boss int REFERENCES a ON DELETE CASCADE);
      CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
      CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE SET NULL);
      INSERT INTO a VALUES (1, NULL), (2, 1), (3, NULL); INSERT INTO b VALUES (10, 1), (11, 3); INSERT INTO c VALUES (20, 10), (21, 11)`);
    await migrate("DELETE FROM a WHERE id = 1 OR boss = 1");
    expect(await all("SELECT count(*)::int FROM b")).toEqual([[1]]);
    await revert("");
    expect(await all("SELECT * FROM a ORDER BY id")).toEqual([
      [1, null],
      [2, 1],
      [3, null],
    ]);
    expect(await all("SELECT * FROM b ORDER BY id")).toEqual([
      [10, 1],
      [11, 3],
    ]);
    expect(await all("SELECT * FROM c ORDER BY id")).toEqual([
      [20, 10],
      [21, 11],
    ]);
  });

  it("brings back truncated tables, and names rows whose place is taken or whose parent is gone", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p, v text);
      INSERT INTO p VALUES (1), (2); INSERT INTO q VALUES (1, 1, 'old'), (2, 2, 'old'), (3, NULL, 'old')`);
    await migrate("TRUNCATE q");
    await client.query("INSERT INTO q VALUES (1, 1, 'since'); DELETE FROM p WHERE id = 2");
    const told = await revert("");
    expect(told).toEqual([{ ...clean, restored: 1, newer: 1, orphaned: 1, examples: ["1", "2"] }]);
    expect(await all("SELECT * FROM q ORDER BY id")).toEqual([
      [1, 1, "since"],
      [3, null, "old"],
    ]);
  });

  it("takes along what TRUNCATE … CASCADE and DROP SCHEMA … CASCADE empty", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p);
      INSERT INTO p VALUES (1); INSERT INTO q VALUES (7, 1);
      CREATE SCHEMA old; CREATE TABLE old.t (id int) PARTITION BY RANGE (id);
      CREATE TABLE old.t1 PARTITION OF old.t DEFAULT; INSERT INTO old.t VALUES (5), (6)`);
    await migrate("TRUNCATE p CASCADE; DROP SCHEMA old CASCADE");
    expect((await listUndo(client)).map(({ relation, rows }) => [relation, rows]).sort()).toEqual([
      ["old.t", 2],
      ["public.p", 1],
      ["public.q", 1],
    ]);
    await revert(
      "CREATE SCHEMA old; CREATE TABLE old.t (id int) PARTITION BY RANGE (id); CREATE TABLE old.t1 PARTITION OF old.t DEFAULT",
    );
    expect(await all("SELECT (SELECT count(*) FROM q)::int, (SELECT sum(id) FROM old.t)::int")).toEqual([
      [1, 11],
    ]);
  });

  it("keeps what belongs to rows while others write, and lets them read", async () => {
    await client.query("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)");
    await client.query("BEGIN");
    const [loss] = lossesOf(
      treeOf(parseScript("UPDATE t SET a = 2").statements[0] as never),
      "UPDATE t SET a = 2",
    );
    await keepLosses(client, { ...context, statement: 1 }, loss ? [loss] : []);
    const other = await openConnection(database.spec);
    try {
      await other.query("SET lock_timeout = '200ms'");
      expect((await other.query("SELECT a FROM t")).rows).toEqual([{ a: 1 }]);
      await expect(other.query("INSERT INTO t VALUES (2, 2)")).rejects.toThrow(/lock timeout/);
    } finally {
      await closeConnection(other);
      await client.query("ROLLBACK");
    }
  });

  it("refuses a statement whose rows would take more room than allowed, and one that means other rows twice", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 2000) i; ANALYZE t",
    );
    await expect(migrate("DROP TABLE t", { maxBytes: 1000 })).rejects.toMatchObject({
      code: "undo.too_large",
    });
    await client.query("CREATE SEQUENCE s");
    await expect(migrate("UPDATE t SET a = 'y' WHERE nextval('s') > 1000")).rejects.toMatchObject({
      code: "undo.incomplete",
    });
    expect(await all("SELECT count(*)::int FROM t WHERE a = 'y'")).toEqual([[0]]);
    expect(await listUndo(client)).toEqual([]);
  });

  it("does not wake triggers when rows come back, and leaves them as they were", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1); CREATE TABLE log (x int);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (1); RETURN NULL; END';
      CREATE TRIGGER one AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER two AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE t ENABLE ALWAYS TRIGGER two`);
    await migrate("DELETE FROM t");
    await revert("");
    expect(await all("SELECT count(*)::int FROM log")).toEqual([[0]]);
    expect(await all("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")).toEqual([
      ["one", "O"],
      ["two", "A"],
    ]);
  });

  /** What other code these statements set to work, as it is told. */
  async function codeAtWork(sql: string): Promise<string[]> {
    const found: string[] = [];
    for (const one of parseScript(sql).statements) {
      const tree = treeOf(one);
      for (const { what } of await writingCode(client, lossesOf(tree, one.text), codeOf(tree)))
        found.push(what);
    }
    return found;
  }

  it("names triggers of an INSERT that take other rows away, at once or by what they insert", async () => {
    await client.query(
      `CREATE TABLE t (id int, a int); CREATE TABLE u (id int); CREATE TABLE part (LIKE t); CREATE TABLE sum (id int PRIMARY KEY, n int);
       CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO u VALUES (1); PERFORM pg_notify('x', 'drop'); RETURN new; END $$;
       CREATE FUNCTION cleans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM u; RETURN new; END $$;
       CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO sum VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = sum.n + 1; RETURN new; END $$;
       CREATE TRIGGER logs AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION logs();
       CREATE TRIGGER cleans AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION cleans();
       CREATE TRIGGER counts AFTER INSERT ON u FOR EACH ROW EXECUTE FUNCTION counts()`,
    );
    // The first inserts into what counts.
    const both = ["TRIGGER cleans ON t", "TRIGGER logs ON t"];
    expect(await codeAtWork("INSERT INTO t VALUES (1)")).toEqual(both);
    expect(await codeAtWork("COPY t FROM '/tmp/rows'")).toEqual(both);
    expect(
      await codeAtWork("WITH n AS (INSERT INTO u VALUES (1) RETURNING id) INSERT INTO t SELECT id FROM n"),
    ).toEqual(expect.arrayContaining(["TRIGGER cleans ON t", "TRIGGER counts ON u"]));
    expect(
      await codeAtWork("INSERT INTO part VALUES (1); UPDATE t SET a = 1; COPY t TO '/tmp/rows'"),
    ).toEqual([]);
  });

  it("names triggers that are set to work by what triggers insert, and by foreign keys", async () => {
    await client.query(
      `CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE "Log" (id int); CREATE TABLE u (id int);
       CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE); CREATE TABLE d (c int REFERENCES c ON DELETE SET NULL);
       CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public . "Log" VALUES (1); RETURN new; END $$;
       CREATE FUNCTION cleans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM u; RETURN new; END $$;
       CREATE TRIGGER logs AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION logs()`,
    );
    expect(await codeAtWork("UPDATE t SET a = 1")).toEqual([]);
    await client.query(`CREATE TRIGGER cleans AFTER INSERT ON "Log" FOR EACH ROW EXECUTE FUNCTION cleans()`);
    expect(await codeAtWork("UPDATE t SET a = 1")).toEqual(["TRIGGER logs ON t"]);
    expect(await codeAtWork("DELETE FROM t")).toEqual([]);
    await client.query("CREATE TRIGGER cleans AFTER UPDATE ON d FOR EACH ROW EXECUTE FUNCTION cleans()");
    expect(await codeAtWork("DELETE FROM t")).toEqual(["TRIGGER cleans ON d"]);
    expect(await codeAtWork("DELETE FROM d")).toEqual([]);
    const role = `plain_${database.name}`;
    await client.query(`CREATE ROLE ${role}; CREATE SCHEMA closed; CREATE TABLE closed.log (id int); GRANT ALL ON t TO ${role};
      CREATE OR REPLACE FUNCTION logs() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN INSERT INTO closed.log VALUES (1); RETURN new; END $$;
      CREATE TRIGGER cleans AFTER INSERT ON closed.log FOR EACH ROW EXECUTE FUNCTION cleans(); SET ROLE ${role}`);
    expect(await codeAtWork("UPDATE t SET a = 1")).toEqual(["TRIGGER logs ON t"]);
    await client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("brings back what BEFORE triggers changed beside the statement, and keeps what was written since", async () => {
    await client.query(
      `CREATE TABLE t (id int PRIMARY KEY, a int, at timestamptz DEFAULT '2024-01-01', "By" text DEFAULT 'them', wide text DEFAULT 'w', words tsvector, rest int DEFAULT 1);
       INSERT INTO t SELECT i, i FROM generate_series(1, 3) i;
       CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF new IS DISTINCT FROM old THEN new.at := now(); NEW."By" = 'us'; END IF; RETURN new; -- new.rest
       END $$;
       CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
       CREATE TRIGGER words BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', wide);
       UPDATE t SET words = NULL WHERE false; ALTER TABLE t DISABLE TRIGGER USER; UPDATE t SET words = NULL; ALTER TABLE t ENABLE TRIGGER USER`,
    );
    const before = await all("SELECT * FROM t ORDER BY id");
    await migrate("UPDATE t SET a = 0");
    const [entry] = await listUndo(client);
    expect(entry?.columns).toEqual(["a", "at", '"By"', "wide", "words"]);
    await client.query(`UPDATE t SET a = 7 WHERE id = 3`);
    const mine = await all("SELECT * FROM t WHERE id = 3");
    await revert("");
    expect(await all("SELECT * FROM t WHERE id < 3 ORDER BY id")).toEqual(before.slice(0, 2));
    const [[, a, at] = []] = await all("SELECT * FROM t WHERE id = 3");
    expect([a, at]).toEqual([7, mine[0]?.[2]]);
  });

  it("brings back whatever a trigger changed that makes another row of it, and what it changed below a foreign key", async () => {
    await client.query(
      `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p ON DELETE SET NULL, n int, m int);
       INSERT INTO p VALUES (1), (2); INSERT INTO t VALUES (1, 1, 1, 1), (2, 2, 2, 2);
       CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r t; BEGIN r := new; r.n := 0; r.m = 9; RETURN r; END $$;
       CREATE TRIGGER other BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION other()`,
    );
    const before = await all("SELECT * FROM t ORDER BY id");
    await migrate("DELETE FROM p WHERE id = 1; UPDATE t SET m = 5");
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, null, 0, 9],
      [2, 2, 0, 9],
    ]);
    await revert("");
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual(before);
  });

  it("keeps the rows of tables that go with an extension", async () => {
    await client.query(
      "CREATE EXTENSION hstore; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); ALTER EXTENSION hstore ADD TABLE t",
    );
    await migrate("DROP EXTENSION hstore");
    await revert("CREATE EXTENSION hstore; CREATE TABLE t (id int PRIMARY KEY)");
    expect(await all("SELECT id FROM t ORDER BY id")).toEqual([[1], [2]]);
  });

  it("names functions that take rows away wherever a statement calls them, and no others", async () => {
    await client.query(
      `CREATE SCHEMA s; CREATE TABLE t (id int, a int); CREATE TABLE u (id int);
       CREATE FUNCTION cleans(x int) RETURNS int LANGUAGE sql AS 'DELETE FROM u; SELECT x';
       CREATE FUNCTION s.sets(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC UPDATE u SET id = x; SELECT x; END;
       CREATE FUNCTION hidden(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM u'; RETURN x; END $$;
       CREATE FUNCTION adds(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO u VALUES (x); RETURN x; END $$;
       CREATE FUNCTION reads(x int) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT 1'; RETURN x; END $$`,
    );
    expect(await codeAtWork("INSERT INTO t SELECT cleans(id) FROM u")).toEqual(["cleans()"]);
    expect(await codeAtWork("WITH x AS (SELECT s.sets(1) AS id) INSERT INTO t SELECT id FROM x")).toEqual([
      "s.sets()",
    ]);
    expect(await codeAtWork("WITH x AS MATERIALIZED (SELECT cleans(1)) SELECT count(*) FROM x")).toEqual([
      "cleans()",
    ]);
    expect(await codeAtWork("SELECT id FROM u, hidden(1)")).toEqual(["hidden()"]);
    expect(await codeAtWork("CREATE TABLE n AS SELECT hidden(1)")).toEqual(["hidden()"]);
    expect(await codeAtWork("UPDATE t SET a = cleans(a)")).toEqual(["cleans()"]);
    expect(
      await codeAtWork("INSERT INTO t SELECT adds(1), reads(2), length('x'); SELECT * FROM reads(1)"),
    ).toEqual([]);
    // Its text says so already.
    expect(await codeAtWork("SELECT cleans(1)")).toEqual([]);
  });

  it("names composite types that lose an attribute with another type", async () => {
    await client.query(
      "CREATE TYPE e AS ENUM ('a'); CREATE TYPE pair AS (a e, b int); CREATE TABLE t (id int PRIMARY KEY, p pair, v e); INSERT INTO t VALUES (1, ('a', 1), 'a')",
    );
    expect(await codeAtWork("DROP TYPE e CASCADE")).toEqual(["pair"]);
    expect(await codeAtWork("DROP TYPE pair CASCADE; DROP TYPE IF EXISTS nowhere CASCADE")).toEqual([]);
    expect(await codeAtWork("DROP EXTENSION IF EXISTS hstore, citext CASCADE")).toEqual([]);
  });

  it("names triggers whose code writes too, and no others", async () => {
    await client.query(
      `CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE log (x text);
       CREATE FUNCTION notes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF TG_OP = 'DELETE' THEN INSERT INTO log VALUES ('delete from p'); ELSE new.a := 1; END IF; RETURN new; -- drop
       END $$;
       CREATE FUNCTION writes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM log; RETURN old; END $$;
       CREATE TRIGGER quiet BEFORE DELETE OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION notes();
       CREATE TRIGGER loud AFTER DELETE ON p FOR EACH ROW EXECUTE FUNCTION writes();
       CREATE TRIGGER "Other" AFTER TRUNCATE ON p1 EXECUTE FUNCTION writes();
       CREATE TRIGGER off AFTER DELETE ON p1 FOR EACH ROW EXECUTE FUNCTION writes(); ALTER TABLE p1 DISABLE TRIGGER off`,
    );
    expect(await codeAtWork("DELETE FROM p WHERE id = 1")).toEqual(["TRIGGER loud ON p"]);
    expect(await codeAtWork("UPDATE p SET a = 2; DROP TABLE log; DELETE FROM nowhere")).toEqual([]);
    expect(await codeAtWork("TRUNCATE p")).toEqual(['TRIGGER "Other" ON p1']);
  });

  it("follows what functions call in their expressions, however deep", async () => {
    await client.query(
      `CREATE SCHEMA s; CREATE TABLE t (id int, a int); CREATE TABLE u (id int);
       CREATE FUNCTION s."Cleans"(x int) RETURNS int LANGUAGE sql AS 'DELETE FROM u; SELECT x';
       CREATE FUNCTION step(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN x > 0 THEN s."Cleans"(step(x - 1)) ELSE 0 END; END $$;
       CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := 1 + public.step(new.id); RETURN new; END $$;
       CREATE FUNCTION counts(x int) RETURNS int LANGUAGE sql AS 'INSERT INTO u VALUES (x); SELECT abs(x)';
       CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         new.a := counts(new.a); /* cleans(1), "delete from u" */ RETURN new; END $$;
       CREATE TRIGGER loud BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION sets();
       CREATE TRIGGER quiet BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION quiet()`,
    );
    expect(await codeAtWork("INSERT INTO t VALUES (1)")).toEqual(["TRIGGER loud ON t"]);
    expect(await codeAtWork("CREATE TABLE n AS SELECT step(id), counts(id) FROM u")).toEqual(["step()"]);
    await client.query("DROP SCHEMA s CASCADE");
  });

  it("says what has no key, and what cannot be foretold from the text", async () => {
    await client.query("CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, 1)");
    await migrate("UPDATE t SET a = 2");
    expect(await revert("")).toEqual([{ ...clean, reason: "no_key" }]);
    const reasons = (sql: string) => {
      const [statement] = parseScript(sql).statements;
      return statement ? lossesOf(treeOf(statement), statement.text) : [];
    };
    expect(
      [
        "MERGE INTO t USING t s ON false WHEN MATCHED AND t.a IN (SELECT a FROM s LIMIT 1) THEN DELETE",
        "INSERT INTO t DEFAULT VALUES ON CONFLICT (id) DO UPDATE SET a = 1",
        "DO 'BEGIN END'",
        "DROP TYPE m CASCADE",
        "ALTER TYPE m DROP ATTRIBUTE a",
        "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
        "WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM d",
        "CREATE TABLE u AS WITH d AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM d",
        "WITH d AS (INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1 RETURNING *) SELECT 1",
        "COPY (DELETE FROM t RETURNING *) TO STDOUT",
        "EXPLAIN ANALYZE DELETE FROM t",
        "SELECT clean_up()",
        "SELECT s.clean_up(id) FROM t",
        "EXECUTE prepared",
        "SELECT lo_unlink(file) FROM t",
        "SELECT pg_catalog.lo_truncate(lo_open(1, 131072), 0)",
      ].map((sql) =>
        reasons(sql).map((loss) => (loss.kind === "uncovered" ? loss.reason : `keeps ${loss.kind}`)),
      ),
    ).toEqual([
      ...[
        ["limit"],
        ["upsert"],
        ["code"],
        ["keeps drop_cascade"],
        ["attribute"],
        ["keeps delete"],
        ["keeps delete"],
      ],
      ...[["writing_with"]],
      ...[["keeps upsert"], ["writing_with"], ["writing_with"], ["code"], ["code"], ["code"]],
      ...[["code"], ["code"]],
    ]);
    for (const harmless of [
      "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
      "MERGE INTO t USING t s ON false WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (1)",
      "EXPLAIN DELETE FROM t",
      "SELECT setval('s', 1), pg_catalog.set_config('a.b', 'c', false), now()",
      "SELECT max(id) FROM t",
      "SELECT lo_get(file) FROM t",
      "CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM u",
    ])
      expect([harmless, reasons(harmless)]).toEqual([harmless, []]);
  });

  it("removes what is past its window and keeps the record of it", async () => {
    await client.query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    await migrate("DELETE FROM t", { days: -1 });
    expect(await listUndo(client, { kept: true })).toEqual([]);
    expect(await purgeUndo(client)).toMatchObject({ entries: 1 });
    expect(await listUndo(client)).toMatchObject([{ state: "purged", rows: 1, relation: "public.t" }]);
    expect(
      await all(
        "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'dbmigrator_undo'::regnamespace AND relname ~ '^[dan][0-9]'",
      ),
    ).toEqual([[0]]);
  });
});
