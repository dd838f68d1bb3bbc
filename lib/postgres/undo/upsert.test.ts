import { beforeAll, describe, expect, it } from "vitest";
import { parseScript, treeOf } from "../../core/sql/parse-script";
import { lossesOf } from "../../core/undo/losses";
import { migrateKeeping, revertKeeping, undoDatabase } from "../../testing/undo";
import { closeConnection, openConnection } from "../connection/connect";
import { foreseenIfFree, foreseenLosses } from "./foreseen";
import { foretellLosses } from "./foretell";
import { listUndo } from "./store";

describe.each([14, 18] as const)("rows that an upsert or a MERGE overwrites, on PostgreSQL %i", (major) => {
  const opened = undoDatabase(major);
  let database: ReturnType<typeof opened>;
  beforeAll(() => {
    database = opened();
  });
  const all = (sql: string) => database.all(sql);
  const told = async () => {
    const back = await revertKeeping(database.client, "");
    return back.map(({ of, restored, newer, gone, examples }) => [of, restored, newer, gone, ...examples]);
  };
  const kept = async () =>
    (await listUndo(database.client, { kept: true })).map(({ kind, relation, rows }) => [
      kind,
      relation,
      rows,
    ]);
  const foreseen = async (sql: string) => {
    const [statement] = parseScript(sql).statements;
    if (!statement) throw new Error("no statement");
    return foreseenLosses(database.client, lossesOf(treeOf(statement), statement.text));
  };
  const reasons = async (sql: string) =>
    (await foreseen(sql)).map((loss) => (loss.kind === "uncovered" ? loss.reason : `keeps ${loss.kind}`));

  it("brings back what ON CONFLICT DO UPDATE set, and leaves new rows and what was written since", async () => {
    const { client } = database;
    await client.query(`CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code varchar(9) UNIQUE, a int, b text DEFAULT 'b', at timestamptz);
      INSERT INTO t (code, a) SELECT 'c' || i, i FROM generate_series(1, 6) i`);
    await migrateKeeping(
      client,
      `WITH w AS (SELECT 10 AS ten) INSERT INTO t AS x (a, code, at)
         SELECT ten * i, 'c' || i -- the same codes
         , clock_timestamp() FROM w, generate_series(3, 8) i
       ON CONFLICT (code) DO UPDATE SET a = excluded.a, b = 'set' WHERE x.code <> 'c6' RETURNING x.id`,
    );
    expect(await kept()).toEqual([["update", "public.t", 3]]);
    expect(await all("SELECT code, a, b FROM t ORDER BY code")).toEqual([
      ...[1, 2].map((i) => [`c${i}`, i, "b"]),
      ...[3, 4, 5].map((i) => [`c${i}`, 10 * i, "set"]),
      ["c6", 6, "b"],
      ...[7, 8].map((i) => [`c${i}`, 10 * i, "b"]),
    ]);
    await client.query("UPDATE t SET a = 99 WHERE code IN ('c4', 'c6'); DELETE FROM t WHERE code = 'c5'");
    expect(await told()).toEqual([["public.t", 1, 1, 1, "4", "5"]]);
    expect(await all("SELECT code, a, b FROM t ORDER BY code")).toEqual([
      ["c1", 1, "b"],
      ["c2", 2, "b"],
      ["c3", 3, "b"],
      ["c4", 99, "b"],
      ["c6", 99, "b"],
      ["c7", 70, "b"],
      ["c8", 80, "b"],
    ]);
  });

  it("finds them by what the server converts, partial and expression indexes, constraints and partitions", async () => {
    const { client } = database;
    await client.query(`CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE TABLE e (id int PRIMARY KEY, email text, gone bool DEFAULT false, m mood, n numeric(6,1), CONSTRAINT by_mood UNIQUE (m, n));
      CREATE UNIQUE INDEX ON e (lower(email)) WHERE NOT gone;
      INSERT INTO e VALUES (1, 'A@x', false, 'good', 1.1), (2, 'B@x', true, 'bad', 2.2), (3, 'b@X', false, 'bad', 3.3);
      CREATE TABLE p (id int, r text, a int, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
      CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('x'); CREATE TABLE p2 PARTITION OF p DEFAULT; INSERT INTO p VALUES (1, 'x', 1), (2, 'y', 2)`);
    const before = [await all("SELECT * FROM e ORDER BY id"), await all("SELECT * FROM p ORDER BY id")];
    await migrateKeeping(
      client,
      `INSERT INTO e (id, email, gone) VALUES (10, 'a@X', false), (11, 'b@x', DEFAULT) ON CONFLICT (lower(email)) WHERE NOT gone DO UPDATE SET id = excluded.id;
       INSERT INTO e VALUES ('20', 7, 'f', 'bad', '2.19'), (21, 'new', true, 'good', 9) ON CONFLICT ON CONSTRAINT by_mood DO UPDATE SET email = 'q', gone = true;
       INSERT INTO p VALUES (1, 'x', 5), (2, 'y', 6), (3, 'z', 7) ON CONFLICT (r, id) DO UPDATE SET a = excluded.a`,
    );
    expect((await kept()).map(([, , rows]) => rows)).toEqual([2, 1, 2]);
    await told();
    await client.query("DELETE FROM e WHERE id > 20; DELETE FROM p WHERE id = 3");
    expect([await all("SELECT * FROM e ORDER BY id"), await all("SELECT * FROM p ORDER BY id")]).toEqual(
      before,
    );
  });

  it("names those whose rows cannot be told before they run, and runs nothing twice", async () => {
    const { client } = database;
    await client.query(`CREATE SEQUENCE s; CREATE TABLE t (id serial PRIMARY KEY, code text UNIQUE, a int, twice int GENERATED ALWAYS AS (a * 2) STORED UNIQUE);
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'; CREATE TABLE v (code text PRIMARY KEY, a text);
      CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.code := upper(new.code); RETURN new; END';
      CREATE TRIGGER up BEFORE INSERT ON v FOR EACH ROW EXECUTE FUNCTION up()`);
    const set = "DO UPDATE SET a = 1";
    for (const sql of [
      `INSERT INTO t (code) SELECT 'x' WHERE random() < 0.5 ON CONFLICT (code) ${set}`,
      `INSERT INTO t (code, a) VALUES ('x', nextval('s')) ON CONFLICT (code) ${set}`,
      `INSERT INTO t (code, a) VALUES ('x', f(1)) ON CONFLICT (code) ${set}`,
      `INSERT INTO t (code) VALUES (random()::text) ON CONFLICT (code) ${set}`,
      `INSERT INTO t (code) VALUES ('x') ON CONFLICT (id) ${set}`,
      `INSERT INTO t (id, code) VALUES (DEFAULT, 'x') ON CONFLICT (id) ${set}`,
      `INSERT INTO t (a) VALUES (1) ON CONFLICT (twice) ${set}`,
      `INSERT INTO v (code) VALUES ('x') ON CONFLICT (code) ${set}`,
    ])
      expect([sql, await reasons(sql)]).toEqual([sql, ["upsert"]]);
    expect(
      await reasons(
        `INSERT INTO t (code, a) VALUES ('x', nextval('s')) ON CONFLICT (code) DO UPDATE SET a = f(1)`,
      ),
    ).toEqual(["upsert"]);
    expect(
      await reasons(
        `INSERT INTO t (code, a) VALUES ('x', random() * 9) ON CONFLICT (code) DO UPDATE SET a = f(1)`,
      ),
    ).toEqual(["keeps upsert"]);
    for (const [sql, reason] of [
      [`INSERT INTO t (code) SELECT code FROM v LIMIT 1 ON CONFLICT (code) ${set}`, "limit"],
      [
        `WITH n AS (INSERT INTO v VALUES ('y') RETURNING code) INSERT INTO t (code) SELECT code FROM n ON CONFLICT (code) ${set}`,
        "writing_with",
      ],
      [
        "WITH n AS (INSERT INTO v VALUES ('y') RETURNING code) DELETE FROM t USING n WHERE t.code = n.code",
        "writing_with",
      ],
      ["MERGE INTO t USING v ON t.code = v.code AND random() < 0.5 WHEN MATCHED THEN DELETE", "merge"],
    ] as const)
      expect([sql, await reasons(sql)]).toEqual([sql, [reason]]);
    await client.query(
      `CREATE TABLE d (id int PRIMARY KEY, a int); CREATE TRIGGER one AFTER INSERT ON d FOR EACH ROW EXECUTE FUNCTION up()`,
    );
    const one = `INSERT INTO d VALUES (1) ON CONFLICT (id) ${set}`;
    expect((await foreseen(one)).map(({ kind }) => kind)).toEqual(["upsert"]);
    await client.query(
      "CREATE OR REPLACE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE d SET a = 0 WHERE id <> new.id; RETURN NULL; END'",
    );
    expect((await foreseen(one)).map(({ kind }) => kind)).toEqual(["uncovered"]);
    expect(await all("SELECT last_value, is_called FROM s")).toEqual([["1", false]]);
  });

  it("stops where the statement changed other rows than were kept", async () => {
    const { client } = database;
    await client.query(`CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT i, i FROM generate_series(1, 9) i;
      CREATE SEQUENCE s; CREATE FUNCTION hidden() RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''s''); END'`);
    await expect(
      migrateKeeping(
        client,
        "INSERT INTO t VALUES (hidden(), 0) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
      ),
    ).rejects.toMatchObject({ code: "undo.incomplete" });
    expect(await all("SELECT count(*)::int FROM t WHERE a = 0")).toEqual([[0]]);
    await client.query("SET track_counts = off");
    await expect(
      migrateKeeping(client, "INSERT INTO t VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET a = excluded.a"),
    ).rejects.toMatchObject({ code: "undo.incomplete" });
    await client.query("RESET track_counts");
  });

  it("foretells of a table that somebody holds only what it is about", async () => {
    const { client, spec } = database;
    await client.query("CREATE TABLE t (id int PRIMARY KEY, a int)");
    const [statement] = parseScript(
      "INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET a = 1",
    ).statements;
    const losses = lossesOf(statement ? treeOf(statement) : null, statement?.text ?? "");
    const other = await openConnection(spec);
    try {
      await other.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      await client.query("SET lock_timeout = '50ms'");
      const told = await foretellLosses(client, await foreseenIfFree(client, losses));
      expect(told).toMatchObject([{ kind: "update", rows: null, mergeable: true }]);
    } finally {
      await closeConnection(other);
      await client.query("RESET lock_timeout");
    }
  });

  it("foretells how many rows they are, and refuses more than allowed", async () => {
    const { client } = database;
    await client.query(
      "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 3000) i; ANALYZE t",
    );
    const upsert =
      "INSERT INTO t SELECT id, 'y' FROM t WHERE id <= 2000 ON CONFLICT (id) DO UPDATE SET a = excluded.a";
    const [one] = await foretellLosses(client, await foreseen(upsert));
    expect(one).toMatchObject({ kind: "update", relation: "public.t", columns: ["a"], mergeable: true });
    expect(one?.rows).toBeGreaterThan(1500);
    expect(one?.rows).toBeLessThan(2500);
    await expect(migrateKeeping(client, upsert, { maxBytes: 1000 })).rejects.toMatchObject({
      code: "undo.too_large",
    });
    expect(await all("SELECT count(*)::int FROM t WHERE a = 'y'")).toEqual([[0]]);
  });

  it.runIf(major >= 15)(
    "brings back what MERGE updated and deleted, by whichever of its clauses",
    async () => {
      const { client } = database;
      await client.query(`CREATE TABLE t (id int PRIMARY KEY, a int, b text); CREATE TABLE s (id int, x text, y text);
      INSERT INTO t SELECT i, i, 'b' || i FROM generate_series(1, 9) i;
      INSERT INTO s VALUES (1, 'del', 'q'), (2, 'upd', 'q'), (3, 'none', 'q'), (4, 'upd', 'q'), (10, 'upd', 'q'), (5, NULL, 'q')`);
      const before = await all("SELECT * FROM t ORDER BY id");
      const merge = `WITH w AS (SELECT 1 AS one) MERGE INTO t AS z
       USING (SELECT s.id, x, y FROM s) u JOIN w ON w.one = 1 -- joined
       ON u.id = z.id AND CASE WHEN u.y = 'q' THEN true ELSE false END
       WHEN MATCHED AND u.x = 'del' THEN DELETE
       WHEN MATCHED AND u.x = 'none' THEN DO NOTHING
       WHEN MATCHED AND CASE WHEN u.x = 'upd' THEN true END THEN UPDATE SET a = z.a + 100, b = CASE WHEN true THEN 'm' END
       ${major >= 17 ? "WHEN NOT MATCHED BY SOURCE AND z.id = 9 THEN DELETE WHEN NOT MATCHED BY SOURCE AND z.id > 7 THEN UPDATE SET b = 'n'" : ""}
       WHEN NOT MATCHED THEN INSERT VALUES (u.id, 0, 'new')`;
      await migrateKeeping(client, merge);
      expect((await kept()).toSorted()).toEqual(
        major >= 17
          ? [
              ["delete", "public.t", 2],
              ["update", "public.t", 3],
            ]
          : [
              ["delete", "public.t", 1],
              ["update", "public.t", 2],
            ],
      );
      await client.query("UPDATE t SET a = 7 WHERE id = 4; DELETE FROM t WHERE id = 10");
      await told();
      expect(await all("SELECT * FROM t ORDER BY id")).toEqual(
        before.map((row) => (row[0] === 4 ? [4, 7, "b4"] : row)),
      );
    },
  );

  it("brings back what is changed inside WITH, each part and the statement itself", async () => {
    const { client } = database;
    await client.query(`CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE SET NULL, n int); CREATE TABLE old (LIKE a); CREATE TABLE c (LIKE a INCLUDING ALL);
      INSERT INTO a SELECT i, i FROM generate_series(1, 9) i; INSERT INTO c SELECT * FROM a; INSERT INTO b SELECT 10 + i, i, i FROM generate_series(1, 9) i`);
    const before = [await all("SELECT * FROM a ORDER BY id"), await all("SELECT * FROM b ORDER BY id")];
    await migrateKeeping(
      client,
      `WITH few (id) AS (SELECT a.id FROM a WHERE n < 4), -- (a first) comment
         gone AS (DELETE FROM a USING few WHERE few.id = a.id AND a.n <> 3 RETURNING a.*),
         new AS NOT MATERIALIZED (SELECT i, 50 AS n FROM generate_series(8, 12) i), /* é */
         put AS (INSERT INTO c (id, n) SELECT * FROM new ON CONFLICT (id) DO UPDATE SET n = excluded.n),
         told AS (INSERT INTO old SELECT * FROM gone RETURNING id)
       UPDATE b SET n = (SELECT count(*) FROM few) WHERE b.id > 17;
       WITH gone AS (DELETE FROM a WHERE id = 4 RETURNING *) INSERT INTO old SELECT * FROM gone;
       WITH gone AS (DELETE FROM a WHERE id = 5 RETURNING *) SELECT * FROM gone`,
    );
    expect(await all("SELECT id FROM old ORDER BY id")).toEqual([[1], [2], [4]]);
    expect(await all("SELECT count(*)::int FROM b WHERE a IS NULL")).toEqual([[4]]);
    expect((await kept()).map((one) => one.join(" ")).toSorted()).toEqual([
      "delete public.a 1",
      "delete public.a 1",
      "delete public.a 2",
      ...[
        "update public.b 1",
        "update public.b 1",
        "update public.b 2",
        "update public.b 2",
        "update public.c 2",
      ],
    ]);
    await client.query("UPDATE b SET n = 77 WHERE id = 18; DELETE FROM c WHERE id > 9");
    await told();
    expect(await all("SELECT * FROM c ORDER BY id")).toEqual(before[0]);
    expect([await all("SELECT * FROM a ORDER BY id"), await all("SELECT * FROM b ORDER BY id")]).toEqual([
      before[0],
      before[1]?.map((row) => (row[0] === 18 ? [18, 8, 77] : row)),
    ]);
    for (const sql of [
      "WITH d AS (DELETE FROM a RETURNING id), e AS (SELECT id FROM d) UPDATE b SET n = 0 FROM e WHERE b.a = e.id",
      "WITH d AS (DELETE FROM a WHERE random() < 0.5) SELECT 1",
      "WITH d AS (DELETE FROM a WHERE id = 1) UPDATE public.a SET n = 0",
      "WITH RECURSIVE d AS (DELETE FROM a) SELECT 1",
      "WITH d AS (WITH x AS (SELECT 1 AS id) DELETE FROM a USING x WHERE a.id = x.id), y AS (SELECT 1) UPDATE b SET n = 0 WHERE EXISTS (SELECT FROM d)",
    ])
      expect([sql, await reasons(sql)]).toEqual([sql, ["writing_with"]]);
    expect(await reasons("WITH d AS (DELETE FROM a) SELECT clean_up()")).toEqual(["code"]);
  });

  const TRIALS = 60;
  it("brings every row back that random statements change, and nothing else, against the rows as they were", async () => {
    const { client } = database;
    const any = (below: number) => Math.floor(Math.random() * below);
    const one = (...of: string[]) => of[any(of.length)] ?? "";
    const rows = () =>
      Array.from({ length: 1 + any(6) }, (_, i) => `(${i * 3 + any(3)}, ${any(9)})`).join(", ");
    for (let trial = 0; trial < TRIALS; trial += 1) {
      await client.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE, a int, b int) ${one("", "WITH (fillfactor = 10)")};
        INSERT INTO t SELECT i, 100 + i, ${one("i", "NULL")}, i % 3 FROM generate_series(0, ${any(20)}) i WHERE i % ${2 + any(3)} <> 0;
        DROP TABLE IF EXISTS u; CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO u SELECT * FROM t`);
      const writing = (first: string) => {
        const second = first === "t" ? "u" : "t";
        return `WITH v (id, n) AS (VALUES ${rows()}), x AS (DELETE FROM ${first} WHERE b = ${any(4)} AND EXISTS (SELECT FROM v WHERE v.id > ${first}.a)),
          y AS (UPDATE ${second} AS s SET ${one("a = -1", "id = s.id + 5000")} FROM v WHERE s.k = 100 + v.id AND b < ${any(4)} RETURNING s.k)
          ${one("SELECT * FROM y", `INSERT INTO ${first} (k, id) SELECT 300 + id, 3000 + id FROM v WHERE id > 4 ON CONFLICT DO NOTHING`)}`;
      };
      const statement = () => {
        if (any(3) === 0) return writing(one("t", "u"));
        if (major < 15 || any(2) === 0)
          return `INSERT INTO t AS x (k, b, id, a) SELECT 100 + v.id, v.n, 1000 + v.id, v.n FROM (VALUES ${rows()}) v (id, n)
            ON CONFLICT (k) DO UPDATE SET ${one("a = excluded.a", "a = x.a + 1, b = x.b", "id = x.id + 5000")} ${one("", "WHERE x.b > 0", "WHERE excluded.a > 4")}`;
        const action = () =>
          one("UPDATE SET a = v.n", "UPDATE SET b = t.b + 1, a = 0", "DELETE", "DO NOTHING");
        const alone = () => one("UPDATE SET a = 3", "DELETE", "DO NOTHING");
        const more =
          major >= 17 ? one("", `WHEN NOT MATCHED BY SOURCE AND t.b = ${any(3)} THEN ${alone()}`) : "";
        return `MERGE INTO t USING (VALUES ${rows()}) v (id, n) ON t.k = 100 + v.id WHEN MATCHED AND v.n > ${any(9)} THEN ${action()}
          WHEN MATCHED ${one("", "AND t.a IS NULL", "AND t.b = 1")} THEN ${action()} ${more} ${one("", "WHEN NOT MATCHED THEN INSERT VALUES (2000 + v.id, 100 + v.id, 1, 1)")}`;
      };
      const before = new Map(
        (await all("SELECT 't' || k, id, a, b FROM t UNION ALL SELECT 'u' || k, id, a, b FROM u")).map(
          (row) => [row[0], row],
        ),
      );
      const script = Array.from({ length: 1 + any(2) }, statement).join(";\n");
      await migrateKeeping(client, script);
      const since = new Map(
        (await all("SELECT 't' || k, id, a, b FROM t UNION ALL SELECT 'u' || k, id, a, b FROM u")).map(
          (row) => [row[0], row],
        ),
      );
      const [written] = [...since.keys()].filter((k) => before.has(k));
      if (written)
        await client.query(`UPDATE ${String(written)[0]} SET a = 777 WHERE k = ${String(written).slice(1)}`);
      const back = await revertKeeping(client, "");
      const now = new Map(
        (await all("SELECT 't' || k, id, a, b FROM t UNION ALL SELECT 'u' || k, id, a, b FROM u")).map(
          (row) => [row[0], row],
        ),
      );
      for (const [k, row] of before) {
        const [, id, a, b] = row as number[];
        // Deleted by the first statement and inserted anew by the second: as after DELETE and INSERT, the new one stays.
        if (Number(since.get(k)?.[1] ?? 0) % 5000 >= 1000) continue;
        expect([script, JSON.stringify(back), now.get(k)]).toEqual([
          ...[script, JSON.stringify(back)],
          [k, id, k === written ? 777 : a, b],
        ]);
      }
    }
  }, 120_000);
});
