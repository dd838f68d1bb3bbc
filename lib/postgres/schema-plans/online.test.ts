import { describe, expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";

const FROM = `
  CREATE TABLE orders (id int, customer int, total numeric, note text, tag varchar(10), again int, CONSTRAINT twice UNIQUE (again));
  CREATE INDEX orders_note ON orders (note);
  CREATE INDEX orders_gone ON orders (total);
  CREATE TABLE customers (id int PRIMARY KEY);
  CREATE TABLE parts (id int NOT NULL, region text NOT NULL, v int) PARTITION BY LIST (region);
  CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
  CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b') PARTITION BY RANGE (id);
  CREATE TABLE parts_b1 PARTITION OF parts_b FOR VALUES FROM (1) TO (1000);
  CREATE VIEW big AS SELECT id, note FROM orders WHERE total > 10;`;
const SEED = `
  INSERT INTO customers SELECT generate_series(1, 50);
  INSERT INTO orders SELECT i, i % 50 + 1, i, 'n' || i, 't', i FROM generate_series(1, 500) i;
  INSERT INTO parts SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, i FROM generate_series(1, 500) i;`;
const TO = `
  CREATE TABLE orders (id int, customer int NOT NULL, total numeric NOT NULL, note text, tag varchar(20), again int,
    CONSTRAINT twice UNIQUE (again) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT orders_pkey PRIMARY KEY (id) INCLUDE (note), CONSTRAINT positive CHECK (total > 0), CONSTRAINT one_note UNIQUE (note, tag) DEFERRABLE);
  CREATE INDEX orders_note ON orders (lower(note));
  CREATE UNIQUE INDEX "orders of one" ON orders (customer, id) WHERE total > 5;
  COMMENT ON INDEX "orders of one" IS 'of one';
  CREATE TABLE customers (id int PRIMARY KEY);
  ALTER TABLE orders ADD CONSTRAINT ours FOREIGN KEY (customer) REFERENCES customers ON DELETE CASCADE;
  CREATE TABLE parts (id int NOT NULL, region text NOT NULL, v int NOT NULL, PRIMARY KEY (id, region), CHECK (v > 0)) PARTITION BY LIST (region);
  CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
  CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b') PARTITION BY RANGE (id);
  CREATE TABLE parts_b1 PARTITION OF parts_b FOR VALUES FROM (1) TO (1000);
  CREATE INDEX parts_v ON parts (v);
  CREATE VIEW big AS SELECT id, note FROM orders WHERE total > 10;`;

describe.each([14, 18] as const)("an online plan on PostgreSQL %i", { timeout: 180_000 }, (major) => {
  it("builds and validates beside the writers, ends where the plain one ends, and goes back", async () => {
    const proof = await provePlan({
      major,
      from: FROM,
      seed: SEED,
      to: TO,
      options: { online: true },
      andBack: true,
      check: async (client) => {
        const { rows } = await client.query(
          "SELECT (SELECT count(*)::int FROM orders) AS o, (SELECT count(*)::int FROM parts) AS p",
        );
        expect(rows).toEqual([{ o: 500, p: 500 }]);
        const invalid = await client.query(
          "SELECT 1 FROM pg_index WHERE NOT indisvalid UNION ALL SELECT 1 FROM pg_constraint WHERE NOT convalidated",
        );
        expect(invalid.rowCount).toBe(0);
      },
    });
    expect(proof.problem).toBe("");
    const sql = proof.plan.statements.map((one) => one.sql);
    // Every index of a table that has rows is built beside its writers; only parents of partitions get theirs at once.
    const blocking = sql.filter(
      (one) => /^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)/.test(one) && !one.includes(" ON ONLY "),
    );
    expect(blocking).toEqual([]);
    expect(
      sql.filter((one) => /ADD CONSTRAINT .* (CHECK|FOREIGN KEY)/.test(one) && !one.endsWith("NOT VALID")),
    ).toEqual([]);
    expect(sql.filter((one) => /^ALTER TABLE (?!ONLY).*(PRIMARY KEY|UNIQUE) \(/.test(one))).toEqual([]);
    expect(proof.plan.offline).toEqual([]);
  });

  it("has what a partition must fulfil validated beside its writers, and its rows not looked at when it is attached", async () => {
    const proof = await provePlan({
      major,
      from: `CREATE TABLE days (d date, v int) PARTITION BY RANGE (d); CREATE TABLE rest PARTITION OF days DEFAULT; CREATE TABLE march (d date, v int);
        CREATE TABLE hashed (id int) PARTITION BY HASH (id); CREATE TABLE all_of_it (id int)`,
      seed: "INSERT INTO days VALUES ('2025-01-01', 1), (NULL, 2); INSERT INTO march VALUES ('2025-03-03', 3); INSERT INTO all_of_it VALUES (1)",
      to: `CREATE TABLE days (d date, v int) PARTITION BY RANGE (d); CREATE TABLE rest PARTITION OF days DEFAULT;
        CREATE TABLE march PARTITION OF days FOR VALUES FROM ('2025-03-01') TO ('2025-04-01'); CREATE TABLE may PARTITION OF days FOR VALUES FROM ('2025-05-01') TO ('2025-06-01');
        CREATE TABLE hashed (id int) PARTITION BY HASH (id); CREATE TABLE all_of_it PARTITION OF hashed FOR VALUES WITH (modulus 1, remainder 0)`,
      options: { online: true },
      andBack: true,
    });
    expect(proof.problem).toBe("");
    const bounds = proof.plan.statements.filter(({ sql }) => sql.includes(" CONSTRAINT dbmigrator_bound"));
    // What the default partition gives away is seen again with the new one: only its check is added apart.
    const steps = bounds.map(
      ({ sql, transaction }) =>
        `${/(\w+) (\w+) CONSTRAINT/.exec(sql)?.slice(1).join(" ")} ${transaction ?? ""}`,
    );
    const rest = ["rest ADD alone", "rest VALIDATE "];
    expect(steps).toEqual([
      ...["march ADD ", "march VALIDATE alone"],
      ...[...rest, "march DROP ", "rest DROP "],
      ...[...rest, "rest DROP "],
    ]);
    expect(proof.plan.offline).toEqual([{ id: "table:public.all_of_it", reason: "scan" }]);
  });

  it("lets keys that foreign keys rest on exchange their names", async () => {
    const tables = (one: string, other: string) =>
      `CREATE TABLE t (a int, b int, CONSTRAINT ${one} UNIQUE (a), CONSTRAINT ${other} UNIQUE (b));
       CREATE TABLE o (a int, b int, CONSTRAINT f_${one} FOREIGN KEY (a) REFERENCES t (a), CONSTRAINT f_${other} FOREIGN KEY (b) REFERENCES t (b));`;
    const proof = await provePlan({
      major,
      from: tables("u1", "u2"),
      seed: "INSERT INTO t VALUES (1, 2); INSERT INTO o VALUES (1, 2)",
      to: tables("u2", "u1"),
      options: { online: true },
      andBack: true,
    });
    expect(proof.problem).toBe("");
  });

  it("says what still blocks writers", async () => {
    const proof = await provePlan({
      major,
      from: "CREATE TABLE t (id int, span int4range); CREATE TABLE whole (id int)",
      seed: "INSERT INTO t VALUES (1, '[1,2)'); INSERT INTO whole VALUES (1)",
      to: "CREATE TABLE t (id bigint, span int4range, extra int GENERATED ALWAYS AS IDENTITY, EXCLUDE USING gist (span WITH &&)); CREATE TABLE whole (id int) PARTITION BY RANGE (id); CREATE TABLE whole_1 PARTITION OF whole DEFAULT",
      options: { online: true },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.offline.map(({ id, reason }) => `${id} ${reason}`).sort()).toEqual([
      "column:public.t.extra rewrite",
      "column:public.t.id rewrite",
      "constraint:public.t.t_span_excl exclusion",
      "table:public.whole copy",
    ]);
  });

  it("keeps the settings of a key's index, and validates apart from everything else", async () => {
    const proof = await provePlan({
      major,
      from: `CREATE TABLE t (id int NOT NULL, a int, b int); ALTER TABLE t ADD CONSTRAINT late CHECK (a > 0) NOT VALID;
        CREATE UNIQUE INDEX dbmigrator_new_1 ON t (b);
        CREATE TABLE above (a int, b int); CREATE TABLE below () INHERITS (above); CREATE INDEX below_b ON below (b);`,
      seed: "INSERT INTO t VALUES (1, 1, 1); INSERT INTO below VALUES (1, 2)",
      to: `CREATE TABLE t (id int NOT NULL, a int, b int, more int, CONSTRAINT late CHECK (a > 0),
          CONSTRAINT t_pkey PRIMARY KEY (id) WITH (fillfactor=70), CONSTRAINT one UNIQUE (a, b) WITH (fillfactor=80) DEFERRABLE);
        CREATE UNIQUE INDEX dbmigrator_new_1 ON t (b, a);
        CREATE TABLE above (a int, b int GENERATED ALWAYS AS (a * 2) STORED); CREATE TABLE below () INHERITS (above); CREATE INDEX below_b ON below (b);`,
      options: { online: true },
      andBack: true,
    });
    expect(proof.problem).toBe("");
    const apart = proof.plan.statements.filter(({ sql }) => sql.includes("VALIDATE"));
    expect(apart.map(({ transaction }) => transaction)).toEqual(["alone"]);
  });

  it("says which rows are written or looked at under a lock, and which are not", async () => {
    const proof = await provePlan({
      major,
      from: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE DOMAIN amount AS int; CREATE DOMAIN unused AS int;
        CREATE FUNCTION stamp() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (m mood, n numeric(5,2), w varchar(5)[], z timestamp(3), v bit varying(4), a amount);
        CREATE TABLE logged (id int);`,
      seed: "INSERT INTO t VALUES ('ok', 1.5, '{a}', '2020-01-01', '101', 1); INSERT INTO logged VALUES (1)",
      to: `CREATE TYPE mood AS ENUM ('ok', 'glad'); CREATE DOMAIN amount AS int CHECK (VALUE > 0); CREATE DOMAIN unused AS int CHECK (VALUE > 0);
        CREATE FUNCTION stamp() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (m mood, n numeric(9,2), w varchar(9)[], z timestamp, v bit varying(9), a amount, s int DEFAULT stamp(), u amount);
        CREATE UNLOGGED TABLE logged (id int);
        CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM t;`,
      options: { online: true },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.offline.map(({ id, reason }) => `${id} ${reason}`).sort()).toEqual([
      "column:public.t.m rewrite",
      "column:public.t.s rewrite",
      "column:public.t.u rewrite",
      "column:public.t.w rewrite",
      ...(major < 18 ? ["domain_constraint:public.amount.amount_check scan"] : []),
      "table:public.logged rewrite",
    ]);
    const apart = proof.plan.statements.flatMap((one) => (one.transaction === "alone" ? one.sql : []));
    expect(apart.sort()).toEqual([
      "ALTER DOMAIN public.amount VALIDATE CONSTRAINT amount_check",
      expect.stringContaining("CREATE MATERIALIZED VIEW public.counted"),
    ]);
  });
});
