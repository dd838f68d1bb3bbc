import type pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { migrateKeeping, revertKeeping, undoDatabase } from "../../testing/undo";
import { closeConnection, openConnection } from "../connection/connect";
import { beginPutBack, finishPutBack } from "./put-back";
import { ensureUndoStore, listUndo, purgeUndo } from "./store";

describe.each([14, 18] as const)("rows that are hard to put back, on PostgreSQL %i", (major) => {
  let client: pg.Client;
  let all: (sql: string) => Promise<unknown[][]>;
  const opened = undoDatabase(major);
  beforeAll(() => {
    ({ client, all } = opened());
  });

  const told = async (down = "") =>
    (await revertKeeping(client, down)).map(({ of, restored, newer, gone, orphaned, examples, reason }) => {
      const lost = newer + gone + orphaned;
      return [of.replace("public.", ""), restored, lost, ...examples, ...(reason ? [reason] : [])];
    });

  const FAMILY = `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);`;
  it("puts parents back before their children, in whatever order a statement names them", async () => {
    await client.query(`${FAMILY} INSERT INTO p VALUES (1); INSERT INTO c VALUES (7, 1)`);
    await migrateKeeping(client, "DROP TABLE c, p");
    expect(await told(FAMILY)).toEqual([
      ["p", 1, 0],
      ["c", 1, 0],
    ]);
    await migrateKeeping(client, "TRUNCATE c, p");
    expect(await told()).toEqual([
      ["p", 1, 0],
      ["c", 1, 0],
    ]);
    await migrateKeeping(client, "DROP TABLE p CASCADE; DROP TABLE c");
    expect(await told(FAMILY)).toEqual([
      ["p", 1, 0],
      ["c", 1, 0],
    ]);
  });

  it("puts tables back that refer to each other", async () => {
    await client.query(`CREATE TABLE d (id int PRIMARY KEY, boss int); CREATE TABLE e (id int PRIMARY KEY, d int NOT NULL REFERENCES d);
      ALTER TABLE d ADD FOREIGN KEY (boss) REFERENCES e; INSERT INTO d VALUES (1), (2); INSERT INTO e VALUES (10, 1), (11, 2), (12, 1);
      UPDATE d SET boss = id + 9`);
    await migrateKeeping(client, "TRUNCATE d, e");
    await told();
    expect(await all("SELECT * FROM d ORDER BY id")).toEqual([
      [1, 10],
      [2, 11],
    ]);
    expect(await all("SELECT count(*)::int FROM e")).toEqual([[3]]);
    expect(await all("SELECT bool_or(condeferrable) FROM pg_constraint WHERE contype = 'f'")).toEqual([
      [false],
    ]);
  });

  it("keeps what a foreign key of the table itself takes along, however deep", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a ON DELETE CASCADE);
      CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
      INSERT INTO a VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL); INSERT INTO b SELECT 10 + id, id FROM a`);
    await migrateKeeping(client, "DELETE FROM a WHERE id = 1");
    expect(await all("SELECT count(*)::int FROM b")).toEqual([[1]]);
    await told();
    expect(await all("SELECT id, up FROM a ORDER BY id")).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
      [4, 3],
      [5, null],
    ]);
    expect(await all("SELECT count(*)::int FROM b")).toEqual([[5]]);
  });

  it("puts rows back that refer to rows which the same statement, or another one, took from their table", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a ON DELETE CASCADE);
      INSERT INTO a VALUES (0, NULL), (2, 0), (3, 2), (5, 0), (6, 5), (7, 6)`);
    const before = await all("SELECT * FROM a ORDER BY id");
    // 2 goes with 0, and 3 refers to it; 7 goes by another statement than its parent and that one's.
    await migrateKeeping(client, "DELETE FROM a WHERE id IN (7); DELETE FROM a WHERE id IN (0, 3, 6)");
    for (const [, , lost] of await told()) expect(lost).toBe(0);
    expect(await all("SELECT * FROM a ORDER BY id")).toEqual(before);
    await migrateKeeping(client, "DELETE FROM a WHERE id IN (0, 3, 6)");
    await client.query("INSERT INTO a VALUES (2, NULL)");
    expect(await told()).toEqual([
      ["a", 3, 0],
      ["a", 2, 1, "2"],
    ]);
    expect(await all("SELECT condeferrable FROM pg_constraint WHERE contype = 'f'")).toEqual([[false]]);
  });

  it("keeps a row once that two foreign keys take along", async () => {
    await client.query(`CREATE TABLE a (id int PRIMARY KEY);
      CREATE TABLE b (id int PRIMARY KEY, x int REFERENCES a ON DELETE CASCADE, y int REFERENCES a ON DELETE SET NULL, z int REFERENCES a ON DELETE CASCADE);
      INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1, 1, 1), (2, 2, 1, 2)`);
    await migrateKeeping(client, "DELETE FROM a WHERE id = 1");
    expect(await all("SELECT * FROM b")).toEqual([[2, 2, null, 2]]);
    for (const [, , lost] of await told()) expect(lost).toBe(0);
    expect(await all("SELECT * FROM b ORDER BY id")).toEqual([
      [1, 1, 1, 1],
      [2, 2, 1, 2],
    ]);
  });

  it("follows foreign keys that point at a partition's parent or come from partitions", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF p DEFAULT;
      CREATE TABLE c (id int, p int REFERENCES p ON DELETE CASCADE, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE c1 PARTITION OF c DEFAULT; INSERT INTO p VALUES (1), (11); INSERT INTO c VALUES (1, 1), (2, 11), (3, 1)`);
    await migrateKeeping(client, "DELETE FROM p1");
    expect(await all("SELECT id FROM c")).toEqual([[2]]);
    await told();
    expect(await all("SELECT (SELECT count(*)::int FROM p), (SELECT count(*)::int FROM c)")).toEqual([
      [2, 3],
    ]);
    await migrateKeeping(client, "TRUNCATE p1 CASCADE");
    await told();
    expect(await all("SELECT (SELECT count(*)::int FROM p), (SELECT count(*)::int FROM c)")).toEqual([
      [2, 3],
    ]);
  });

  const HEIRS = `CREATE TABLE h (id int, a text); CREATE TABLE i (more text) INHERITS (h); CREATE TABLE j (other text) INHERITS (i);`;
  it("keeps the rows of tables that inherit", async () => {
    await client.query(`${HEIRS} INSERT INTO h VALUES (1, 'h'); INSERT INTO i VALUES (2, 'i', 'm'); INSERT INTO j VALUES (3, 'j', 'm', 'o');
      ALTER TABLE h ADD PRIMARY KEY (id); ALTER TABLE i ADD PRIMARY KEY (id); ALTER TABLE j ADD PRIMARY KEY (id)`);
    const rows = "SELECT tableoid::regclass::text, h.* FROM h ORDER BY id";
    const before = await all(rows);
    const more = await all("SELECT * FROM i ORDER BY id");
    const same = async () => {
      expect(await all(rows)).toEqual(before);
      expect(await all("SELECT * FROM i ORDER BY id")).toEqual(more);
    };
    await migrateKeeping(client, "TRUNCATE h");
    await told();
    await same();
    await migrateKeeping(client, "TRUNCATE ONLY h");
    expect(await told()).toEqual([["h", 1, 0]]);
    await same();
    await migrateKeeping(client, "UPDATE h AS x SET a = 'z' WHERE x.id > 1");
    await told();
    await same();
    await migrateKeeping(client, "DELETE FROM h WHERE h.a <> 'q'");
    await told();
    await same();
    await migrateKeeping(client, "ALTER TABLE h ALTER a TYPE varchar(1) USING 'y'");
    await told("ALTER TABLE h ALTER a TYPE text");
    await same();
    await migrateKeeping(client, "ALTER TABLE h DROP COLUMN a");
    await told("ALTER TABLE h ADD COLUMN a text");
    expect(await all("SELECT tableoid::regclass::text, h.* FROM h ORDER BY id")).toEqual(before);
    await client.query("ALTER TABLE i DROP COLUMN more");
    const keyed = await all(rows);
    await migrateKeeping(client, "DROP TABLE h CASCADE");
    await told(
      "CREATE TABLE h (id int, a text); CREATE TABLE i () INHERITS (h); CREATE TABLE j (other text) INHERITS (i)",
    );
    expect(await all(rows)).toEqual(keyed);
  });

  it("gives no value to another row that was written since under the key of one that the run took away", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, a text, b text) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (3); CREATE TABLE t2 PARTITION OF t DEFAULT; INSERT INTO t SELECT i, 'a' || i, 'b' || i FROM generate_series(1, 4) i`);
    await migrateKeeping(
      client,
      "UPDATE t SET b = 'x'; ALTER TABLE t DROP COLUMN a; DELETE FROM t1; DELETE FROM t WHERE id = 3",
    );
    await client.query("INSERT INTO t VALUES (1, 'x'), (3, 'new')");
    const back = await revertKeeping(client, "ALTER TABLE t ADD COLUMN a text");
    expect(back.map(({ restored, newer, examples }) => [restored, newer, ...examples])).toEqual([
      ...[
        [0, 1, "3"],
        [1, 1, "1"],
        [2, 2, "1", "3"],
        [2, 2, "1", "3"],
      ],
    ]);
    expect(await all("SELECT id, a, b FROM t ORDER BY id")).toEqual([
      ...[
        [1, null, "x"],
        [2, "a2", "b2"],
        [3, null, "new"],
        [4, "a4", "b4"],
      ],
    ]);
  });

  it.runIf(major < 15)(
    "refuses to move rows to another partition where that deletes what refers to them",
    async () => {
      await client.query(`CREATE TABLE t (id int, region text, a int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
      CREATE TABLE eu PARTITION OF t FOR VALUES IN ('eu'); CREATE TABLE us PARTITION OF t DEFAULT;
      CREATE TABLE c (t int, region text, FOREIGN KEY (t, region) REFERENCES t ON DELETE CASCADE);
      INSERT INTO t VALUES (1, 'eu', 1); INSERT INTO c VALUES (1, 'eu')`);
      const moved = { code: "undo.moves_rows", message: expect.stringContaining("Rows of c ") };
      await expect(migrateKeeping(client, "UPDATE t SET region = 'us' WHERE a = 1")).rejects.toMatchObject(
        moved,
      );
      const upsert = "INSERT INTO t VALUES (1, 'eu', 2) ON CONFLICT (id, region) DO UPDATE SET ";
      await expect(migrateKeeping(client, `${upsert} region = 'us'`)).rejects.toMatchObject(moved);
      await migrateKeeping(client, `${upsert} a = 2; UPDATE t SET a = 3`);
      expect(await all("SELECT * FROM c")).toEqual([[1, "eu"]]);
      await client.query("ALTER TABLE c DROP CONSTRAINT c_t_region_fkey");
      await migrateKeeping(client, "UPDATE t SET region = 'us' WHERE a = 3");
    },
  );

  it("finds rows again whose only key the statement changed, also in another partition", async () => {
    await client.query(`CREATE DOMAIN region AS text; CREATE TABLE t (id int, region region, a int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
      CREATE TABLE eu PARTITION OF t FOR VALUES IN ('eu'); CREATE TABLE us PARTITION OF t FOR VALUES IN ('us');
      CREATE TABLE c (t int, region region, n int PRIMARY KEY);
      CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF new.id = 4 THEN RETURN NULL; END IF; new.id := new.id + 10; RETURN new; END';
      INSERT INTO t SELECT i, 'eu', i FROM generate_series(1, 5) i; INSERT INTO c VALUES (1, 'eu', 1), (5, 'eu', 5);
      CREATE TRIGGER up BEFORE UPDATE ON t FOR EACH ROW WHEN (old.region = 'eu') EXECUTE FUNCTION up();
      CREATE TABLE s (id int PRIMARY KEY, v text); INSERT INTO s SELECT i, 'v' || i FROM generate_series(1, 4) i`);
    // Before 15, nothing cascades to another partition.
    if (major >= 15)
      await client.query("ALTER TABLE c ADD FOREIGN KEY (t, region) REFERENCES t ON UPDATE CASCADE");
    else await client.query("DELETE FROM c");
    const children = await all("SELECT * FROM c ORDER BY n");
    const before = await all("SELECT * FROM t ORDER BY a");
    await migrateKeeping(client, "UPDATE t SET region = 'us', a = a; UPDATE s SET id = id + 10, v = 'x'");
    expect(await all("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname <> 'up'")).toEqual([]);
    await client.query(
      "UPDATE t SET a = 70 WHERE id = 12; DELETE FROM t WHERE id = 13; DELETE FROM s WHERE id = 12; UPDATE s SET v = 'mine' WHERE id = 13",
    );
    expect(await told()).toEqual([
      ...[
        ["s", 2, 2, "12", "13"],
        ["t", 2, 2, "12, us", "13, us"],
      ],
    ]);
    expect(await all("SELECT id, region, a FROM t ORDER BY a")).toEqual([
      ...[before[0], before[3], before[4], [2, "eu", 70]],
    ]);
    expect(await all("SELECT * FROM c ORDER BY n")).toEqual(children);
    expect(await all("SELECT * FROM s ORDER BY id")).toEqual([
      [1, "v1"],
      [3, "mine"],
      [4, "v4"],
    ]);
    expect(
      await all("SELECT proname FROM pg_proc WHERE pronamespace = 'dbmigrator_undo'::regnamespace"),
    ).toEqual([["as_text"]]);
    // By name too, where the table is another by then.
    const rows = await all("SELECT * FROM s ORDER BY id");
    await migrateKeeping(client, "UPDATE s SET id = id + 10; DROP TABLE s");
    expect(await told("CREATE TABLE s (id int PRIMARY KEY, v text)")).toEqual([
      ["s", 3, 0],
      ["s", 3, 0],
    ]);
    expect(await all("SELECT * FROM s ORDER BY id")).toEqual(rows);
    // What waits for the end of the transaction keeps the trigger from being taken away: by hand, as before.
    await client.query("CREATE TABLE w (s int REFERENCES s DEFERRABLE)");
    await migrateKeeping(client, "UPDATE s SET id = id + 10");
    expect(await told()).toEqual([["s", 0, 0, "no_key"]]);
  });

  it("knows the rows of a run whose keys a later statement changed, and what was written under the new ones", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, v text, w text, z int); CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t);
      INSERT INTO t SELECT i, 'v' || i, 'w' || i, i FROM generate_series(1, 5) i; INSERT INTO c VALUES (1, 5)`);
    await migrateKeeping(
      client,
      `UPDATE t SET v = 'x' || id; ALTER TABLE t DROP COLUMN w; DELETE FROM c; UPDATE t SET id = id + 100; UPDATE t SET id = id - 99 WHERE id < 105; ALTER TABLE t DROP COLUMN z`,
    );
    // 2 .. 5 and 105 are what 1 .. 5 have become.
    await client.query("UPDATE t SET v = 'mine' WHERE id = 3; DELETE FROM t WHERE id = 4");
    await client.query("INSERT INTO t VALUES (1, 'other')");
    await revertKeeping(client, "ALTER TABLE t ADD COLUMN z int; ALTER TABLE t ADD COLUMN w text");
    expect(await all("SELECT id, z FROM t WHERE z IS NOT NULL ORDER BY z")).toEqual([
      ...[
        [101, 1],
        [2, 2],
        [4, 4],
        [5, 5],
      ],
    ]);
    expect(await all("SELECT id, v, w FROM t ORDER BY w, id")).toEqual([
      ...[
        [2, "mine", "w2"],
        [4, "v4", "w4"],
        [5, "v5", "w5"],
        [1, "other", null],
        [101, "x1", null],
      ],
    ]);
    expect(await all("SELECT * FROM c")).toEqual([[1, 5]]);
  });

  it("brings rows back that refer to a key by what it was when they went", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON UPDATE CASCADE);
      CREATE TABLE d (id int PRIMARY KEY, p int REFERENCES p ON UPDATE CASCADE); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO d TABLE c`);
    await migrateKeeping(client, "TRUNCATE c; UPDATE p SET id = id + 10; DELETE FROM d; DELETE FROM p");
    for (const [, , lost] of await told()) expect(lost).toBe(0);
    for (const table of ["c", "d"])
      expect(await all(`SELECT * FROM ${table} ORDER BY id`)).toEqual([
        [1, 1],
        [2, 2],
      ]);
  });

  it("leaves rows alone of tables that inherit from one that a foreign key takes along, and refers to none of theirs", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE pk (PRIMARY KEY (id)) INHERITS (p); INSERT INTO p VALUES (1), (2); INSERT INTO pk VALUES (3);
      CREATE TABLE c (id int, p int REFERENCES p ON DELETE CASCADE); CREATE TABLE ck () INHERITS (c); INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO ck VALUES (3, 1)`);
    const rows = "SELECT tableoid::regclass::text, id FROM c ORDER BY id";
    const before = await all(rows);
    for (const up of ["TRUNCATE p CASCADE", "DELETE FROM p"]) {
      await migrateKeeping(client, up);
      for (const [, , lost] of await told()) expect(lost).toBe(0);
      expect(await all(rows), up).toEqual(before);
    }
    await migrateKeeping(client, "DELETE FROM ONLY c WHERE id = 2");
    await client.query("DELETE FROM ONLY p WHERE id = 2; INSERT INTO pk VALUES (2)");
    expect(await revertKeeping(client, "")).toMatchObject([{ restored: 0, orphaned: 1 }]);
  });

  it.runIf(major >= 18)("puts rows back whose time several rows of the parent cover together", async () => {
    await client.query(`CREATE TABLE p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
      CREATE TABLE c (id int PRIMARY KEY, p int4range, at daterange, FOREIGN KEY (p, PERIOD at) REFERENCES p (id, PERIOD at));
      INSERT INTO p VALUES ('[1,2)', '[2024-01-01,2024-06-01)'), ('[1,2)', '[2024-06-01,2025-01-01)'), ('[2,3)', '[2024-01-01,2025-01-01)');
      INSERT INTO c VALUES (1, '[1,2)', '[2024-03-01,2024-09-01)'), (2, '[2,3)', '[2024-03-01,2024-09-01)')`);
    await migrateKeeping(client, "DELETE FROM c");
    await client.query("DELETE FROM p WHERE id = '[2,3)'");
    expect(await told()).toEqual([["c", 1, 1, "2"]]);
  });

  it("notices rows that a condition means by chance, whether it means more or others", async () => {
    await client.query("CREATE TABLE t (a int); INSERT INTO t SELECT i FROM generate_series(1, 2000) i");
    await expect(migrateKeeping(client, "DELETE FROM t WHERE random() < 0.4")).rejects.toMatchObject({
      code: "undo.incomplete",
    });
    await expect(migrateKeeping(client, "UPDATE t SET a = -a WHERE random() < 0.4")).rejects.toMatchObject({
      code: "undo.incomplete",
    });
    await migrateKeeping(client, "DELETE FROM t WHERE a % 2 = 0; UPDATE t SET a = 0 WHERE a < 10");
    expect((await listUndo(client, { kept: true })).map(({ rows }) => rows)).toEqual([5, 1000]);
  });

  it("does not take values for other rows when the key itself was dropped", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, u text NOT NULL UNIQUE, a int); INSERT INTO t VALUES (1, 'x', 5), (2, 'y', 6)",
    );
    await migrateKeeping(client, "ALTER TABLE t DROP COLUMN id, DROP COLUMN a");
    expect(await told("ALTER TABLE t ADD COLUMN id int, ADD COLUMN a int")).toEqual([["t", 2, 0]]);
    expect(await all("SELECT u, id, a FROM t ORDER BY u")).toEqual([
      ["x", 1, 5],
      ["y", 2, 6],
    ]);
    await migrateKeeping(client, "ALTER TABLE t DROP COLUMN u");
    expect(await told("ALTER TABLE t ADD COLUMN u text")).toEqual([["t", 0, 0, "no_key"]]);
  });

  it("knows columns and tables that were renamed since, and keeps what was written under the new names", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t SELECT i, i, i FROM generate_series(1, 3) i",
    );
    await migrateKeeping(
      client,
      'UPDATE t SET a = 0, b = 0; ALTER TABLE t RENAME a TO "New A"; ALTER TABLE t RENAME id TO key; ALTER TABLE t RENAME TO "T 2"',
    );
    await client.query('UPDATE "T 2" SET "New A" = 99 WHERE key = 2');
    expect(
      await told(
        'ALTER TABLE "T 2" RENAME TO t; ALTER TABLE t RENAME key TO id; ALTER TABLE t RENAME "New A" TO a',
      ),
    ).toEqual([["t", 2, 1, "2"]]);
    expect(await all("SELECT id, a, b FROM t ORDER BY id")).toEqual([
      [1, 1, 1],
      [2, 99, 2],
      [3, 3, 3],
    ]);
    await migrateKeeping(client, "DELETE FROM t WHERE id = 1; UPDATE t SET b = 0");
    await client.query(
      "ALTER TABLE t RENAME TO renamed; ALTER TABLE renamed RENAME b TO c; CREATE TABLE t (id int PRIMARY KEY, a int, b int)",
    );
    expect(await told()).toEqual([
      ["t", 1, 0],
      ["t", 2, 0],
    ]);
    expect(await all("SELECT id, c FROM renamed ORDER BY id")).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(await all("SELECT count(*)::int FROM t")).toEqual([[0]]);
  });

  it("takes what one run did to a partition by both of its names for its own", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY, n int) PARTITION BY RANGE (id);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF p DEFAULT;
      INSERT INTO p VALUES (1, 1), (2, 2), (11, 11)`);
    for (const script of [
      "UPDATE p SET n = -n; UPDATE p1 SET n = n - 1",
      "UPDATE p1 SET n = 0; UPDATE p SET n = 9",
    ]) {
      await migrateKeeping(client, script);
      for (const [, , lost] of await told()) expect(lost).toBe(0);
      expect(await all("SELECT n FROM p ORDER BY id")).toEqual([[1], [2], [11]]);
    }
    await migrateKeeping(client, "UPDATE p SET n = -n; UPDATE p1 SET n = n - 1");
    await client.query("UPDATE p SET n = 5 WHERE id = 1");
    expect(await told()).toEqual([
      ["p1", 1, 1, "1"],
      ["p", 2, 1, "1"],
    ]);
    expect(await all("SELECT n FROM p ORDER BY id")).toEqual([[5], [2], [11]]);
  });

  it("fires no trigger of a partition either", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1, 1), (11, 11); CREATE TABLE log (x int);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (1); RETURN NEW; END';
      CREATE TRIGGER one AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER two BEFORE INSERT OR UPDATE ON t2 FOR EACH ROW EXECUTE FUNCTION note()`);
    const state =
      "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2";
    const before = await all(state);
    await migrateKeeping(client, "DELETE FROM t");
    await told();
    await migrateKeeping(client, "UPDATE t SET a = 0");
    await client.query("TRUNCATE log");
    await told();
    // Of a partition by its own name: the trigger is its parent's all the same.
    await migrateKeeping(client, "DELETE FROM t1");
    await told();
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 1],
      [11, 11],
    ]);
    expect(await all("SELECT count(*)::int FROM log")).toEqual([[0]]);
    expect(await all(state)).toEqual(before);
  });

  it("names every row whose place is taken, also by another unique column", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')",
    );
    await migrateKeeping(client, "DELETE FROM t");
    await client.query("INSERT INTO t VALUES (3, 'new'), (9, 'x')");
    expect(await told()).toEqual([["t", 1, 2, "1", "3"]]);
  });

  it("says what no longer fits, goes on with the rest, and keeps it to be copied by hand", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE TABLE u (id int PRIMARY KEY); INSERT INTO t VALUES (1, 'one'); INSERT INTO u VALUES (1)",
    );
    await migrateKeeping(client, "DROP TABLE t; DELETE FROM u");
    const outcomes = await revertKeeping(client, "CREATE TABLE t (id int PRIMARY KEY, a int)");
    expect(outcomes.map(({ of, restored, reason }) => [of, restored, reason])).toEqual([
      ["public.u", 1, undefined],
      ["public.t", 0, "refused"],
    ]);
    expect(outcomes[1]?.message).toMatch(/invalid input syntax for type integer: "one"/);
    expect(await all("SELECT a FROM dbmigrator_undo.d1")).toEqual([["one"]]);
  });

  it("is plain about views, whose rows are those of tables it does not see", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1); CREATE VIEW v AS SELECT * FROM t",
    );
    await expect(migrateKeeping(client, "UPDATE v SET a = 2")).rejects.toMatchObject({
      code: "undo.no_table",
    });
    await expect(migrateKeeping(client, "DELETE FROM v")).rejects.toMatchObject({ code: "undo.no_table" });
  });

  it("finds rows by keys of several columns, quoted names, domains and collations of one's own", async () => {
    await client.query(`CREATE COLLATION own (provider = icu, locale = 'und'); CREATE DOMAIN code AS text;
      CREATE TABLE "T t" ("A a" code COLLATE own, b code, "c""d" int, PRIMARY KEY ("A a", b));
      INSERT INTO "T t" VALUES ('x', '1', 1), ('y', '2', 2), ('z', '3', 3)`);
    await migrateKeeping(client, `UPDATE "T t" SET "c""d" = 0`);
    await client.query(`UPDATE "T t" SET "c""d" = 7 WHERE b = '2'; DELETE FROM "T t" WHERE b = '3'`);
    expect(await told()).toEqual([[`"T t"`, 1, 2, "y, 2", "z, 3"]]);
    expect(await all(`SELECT "c""d" FROM "T t" ORDER BY b`)).toEqual([[1], [7]]);
    await migrateKeeping(client, `DELETE FROM "T t"`);
    await client.query(`INSERT INTO "T t" VALUES ('x', '1', 5)`);
    expect(await told()).toEqual([[`"T t"`, 1, 1, "x, 1"]]);
  });

  it("keeps rows of tables whose names hold dots and quotes", async () => {
    const named = `"a.""b😀"`;
    await client.query(
      `CREATE TABLE ${named} (id int PRIMARY KEY, "x.y" int); INSERT INTO ${named} VALUES (1, 1), (2, 2)`,
    );
    await migrateKeeping(
      client,
      `DELETE FROM ${named} WHERE ${named}.id = 1; UPDATE public.${named} SET "x.y" = 0 WHERE ${named}."x.y" = 2`,
    );
    expect(await told()).toEqual([
      [named, 1, 0],
      [named, 1, 0],
    ]);
    expect(await all(`SELECT * FROM ${named} ORDER BY 1`)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("brings back columns that must not be NULL, and rows that went after them", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, "B é" text NOT NULL, c text NOT NULL);
      INSERT INTO t SELECT i, i, 'é' || i, 'c' FROM generate_series(1, 3) i`);
    const before = await all("SELECT * FROM t ORDER BY id");
    await migrateKeeping(
      client,
      'ALTER TABLE t DROP COLUMN a, DROP COLUMN "B é", DROP COLUMN c; DELETE FROM t WHERE id = 3',
    );
    const add = `ALTER TABLE t ADD COLUMN a int NOT NULL, ADD "B é" text /* é */ CONSTRAINT "there is é" NOT NULL;
      ALTER TABLE t ADD COLUMN c text; ALTER TABLE t ALTER c SET NOT NULL`;
    for (const [, , lost] of await told(add)) expect(lost).toBe(0);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual(before);
    if (major >= 18)
      expect(await all("SELECT conname FROM pg_constraint WHERE conname = 'there is é'")).toHaveLength(1);
    await migrateKeeping(
      client,
      'ALTER TABLE t DROP COLUMN a, DROP COLUMN "B é", DROP COLUMN c; DELETE FROM t',
    );
    // The table is empty meanwhile: no statement is refused.
    const inside = `ALTER TABLE t ADD COLUMN a int NOT NULL, ADD "B é" text NOT NULL, ADD c text;
      ALTER TABLE t ALTER c SET NOT NULL`;
    for (const [, , lost] of await told(inside)) expect(lost).toBe(0);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual(before);
    expect(
      await all(
        "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attnotnull AND NOT attisdropped",
      ),
    ).toEqual([]);
  });

  it("gives rows written since the default that the way back sets for a column that must not be NULL", async () => {
    const FIRED = `CREATE TABLE fired (n int); CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO fired VALUES (1); RETURN NEW; END'`;
    await client.query(`${FIRED}; CREATE TABLE t (id int, a int NOT NULL DEFAULT 5, "B" text NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t DEFAULT;
      INSERT INTO t SELECT i, i, 'b' || i FROM unnest(ARRAY[1, 2, 11]) i`);
    await migrateKeeping(client, 'ALTER TABLE t DROP COLUMN a, DROP COLUMN "B"');
    await client.query(`INSERT INTO t VALUES (3), (12);
      CREATE TRIGGER f AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fire()`);
    const add =
      'ALTER TABLE t ADD a int NOT NULL; ALTER TABLE t ADD "B" text; ALTER TABLE t ALTER "B" SET NOT NULL';
    const old = "null value|contains null values";
    await expect(told(add)).rejects.toThrow(new RegExp(old));
    await expect(told(`${add}; ALTER TABLE t ALTER a SET DEFAULT 7`)).rejects.toMatchObject({
      ...{ code: "23502", column: "B", detail: "(id) = (3)" },
    });
    const defaults = `ALTER TABLE t ALTER a SET DEFAULT 7, ALTER "B" SET DEFAULT 'new'; ALTER TABLE t2 ALTER a SET DEFAULT 8`;
    for (const [, , lost] of await told(`${add}; ${defaults}`)) expect(lost).toBe(0);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      ...[
        [1, 1, "b1"],
        [2, 2, "b2"],
        [3, 7, "new"],
        [11, 11, "b11"],
        [12, 8, "new"],
      ],
    ]);
    expect(await all("SELECT count(*)::int FROM fired")).toEqual([[0]]);
    expect(
      await all("SELECT tgenabled FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname = 'f'"),
    ).toEqual([["O"]]);
  });

  it("makes the constraints last that only the rows that come back fulfil", async () => {
    await client.query(`CREATE TABLE p (id int PRIMARY KEY, code int, UNIQUE (code)); CREATE TABLE c (id int, p int REFERENCES p);
      INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (7, 1), (8, 2); ALTER TABLE p ADD CHECK (code < 5)`);
    await migrateKeeping(client, "DROP TABLE p CASCADE");
    const down = `CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE, CHECK (code < 5));
      ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p) REFERENCES p`;
    expect(await told(down)).toEqual([["p", 2, 0]]);
    await migrateKeeping(
      client,
      "ALTER TABLE p DROP CONSTRAINT p_code_key, DROP CONSTRAINT p_code_check; UPDATE p SET code = 9",
    );
    expect(await told("CREATE UNIQUE INDEX u ON p (code); ALTER TABLE p ADD CHECK (code < 5)")).toEqual([
      ["p", 2, 0],
    ]);
    expect(
      await all(
        "SELECT conname, convalidated FROM pg_constraint WHERE conrelid IN ('p'::regclass, 'c'::regclass) AND contype IN ('f', 'c') ORDER BY 1",
      ),
    ).toEqual([
      ["c_p", true],
      ["p_code_check", true],
    ]);
    await migrateKeeping(client, "DROP TABLE p CASCADE");
    await client.query("INSERT INTO c VALUES (9, 3)");
    await expect(told(down)).rejects.toThrow('violates foreign key constraint "c_p"');
    expect(await all("SELECT to_regclass('p')")).toEqual([[null]]);
  });

  it("brings values back that do not convert to the type that they had", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, at date NOT NULL, n int);
      CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trigger fired'; END $$;
      CREATE TRIGGER busy BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION busy();
      INSERT INTO t SELECT i, date '2026-01-01' + i, i FROM generate_series(1, 3) i;
      CREATE TABLE p (id int, n int, PRIMARY KEY (id)) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
      INSERT INTO p VALUES (1, 10), (2, 20);
      CREATE TABLE h (id int PRIMARY KEY, n int NOT NULL); CREATE TABLE i (PRIMARY KEY (id)) INHERITS (h);
      INSERT INTO h VALUES (1, 1); INSERT INTO i VALUES (2, 2)`);
    const nulls =
      "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attrelid IN ('t'::regclass, 'h'::regclass, 'i'::regclass) AND attnum > 0 AND attnotnull ORDER BY 1, 2";
    const before = await all(nulls);
    await migrateKeeping(
      client,
      `ALTER TABLE t ALTER at TYPE text USING to_char(at, '"year" YYYY'), ALTER n TYPE text USING 'n' || n;
       ALTER TABLE p ALTER n TYPE text USING 'n' || n; ALTER TABLE h ALTER n TYPE text USING 'n' || n`,
    );
    // Written since: one row and one value, which convert.
    await client.query("INSERT INTO t VALUES (4, '2026-05-05', '44'); ALTER TABLE t DISABLE TRIGGER busy");
    await client.query("UPDATE t SET n = '22' WHERE id = 2; ALTER TABLE t ENABLE TRIGGER busy");
    const back = `ALTER TABLE t ALTER at TYPE date USING at::date, ALTER n TYPE int USING n::int;
      ALTER TABLE p ALTER n TYPE int USING n::int; ALTER TABLE h ALTER n TYPE int USING n::int`;
    expect(await told(back)).toEqual([
      ["h", 1, 0],
      ["i", 1, 0],
      ["p", 2, 0],
      ["t", 2, 1, "2"],
    ]);
    expect(await all("SELECT id, at::text, n FROM t ORDER BY id")).toEqual([
      [1, "2026-01-02", 1],
      [2, "2026-01-03", 22],
      [3, "2026-01-04", 3],
      [4, "2026-05-05", 44],
    ]);
    expect(await all("SELECT n FROM p ORDER BY n")).toEqual([[10], [20]]);
    expect(await all("SELECT n FROM h ORDER BY n")).toEqual([[1], [2]]);
    expect(await all(nulls)).toEqual(before);
    expect(await all("SELECT tgenabled FROM pg_trigger WHERE tgname = 'busy'")).toEqual([["O"]]);
  });

  it("brings values back that do not convert where the run changed the key of their rows too", async () => {
    await client.query(
      "CREATE TABLE t (a int, b int, n int NOT NULL, PRIMARY KEY (a, b)); INSERT INTO t SELECT i, i % 2, i FROM generate_series(1, 5) i",
    );
    const up = `ALTER TABLE t ALTER n TYPE text USING 'n' || n; UPDATE t SET n = 'none' WHERE a > 2;
      UPDATE t SET a = a + 1 WHERE a > 1; UPDATE t SET b = 7 WHERE a > 4`;
    await migrateKeeping(client, up);
    await client.query("INSERT INTO t VALUES (9, 9, 'n99'); UPDATE t SET n = 'n77' WHERE a = 6");
    const told = await revertKeeping(client, "ALTER TABLE t ALTER n TYPE int USING substr(n, 2)::int");
    expect(told.map(({ restored, newer, refused = 0 }) => [restored, newer, refused])).toEqual([
      ...[[2, 0, 0]],
      ...[[4, 0, 0]],
      // From the middle of the run.
      ...[[0, 1, 2]],
      ...[[4, 1, 0]],
    ]);
    expect(await all("SELECT a, b, n FROM t ORDER BY a")).toEqual([
      ...[[1, 1, 1]],
      ...[[2, 0, 2]],
      ...[[3, 1, 3]],
      ...[[4, 0, 4]],
      ...[[5, 1, 77]],
      ...[[9, 9, 99]],
    ]);
  });

  it("brings rows back that went after a column of theirs had become what does not convert any more", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, at date, u int); CREATE TABLE k (PRIMARY KEY (id)) INHERITS (t);
      INSERT INTO t VALUES (1, '2024-05-06', 1), (2, NULL, 2); INSERT INTO k VALUES (3, '2023-07-08', 3)`);
    const before = await all("SELECT * FROM t ORDER BY id");
    await migrateKeeping(
      client,
      `ALTER TABLE t ALTER at TYPE text USING to_char(at, 'YYYY'); ALTER TABLE t ALTER at TYPE varchar(2) USING left(at, 2);
       DELETE FROM t WHERE id <> 2; TRUNCATE t`,
    );
    const back = "ALTER TABLE t ALTER at TYPE text; ALTER TABLE t ALTER at TYPE date USING at::date";
    for (const [, , lost] of await told(back)) expect(lost).toBe(0);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual(before);
  });

  it("brings rows back whose whole numbers are of a wider type by then", async () => {
    const values = "(1, 7, 8, 9), (2, NULL, 1000000000000000, -9)";
    await client.query(
      `CREATE TABLE t (id int PRIMARY KEY, a numeric(10,2), b float8, c real); INSERT INTO t VALUES ${values}`,
    );
    const rows = "SELECT id, a::text, b, c FROM t ORDER BY id";
    const before = await all(rows);
    const to = (a: string, b: string, c: string) =>
      `ALTER TABLE t ALTER a TYPE ${a}, ALTER b TYPE ${b}, ALTER c TYPE ${c}`;
    await migrateKeeping(client, `${to("int", "bigint", "smallint")}; DELETE FROM t`);
    expect((await told(to("numeric(10,2)", "float8", "real"))).map(([, restored]) => restored)).toEqual([
      2, 2,
    ]);
    expect(await all(rows)).toEqual(before);
    await client.query("ALTER TABLE t ALTER a TYPE int; UPDATE t SET a = 100");
    await migrateKeeping(client, "DELETE FROM t");
    expect(await told("ALTER TABLE t ALTER a TYPE numeric(3,2)")).toEqual([["t", 0, 0, "1", "2", "refused"]]);
  });

  it("takes nothing back where a value written since does not convert, or a kept one has no place", async () => {
    await client.query(`CREATE TABLE q (id int PRIMARY KEY); INSERT INTO q VALUES (1), (2);
      CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 1), (2, 2)`);
    await migrateKeeping(client, "ALTER TABLE t ALTER n TYPE text USING 'n' || n");
    const back = "ALTER TABLE t ALTER n TYPE int USING n::int";
    await client.query("INSERT INTO t VALUES (3, 'new')");
    await expect(told(back)).rejects.toThrow('invalid input syntax for type integer: "new"');
    expect(await all("SELECT n FROM t ORDER BY id")).toEqual([["n1"], ["n2"], ["new"]]);
    await client.query("DELETE FROM t WHERE id = 3; DELETE FROM q WHERE id = 2");
    await expect(told(`${back}; ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES q`)).rejects.toThrow(
      'invalid input syntax for type integer: "n1"',
    );
    expect(await all("SELECT n FROM t ORDER BY id")).toEqual([["n1"], ["n2"]]);
  });

  it("puts rows back although their time ends meanwhile and somebody removes what is over", async () => {
    await client.query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    await migrateKeeping(client, "DELETE FROM t");
    await client.query("BEGIN");
    const entries = await listUndo(client, { kept: true });
    const plan = await beginPutBack(client, entries);
    const other = await openConnection(opened().spec);
    await other.query("SET lock_timeout = '5s'");
    const ids = entries.map(({ id }) => id);
    expect(await purgeUndo(other, { ids })).toEqual({ entries: 0, bytes: 0 });
    expect((await finishPutBack(client, plan)).map(({ outcome }) => outcome.restored)).toEqual([1]);
    await client.query("COMMIT");
    expect(await purgeUndo(other, { ids })).toMatchObject({ entries: 1 });
    await closeConnection(other);
    expect(await all("SELECT * FROM t")).toEqual([[1]]);
  });

  it("keeps the columns and tables that go with a type, a collation or a schema", async () => {
    const types = `CREATE TYPE other.kind AS ENUM ('a', 'b'); CREATE DOMAIN other.code AS text; CREATE COLLATION other.own (provider = icu, locale = 'und');`;
    const columns = `ALTER TABLE t ADD k other.kind, ADD ks other.kind[], ADD c other.code; ALTER TABLE child ADD o text COLLATE other.own; ALTER TABLE p ADD k other.kind;`;
    await client.query(
      `DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other; ${types}
       CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (t);
       CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT; ${columns}
       CREATE TABLE other.own_table (id int PRIMARY KEY); INSERT INTO other.own_table VALUES (1);
       CREATE TABLE split (id int, k other.kind) PARTITION BY LIST (k); CREATE TABLE split_a PARTITION OF split DEFAULT;
       INSERT INTO t VALUES (1, 'a', '{a,b}', 'x'); INSERT INTO child VALUES (2, 'b', '{}', 'y', 'o'); INSERT INTO p VALUES (1, 'b');
       INSERT INTO split VALUES (1, 'a')`,
    );
    const content = () =>
      all(`SELECT id, k::text, ks::text, c::text, NULL FROM ONLY t UNION ALL SELECT id, k::text, ks::text, c::text, o FROM child
        UNION ALL SELECT id, k::text, NULL, NULL, NULL FROM p UNION ALL SELECT id, k::text, NULL, NULL, NULL FROM split ORDER BY 1, 2`);
    const before = await content();
    const split =
      "CREATE TABLE split (id int, k other.kind) PARTITION BY LIST (k); CREATE TABLE split_a PARTITION OF split DEFAULT;";
    await migrateKeeping(
      client,
      "DROP TYPE other.kind CASCADE; DROP DOMAIN other.code CASCADE; DROP COLLATION other.own CASCADE",
    );
    const kept = (await listUndo(client, { kept: true })).map(({ kind, relation }) => `${kind} ${relation}`);
    expect(kept.sort()).toEqual([
      ...["drop_column public.child", "drop_column public.child", "drop_column public.child"],
      ...["drop_column public.p", "drop_column public.t", "drop_column public.t", "drop_table public.split"],
    ]);
    await revertKeeping(client, `${types} ${columns} ${split}`);
    expect(await content()).toEqual(before);
    await migrateKeeping(client, "DROP SCHEMA other CASCADE");
    await revertKeeping(
      client,
      `CREATE SCHEMA other; ${types} ${columns} ${split} CREATE TABLE other.own_table (id int PRIMARY KEY)`,
    );
    expect(await content()).toEqual(before);
    expect(await all("SELECT id FROM other.own_table")).toEqual([[1]]);
    await client.query("DROP SCHEMA other CASCADE");
  });

  it("keeps values of own types whatever a script sets dates and numbers to, and its condition means what it says", async () => {
    await client.query(
      `CREATE DOMAIN days AS date[]; CREATE TYPE mixed AS (at timestamptz, f float8, i interval, b bytea); CREATE TYPE span AS RANGE (subtype = date);
       CREATE TABLE t (id int PRIMARY KEY, a days, v mixed, s span, d date);
       INSERT INTO t SELECT i, ARRAY['2020-02-03'::date], ROW('2020-02-03 10:00+00'::timestamptz, 0.1::float8 + 0.2, '1 day 02:00'::interval, '\\x0041'::bytea)::mixed, '[2020-02-03,2020-05-04)'::span, '2020-02-03'::date FROM generate_series(1, 3) i`,
    );
    const right = `SELECT id FROM t WHERE a[1] = '2020-02-03' AND (v).f = 0.1::float8 + 0.2 AND (v).at = '2020-02-03 10:00+00'
      AND (v).i = '1 day 02:00' AND (v).b = '\\x0041' AND lower(s) = '2020-02-03' ORDER BY id`;
    const odd =
      "SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL TimeZone = 'Asia/Kolkata'; SET LOCAL extra_float_digits = 0; SET LOCAL IntervalStyle = sql_standard; SET LOCAL bytea_output = escape;";
    await migrateKeeping(
      client,
      `${odd} DELETE FROM t WHERE id = 1 AND d = '03/02/2020'; UPDATE t SET a = NULL, v = NULL WHERE id = 2; UPDATE t SET v.i = '5 days' WHERE id = 3`,
    );
    await client.query("UPDATE t SET a = '{2021-01-01}' WHERE id = 2");
    expect(await told(odd)).toEqual([
      ["t", 1, 0],
      ["t", 1, 0],
      ["t", 0, 1, "2"],
    ]);
    expect(await all(right)).toEqual([[1], [3]]);
    expect(
      await all("SELECT a[1] = '2021-01-01', (v).at = '2020-02-03 10:00+00' FROM t WHERE id = 2"),
    ).toEqual([[true, true]]);
  });

  it("keeps nothing of temporary tables, and columns of a table's type that is dropped with it", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (id int PRIMARY KEY, x t); INSERT INTO u VALUES (1, (1, 2))",
    );
    await migrateKeeping(
      client,
      "CREATE TEMP TABLE staged AS SELECT 1 AS id; UPDATE staged SET id = 2; DELETE FROM staged; DROP TABLE staged; DROP TABLE t CASCADE",
    );
    expect((await listUndo(client)).map(({ relation }) => relation)).toEqual(["public.u", "public.t"]);
    await revertKeeping(client, "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE u ADD x t");
    expect(await all("SELECT x::text FROM u")).toEqual([["(1,2)"]]);
  });

  it("leaves values alone whose key has become another type without a way to it, and goes on", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 2); INSERT INTO u TABLE t",
    );
    await migrateKeeping(client, "UPDATE u SET a = 0; UPDATE t SET a = 0; UPDATE t SET a = 9 WHERE id = 1");
    const change = "ALTER TABLE t ALTER id TYPE uuid USING lpad(id::text, 32, '0')::uuid";
    await client.query(change);
    // Although the way back would make it comparable: by then, nobody knows what was written since.
    const outcomes = await revertKeeping(
      client,
      "ALTER TABLE t ALTER id TYPE int USING right(id::text, 1)::int",
    );
    expect(outcomes.map(({ of, restored, reason, message }) => [of, restored, reason, message])).toEqual([
      ["public.t", 0, "refused", "cannot cast type integer to uuid"],
      ["public.t", 0, "refused", "cannot cast type integer to uuid"],
      ["public.u", 2, undefined, undefined],
    ]);
  });

  it("keeps what was written under a key's value that another row has too by now", async () => {
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
    );
    await migrateKeeping(client, "UPDATE t SET a = 0");
    await client.query("ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t VALUES (1, 55), (3, 0)");
    expect(await told()).toEqual([["t", 2, 1, "1"]]);
    expect(await all("SELECT * FROM t WHERE id < 3 ORDER BY 1, 2")).toEqual([
      [1, 0],
      [1, 55],
      [2, 2],
    ]);
  });

  it("puts values back into columns that only the system may write", async () => {
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY, twice bigint GENERATED ALWAYS AS (id * 2) STORED);
      INSERT INTO t (id) VALUES (1), (2)`);
    await migrateKeeping(client, "ALTER TABLE t ALTER n TYPE int; DELETE FROM t WHERE id = 2");
    const outcomes = await told("ALTER TABLE t ALTER n TYPE bigint");
    expect(outcomes).toEqual([
      ["t", 1, 0],
      ["t", 2, 0],
    ]);
    expect(await all("SELECT id, n::int, twice::int FROM t ORDER BY id")).toEqual([
      [1, 1, 2],
      [2, 2, 4],
    ]);
  });

  it("trusts names alone after a restore, and in a store that an older program made", async () => {
    await client.query("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 2)");
    await migrateKeeping(client, "UPDATE t SET a = 0; DELETE FROM t WHERE id = 2");
    // As a restored copy of the database has it: every table has another oid, and another table may have the old one.
    await client.query(`CREATE TABLE dbmigrator_undo.x AS TABLE dbmigrator_undo.d1; DROP TABLE dbmigrator_undo.d1;
      ALTER TABLE dbmigrator_undo.x RENAME TO d1; ALTER TABLE t RENAME TO other; CREATE TABLE t (LIKE other INCLUDING ALL);
      INSERT INTO t TABLE other; ALTER TABLE dbmigrator_undo.entry DROP column_numbers, DROP key_numbers, DROP data_oid`);
    expect(await told()).toEqual([
      ["t", 1, 0],
      ["t", 2, 0],
    ]);
    expect(await all("SELECT * FROM t ORDER BY id")).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await all("SELECT * FROM other")).toEqual([[1, 0]]);
    await ensureUndoStore(client);
    await migrateKeeping(client, "DELETE FROM t");
    expect(await told()).toEqual([["t", 2, 0]]);
  });
});
