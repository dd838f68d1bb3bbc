import type pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { parseScript, treeOf } from "../../core/sql/parse-script";
import { lossesOf } from "../../core/undo/losses";
import { migrateKeeping, revertKeeping, undoDatabase } from "../../testing/undo";
import { foretellLosses } from "./foretell";
import { listUndo } from "./store";

describe.each([14, 18] as const)("rows that clash or are dragged along, on PostgreSQL %i", (major) => {
  let client: pg.Client;
  let all: (sql: string) => Promise<unknown[][]>;
  const opened = undoDatabase(major);
  beforeAll(() => {
    ({ client, all } = opened());
  });

  const revert = (down = "") => revertKeeping(client, down);
  async function foretell(sql: string) {
    const told = [];
    for (const statement of parseScript(sql).statements)
      told.push(...(await foretellLosses(client, lossesOf(treeOf(statement), statement.text))));
    return told.map(({ kind, relation, rows, draggedBy = "", columns }) => {
      const figure = rows === null ? null : Math.round(rows);
      return [kind, relation.replace("public.", ""), figure, draggedBy.replace("public.", ""), ...columns];
    });
  }

  it("foretells what foreign keys drag along over several levels, as it is kept then", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
      CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE CASCADE, d int);
      CREATE TABLE d (id int PRIMARY KEY, c int REFERENCES c ON DELETE SET NULL);
      CREATE TABLE e (id int PRIMARY KEY, a int DEFAULT 1 REFERENCES a ON DELETE SET DEFAULT);
      CREATE TABLE none (id int PRIMARY KEY, a int REFERENCES a);
      INSERT INTO a SELECT i FROM generate_series(1, 10) i; INSERT INTO b SELECT i, 1 + i % 10 FROM generate_series(1, 100) i;
      INSERT INTO c SELECT i, 1 + i % 100 FROM generate_series(1, 1000) i; INSERT INTO d SELECT i, i FROM generate_series(1, 1000) i;
      INSERT INTO e SELECT i, 1 + i % 10 FROM generate_series(1, 50) i; ANALYZE`);
    const script = "DELETE FROM a WHERE id = 7";
    const foretold = await foretell(script);
    expect(foretold.map(([kind, of, , by, ...columns]) => [kind, of, by, ...columns])).toEqual([
      ["delete", "a", ""],
      ["delete", "b", "a"],
      ["update", "e", "a", "a"],
      ["delete", "c", "b"],
      ["update", "d", "c", "c"],
    ]);
    await migrateKeeping(client, script);
    for (const { relation, rows } of await listUndo(client)) {
      const figure = Number(foretold.find(([, of]) => `public.${of}` === relation)?.[2]);
      expect(figure, relation).toBeGreaterThanOrEqual(rows / 3);
      expect(figure, relation).toBeLessThanOrEqual(rows * 3);
    }
    for (const { restored, newer, gone, orphaned } of await revert()) {
      expect(restored).toBeGreaterThan(0);
      expect([newer, gone, orphaned]).toEqual([0, 0, 0]);
    }
    expect(
      await all(`SELECT (SELECT count(*)::int FROM a), (SELECT count(*)::int FROM b), (SELECT count(*)::int FROM c),
        (SELECT count(c)::int FROM d), (SELECT count(*)::int FROM e WHERE a = 1 + id % 10)`),
    ).toEqual([[10, 100, 1000, 1000, 50]]);
  });

  it("foretells foreign keys of the table itself, of partitions, and on update, and never more than there is", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t ON DELETE CASCADE);
      INSERT INTO t SELECT i, nullif(i - 1, 0) FROM generate_series(1, 20) i;
      CREATE TABLE p (id int, k int, PRIMARY KEY (id)) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
      CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL); INSERT INTO p VALUES (1), (2);
      INSERT INTO q VALUES (1, 1), (2, 2); ANALYZE`);
    const [own, dragged, ...rest] = await foretell("DELETE FROM t");
    expect(own).toEqual(["delete", "t", 20, ""]);
    expect(dragged).toEqual(["delete", "t", 20, "t"]);
    expect(rest).toEqual([]);
    expect((await foretell("DELETE FROM p1")).at(-1)?.slice(0, 2)).toEqual(["delete", "q"]);
    expect((await foretell("UPDATE p SET id = id + 10 WHERE id = 1")).at(-1)).toEqual([
      ...["update", "q", 1, "p", "p"],
    ]);
    expect(await foretell("WITH w AS (SELECT 1 AS id) DELETE FROM p USING w WHERE w.id = p.id")).toEqual([
      ["delete", "p", 1, ""],
      ["delete", "q", 1, "p"],
    ]);
  });

  it("counts what is dragged along against the limit of the statement", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE, t text);
      INSERT INTO a VALUES (1); INSERT INTO b SELECT 1, repeat('x', 500) FROM generate_series(1, 1000)`);
    await expect(migrateKeeping(client, "DELETE FROM a", { maxBytes: 200_000 })).rejects.toMatchObject({
      ...{ code: "undo.too_large", details: { relation: "public.b" } },
    });
    expect(await all("SELECT count(*)::int FROM b")).toEqual([[1000]]);
  });

  it("puts all rows back but those that are refused, and names these with the reason", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text, u int); INSERT INTO t SELECT i, i::text, i FROM generate_series(1, 100) i; UPDATE t SET a = 'x' WHERE id IN (7, 70); UPDATE t SET u = 5 WHERE id = 4",
    );
    await migrateKeeping(client, "DROP TABLE t");
    const [told] = await revert(
      "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a <> 50), u int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    );
    expect(told).toMatchObject({ restored: 96, refused: 3, newer: 1, orphaned: 0 });
    expect(told?.examples).toEqual(["50", "7", "70", "4"]);
    expect(told?.reason).toBeUndefined();
    expect(told?.message).toMatch(/check constraint .*; invalid input syntax for type integer: "x"/);
    expect(await all("SELECT count(*)::int FROM t")).toEqual([[96]]);
    expect(await all("SELECT count(*)::int FROM pg_proc WHERE proname = 'try_rows'")).toEqual([[0]]);
  });

  it("leaves those behind that hang on a refused row, however deep, and brings the others back", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t, u text UNIQUE);
      INSERT INTO t VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, NULL, 'd'), (5, 4, 'e')`);
    await migrateKeeping(client, "DELETE FROM t");
    await client.query("INSERT INTO t VALUES (9, NULL, 'a')");
    const [told] = await revert();
    expect(told).toMatchObject({ restored: 2, newer: 1, orphaned: 2, examples: ["1", "2", "3"] });
    expect(await all("SELECT id FROM t ORDER BY 1")).toEqual([[4], [5], [9]]);
  });

  it("merges tables that refer to each other row by row too", async () => {
    await client.query(`CREATE TABLE d (id int PRIMARY KEY, boss int, u text UNIQUE); CREATE TABLE e (id int PRIMARY KEY, d int NOT NULL REFERENCES d);
      ALTER TABLE d ADD FOREIGN KEY (boss) REFERENCES e; INSERT INTO d SELECT i, NULL, 'u' || i FROM generate_series(1, 3) i;
      INSERT INTO e SELECT 10 + id, id FROM d; UPDATE d SET boss = 10 + id`);
    await migrateKeeping(client, "TRUNCATE d, e");
    await client.query("INSERT INTO d VALUES (9, NULL, 'u2')");
    const told = await revert();
    expect(
      told.map(({ of, restored, newer, orphaned, examples }) => [of, restored, newer, orphaned, examples]),
    ).toEqual([
      ["public.d", 2, 1, 0, ["2"]],
      ["public.e", 2, 0, 1, ["12"]],
    ]);
    expect(await all("SELECT id, boss FROM d ORDER BY 1")).toEqual([
      [1, 11],
      [3, 13],
      [9, null],
    ]);
  });

  it("names rows without a key whose place is taken by their values", async () => {
    await client.query(
      "CREATE TABLE t (u text UNIQUE, a int); INSERT INTO t VALUES ('x', 1), ('y', 2), (NULL, 3)",
    );
    await migrateKeeping(client, "DELETE FROM t");
    await client.query("INSERT INTO t VALUES ('y', 5)");
    const [told] = await revert();
    expect(told).toMatchObject({ restored: 2, newer: 1, examples: ["(y,2)"] });
  });

  it("sets values one by one, each column for itself, where one of them is taken or no longer fits", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE, n int); INSERT INTO t SELECT i, 'u' || i, i FROM generate_series(1, 5) i",
    );
    await migrateKeeping(client, "UPDATE t SET u = 'v' || id, n = 0");
    await client.query("INSERT INTO t VALUES (9, 'u2', 9); UPDATE t SET u = 'mine' WHERE id = 3");
    const [told] = await revert("ALTER TABLE t ADD CHECK (n <> 4)");
    expect(told).toMatchObject({ restored: 2, newer: 1, refused: 2, examples: ["2", "3", "4"] });
    expect(told?.message).toMatch(/Key \(u\)=\(u2\) already exists.*check constraint/);
    expect(await all("SELECT id, u, n FROM t ORDER BY 1")).toEqual([
      [1, "u1", 1],
      [2, "v2", 2],
      [3, "mine", 3],
      [4, "u4", 0],
      [5, "u5", 5],
      [9, "u2", 9],
    ]);
  });

  it("moves values along a chain that is unique at every step", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, pos int UNIQUE); INSERT INTO t SELECT i, i FROM generate_series(1, 9) i",
    );
    await migrateKeeping(client, "UPDATE t SET pos = pos + 100; UPDATE t SET pos = pos - 101");
    for (const { newer, gone, orphaned, refused = 0 } of await revert())
      expect([newer, gone, orphaned, refused]).toEqual([0, 0, 0, 0]);
    expect(await all("SELECT bool_and(id = pos) FROM t")).toEqual([[true]]);
  });

  it("keeps what was written since one statement of several that change the same value", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT i, i FROM generate_series(1, 4) i",
    );
    await migrateKeeping(client, "UPDATE t SET a = 10; UPDATE t SET a = 20 WHERE id < 3");
    await client.query("UPDATE t SET a = 99 WHERE id IN (1, 3)");
    const told = await revert();
    expect(told.map(({ restored, newer }) => [restored, newer])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await all("SELECT id, a FROM t ORDER BY 1")).toEqual([
      [1, 99],
      [2, 2],
      [3, 99],
      [4, 4],
    ]);
  });

  it("takes no reference for a newer value that followed a key which the run itself changed", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); INSERT INTO p SELECT i, 'c' || i FROM generate_series(1, 4) i;
      CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p ON UPDATE CASCADE, code text REFERENCES p (code) ON UPDATE CASCADE);
      INSERT INTO t SELECT i, i, 'c' || i FROM generate_series(1, 4) i`);
    await migrateKeeping(
      client,
      `UPDATE t SET p = 4, code = 'c4'; UPDATE p SET id = id + 50; UPDATE p SET code = 'x' || code WHERE id > 52;
       UPDATE t SET p = 53 WHERE id = 2; UPDATE p SET id = id + 500 WHERE id = 54`,
    );
    await client.query("UPDATE t SET p = 51 WHERE id = 3; UPDATE t SET code = 'c1' WHERE id = 4");
    const told = await revert();
    expect(
      told.filter(({ of }) => of === "public.t").map(({ restored, newer }) => [restored, newer]),
    ).toEqual([
      [1, 0],
      [2, 2],
    ]);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 1, "c1"],
      [2, 2, "c2"],
      [3, 1, "c3"],
      [4, 4, "c1"],
    ]);
  });

  it("lets no rule swallow or change what comes back, and leaves rules as they were", async () => {
    await client.query(
      `CREATE TABLE t (id int PRIMARY KEY, a int, u int UNIQUE); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3); CREATE TABLE log (x int)`,
    );
    await migrateKeeping(client, "DELETE FROM t WHERE id <> 2; UPDATE t SET a = 0");
    await client.query(`CREATE RULE i AS ON INSERT TO t DO INSTEAD INSERT INTO log VALUES (1); CREATE RULE u AS ON UPDATE TO t DO INSTEAD NOTHING;
      CREATE RULE d AS ON DELETE TO t DO ALSO INSERT INTO log VALUES (2); ALTER TABLE t ENABLE ALWAYS RULE u; ALTER TABLE t DISABLE RULE d`);
    const told = await revert();
    expect(told.map(({ restored, newer, refused = 0 }) => [restored, newer, refused])).toEqual([
      [2, 0, 0],
      [1, 0, 0],
    ]);
    expect(await all("SELECT * FROM t ORDER BY 1")).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
    expect(await all("SELECT count(*)::int FROM log")).toEqual([[0]]);
    expect(
      await all("SELECT rulename, ev_enabled FROM pg_rewrite WHERE ev_class = 't'::regclass ORDER BY 1"),
    ).toEqual([
      ["d", "D"],
      ["i", "O"],
      ["u", "A"],
    ]);
  });

  it("puts rows back into tables whose foreign keys wait for the end of the transaction", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER x BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION f()`);
    await migrateKeeping(client, "DELETE FROM c");
    expect(await revert("INSERT INTO p VALUES (2); INSERT INTO c VALUES (2, 2)")).toMatchObject([
      { restored: 1 },
    ]);
  });

  it("cuts and rounds nothing into a type that has become narrower since, and names what does not fit", async () => {
    await client.query(
      `CREATE TABLE t (id int PRIMARY KEY, a text, n numeric(10,4), at timestamptz, j json);
       INSERT INTO t VALUES (1, 'long', 1, 'today', '{"x":  1}'), (2, 'b', 1.25, 'today', NULL), (3, 'c', 2, now(), NULL), (4, 'd', 4.0000, NULL, '[]')`,
    );
    await migrateKeeping(client, "DELETE FROM t");
    await client.query(
      "ALTER TABLE t ALTER a TYPE varchar(2), ALTER n TYPE numeric(10,1), ALTER at TYPE date, ALTER j TYPE jsonb",
    );
    const [told] = await revertKeeping(client, "");
    expect(told).toMatchObject({ restored: 1, newer: 0, refused: 3, examples: ["1", "2", "3"] });
    expect(told?.message).toContain("'long' does not fit into character varying(2) unchanged");
    expect(await all("SELECT id, a, n::text FROM t")).toEqual([[4, "d", "4.0"]]);
  });

  it("leaves values alone where the column has become narrower since, and sets those that fit", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, n numeric); INSERT INTO t VALUES (1, 1.5), (2, 2), (3, 3.25)",
    );
    await migrateKeeping(client, "UPDATE t SET n = 10");
    await client.query("ALTER TABLE t ALTER n TYPE int");
    expect(await revertKeeping(client, "")).toMatchObject([
      { restored: 1, newer: 0, refused: 2, examples: ["1", "3"] },
    ]);
    expect(await all("SELECT id, n FROM t ORDER BY id")).toEqual([
      [1, 10],
      [2, 2],
      [3, 10],
    ]);
  });

  it("does not tell values from the middle of the run as refused where those from before it are all back", async () => {
    const make = () =>
      client.query(
        "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 10), (2, 20)",
      );
    const up = "ALTER TABLE t ALTER n TYPE text USING 'x' || n; UPDATE t SET n = n || 'y'";
    const down = "ALTER TABLE t ALTER n TYPE int USING 0";
    await make();
    await migrateKeeping(client, up);
    expect(await revert(down)).toEqual(
      [1, 2].map(() => ({ of: "public.t", restored: 2, newer: 0, gone: 0, orphaned: 0, examples: [] })),
    );
    expect(await all("SELECT id, n FROM t ORDER BY id")).toEqual([
      [1, 10],
      [2, 20],
    ]);
    // Somebody's own value is neither.
    await make();
    await client.query("DELETE FROM dbmigrator_undo.entry");
    await migrateKeeping(client, up);
    await client.query("UPDATE t SET n = '7' WHERE id = 2");
    const told = await revert("ALTER TABLE t ALTER n TYPE int USING regexp_replace(n, '[xy]', '', 'g')::int");
    expect(told.map(({ newer, refused = 0 }) => [newer, refused])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect(await all("SELECT id, n FROM t ORDER BY id")).toEqual([
      [1, 10],
      [2, 7],
    ]);
  });

  it("brings the other values of a row back where one of its columns cannot, and tells nothing from the middle of the run", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1), (2);
      CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p, a int, b int UNIQUE, x int, y int);
      INSERT INTO t SELECT i, CASE i WHEN 4 THEN 1 ELSE 2 END, i, i * 10, i, i FROM generate_series(1, 4) i`);
    await migrateKeeping(
      client,
      `ALTER TABLE t ALTER x TYPE text USING 'n' || x; UPDATE t SET x = 'n9', a = 0, y = 0 WHERE id < 3;
       UPDATE t SET p = NULL, b = b + 1, y = -y WHERE id > 2`,
    );
    await client.query("DELETE FROM p WHERE id = 1; INSERT INTO t (id, b) VALUES (9, 30)");
    const told = await revert("ALTER TABLE t ALTER x TYPE int USING substr(x, 2)::int");
    expect(
      told.map(({ restored, orphaned, refused = 0, newer }) => [restored, newer, orphaned, refused]),
    ).toEqual([
      // The parent of 4 is gone, and the value of 3 is taken.
      ...[[0, 0, 1, 1]],
      // What x was in between has no place, and none is wanted.
      ...[[2, 0, 0, 0]],
      ...[[4, 0, 0, 0]],
    ]);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 2, 1, 10, 1, 1],
      [2, 2, 2, 20, 2, 2],
      [3, 2, 3, 31, 3, 3],
      [4, null, 4, 40, 4, 4],
      [9, null, null, 30, null, null],
    ]);
  });

  it("says whose values have no column any more", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text, empty text); INSERT INTO t VALUES (1, 'a', NULL)",
    );
    await migrateKeeping(client, "DELETE FROM t");
    await client.query("ALTER TABLE t DROP a, DROP empty");
    expect(await revertKeeping(client, "")).toMatchObject([{ restored: 1, lacking: ["a"] }]);
  });

  it("sets nothing where the column is computed today", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id * 2) STORED); INSERT INTO t VALUES (1)",
    );
    await migrateKeeping(client, "ALTER TABLE t ALTER g DROP EXPRESSION; UPDATE t SET g = 0");
    const down = "ALTER TABLE t DROP g, ADD g int GENERATED ALWAYS AS (id * 2) STORED";
    expect(await revertKeeping(client, down)).toMatchObject([{ restored: 0, reason: "no_column" }]);
    expect(await all("SELECT id, g FROM t")).toEqual([[1, 2]]);
  });

  it("takes no row for gone that a policy hides from the role", async () => {
    const role = `undo_${major}_${process.pid}`;
    await client.query(`CREATE ROLE ${role}; GRANT CREATE, USAGE ON SCHEMA public TO ${role}; GRANT ALL ON SCHEMA dbmigrator_undo TO ${role};
      GRANT ALL ON ALL TABLES IN SCHEMA dbmigrator_undo TO ${role}; SET ROLE ${role};
      CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 2)`);
    try {
      await migrateKeeping(client, "DELETE FROM t WHERE id = 1; ALTER TABLE t DROP COLUMN a");
      await client.query("ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY");
      const told = await revert("ALTER TABLE t ADD COLUMN a int");
      for (const { reason, gone, message } of told) {
        expect([reason, gone]).toEqual(["refused", 0]);
        expect(message).toMatch(/row-level security policy for table "t"/);
      }
      expect(told).toHaveLength(2);
    } finally {
      await client.query(`RESET ROLE; DROP TABLE t; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
