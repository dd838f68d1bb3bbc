import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFactCatalog } from "../../postgres/fact-catalog";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { type FactCatalog, statementFacts } from "./facts";
import { loadParser, parseScript } from "./parse-script";
import { type Known, LOCK_MODES, type LockMode } from "./types";

const SCHEMA = `
  CREATE SCHEMA shop;
  CREATE TABLE customer (id int PRIMARY KEY, name varchar(20) NOT NULL, note text, born timestamp, total numeric(10,2), active bool);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer, total int, note text, placed timestamptz);
  CREATE TABLE shop.item (id int, price numeric(8,2), order_id int);
  CREATE UNIQUE INDEX item_id_idx ON shop.item (id);
  CREATE INDEX orders_total_idx ON orders (total);
  ALTER TABLE orders ADD CONSTRAINT total_ok CHECK (total > -1) NOT VALID;
  ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID;
  CREATE TABLE log (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE log_2021 (id int, at date);
  CREATE TABLE parent (id int);
  CREATE TABLE child () INHERITS (parent);
  CREATE VIEW v AS SELECT id FROM customer;
  CREATE MATERIALIZED VIEW m AS SELECT id FROM customer;
  CREATE UNIQUE INDEX m_id ON m (id);
  CREATE SEQUENCE s;
  CREATE DOMAIN d AS int;
  CREATE TYPE e AS ENUM ('a');
  CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION t();
  CREATE POLICY p ON orders USING (true);
  CREATE RULE r AS ON INSERT TO parent DO ALSO NOTHING;
  CREATE STATISTICS st ON id, total FROM orders;
  CREATE PUBLICATION pub FOR TABLE customer;
  CREATE ROLE someone;
  INSERT INTO customer SELECT i, 'c' || i, 'n' FROM generate_series(1, 50) i;
  INSERT INTO orders SELECT i, i, i, 'n' FROM generate_series(1, 50) i;
  INSERT INTO shop.item SELECT i, i, i FROM generate_series(1, 50) i;
  INSERT INTO log SELECT i, '2020-05-05' FROM generate_series(1, 50) i;
  INSERT INTO log_2021 SELECT i, '2021-05-05' FROM generate_series(1, 50) i;
`;

/** Statements whose facts follow from their form alone: all must be as PostgreSQL shows them. */
const EXACT = [
  "SELECT * FROM orders o JOIN shop.item i ON i.order_id = o.id",
  "WITH x AS (SELECT * FROM orders) SELECT * FROM x",
  "SELECT * FROM orders FOR UPDATE",
  "SELECT * FROM orders o, customer c FOR SHARE OF c",
  "INSERT INTO shop.item VALUES (100, 1)",
  "INSERT INTO shop.item (id) SELECT id FROM customer WHERE id > 1000",
  "UPDATE shop.item SET price = 2 FROM customer c WHERE c.id = shop.item.id",
  "UPDATE shop.item SET price = 1",
  "DELETE FROM shop.item USING customer WHERE false",
  "DELETE FROM shop.item",
  "DELETE FROM shop.item WHERE true",
  "UPDATE shop.item SET price = 1 WHERE 1 = 1",
  "WITH gone AS (DELETE FROM shop.item RETURNING id) SELECT count(*) FROM gone, customer",
  "MERGE INTO shop.item i USING customer c ON c.id = i.id WHEN MATCHED THEN UPDATE SET price = 3",
  "TRUNCATE shop.item",
  "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE",
  "LOCK TABLE orders",
  "CREATE INDEX ON orders (note)",
  "CREATE UNIQUE INDEX IF NOT EXISTS other ON shop.item (id)",
  "REINDEX TABLE orders",
  "ALTER TABLE orders ADD COLUMN a int",
  "ALTER TABLE orders ADD COLUMN a int DEFAULT 5 NOT NULL",
  "ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT now()",
  "ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid()",
  "ALTER TABLE orders ADD COLUMN a serial",
  "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS IDENTITY",
  "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (total * 2) STORED",
  "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (total * 2) VIRTUAL",
  "ALTER TABLE orders ADD COLUMN a int REFERENCES customer",
  "ALTER TABLE orders ADD COLUMN a int DEFAULT 1 REFERENCES customer",
  "ALTER TABLE orders ADD COLUMN a int CHECK (a > 0)",
  "ALTER TABLE orders ADD COLUMN a text UNIQUE",
  "ALTER TABLE orders DROP COLUMN note",
  "ALTER TABLE customer ALTER COLUMN name TYPE text USING lower(name) || ''",
  "ALTER TABLE customer ALTER COLUMN born TYPE timestamptz USING born AT TIME ZONE 'UTC'",
  "ALTER TABLE customer ALTER COLUMN note TYPE text USING CASE note WHEN 'a' THEN 'b' ELSE note END",
  "ALTER TABLE orders ALTER COLUMN total SET DEFAULT 1",
  "ALTER TABLE orders ALTER COLUMN total DROP DEFAULT",
  "ALTER TABLE orders ALTER COLUMN total SET NOT NULL",
  "ALTER TABLE customer ALTER COLUMN name DROP NOT NULL",
  "ALTER TABLE orders ALTER COLUMN total TYPE bigint",
  "ALTER TABLE orders ALTER COLUMN total SET STATISTICS 100",
  "ALTER TABLE orders ALTER COLUMN total SET (n_distinct = 5)",
  "ALTER TABLE orders ALTER COLUMN note SET STORAGE external",
  "ALTER TABLE orders ALTER COLUMN note SET COMPRESSION pglz",
  "ALTER TABLE shop.item ADD CONSTRAINT c CHECK (price > 0)",
  "ALTER TABLE shop.item ADD CONSTRAINT c CHECK (price > 0) NOT VALID",
  "ALTER TABLE shop.item ADD CONSTRAINT c CHECK (price > 0) NOT ENFORCED",
  "ALTER TABLE shop.item ADD CONSTRAINT c NOT NULL price",
  "ALTER TABLE shop.item ADD CONSTRAINT c NOT NULL price NOT VALID",
  "ALTER TABLE shop.item ADD CONSTRAINT f FOREIGN KEY (order_id) REFERENCES orders",
  "ALTER TABLE shop.item ADD CONSTRAINT f FOREIGN KEY (order_id) REFERENCES orders NOT VALID",
  "ALTER TABLE shop.item ADD CONSTRAINT k UNIQUE (id)",
  "ALTER TABLE shop.item ADD PRIMARY KEY (id)",
  "ALTER TABLE shop.item ADD CONSTRAINT k UNIQUE USING INDEX item_id_idx",
  "ALTER TABLE shop.item ADD EXCLUDE USING btree (id WITH =)",
  "ALTER TABLE orders VALIDATE CONSTRAINT total_ok",
  "ALTER TABLE orders DROP CONSTRAINT total_ok",
  "ALTER TABLE orders DISABLE TRIGGER tr",
  "ALTER TABLE orders ENABLE ALWAYS TRIGGER tr",
  "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
  "ALTER TABLE orders REPLICA IDENTITY FULL",
  "ALTER TABLE orders SET (fillfactor = 70, autovacuum_enabled = off)",
  "ALTER TABLE orders RESET (fillfactor)",
  "ALTER TABLE orders SET (user_catalog_table = true)",
  "ALTER TABLE shop.item SET UNLOGGED",
  "ALTER TABLE orders SET WITHOUT CLUSTER",
  "ALTER TABLE orders CLUSTER ON orders_total_idx",
  "ALTER TABLE orders OWNER TO someone",
  "ALTER TABLE log_2021 INHERIT parent",
  "ALTER TABLE child NO INHERIT parent",
  "ALTER TABLE log ATTACH PARTITION log_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
  "ALTER TABLE log DETACH PARTITION log_2020",
  "ALTER TABLE orders RENAME TO o2",
  "ALTER TABLE orders RENAME COLUMN note TO remark",
  "ALTER TABLE orders RENAME CONSTRAINT total_ok TO ok",
  "ALTER INDEX orders_total_idx RENAME TO i2",
  "ALTER INDEX orders_total_idx SET (fillfactor = 80)",
  "ALTER TRIGGER tr ON orders RENAME TO tr2",
  "ALTER POLICY p ON orders RENAME TO p2",
  "ALTER RULE r ON parent RENAME TO r2",
  "ALTER TABLE orders SET SCHEMA shop",
  "ALTER VIEW v RENAME TO v2",
  "ALTER VIEW v SET (security_barrier = true)",
  "ALTER SEQUENCE s INCREMENT 2",
  "ALTER SEQUENCE s OWNED BY orders.id",
  "ALTER SEQUENCE s RENAME TO s2",
  "ALTER MATERIALIZED VIEW m RENAME TO m2",
  "CREATE TABLE n (c int REFERENCES customer, LIKE orders)",
  "CREATE TABLE n () INHERITS (parent)",
  "CREATE TABLE n PARTITION OF log FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
  "CREATE TABLE n AS SELECT * FROM orders",
  "CREATE TABLE n AS SELECT * FROM orders WITH NO DATA",
  "SELECT * INTO n FROM orders",
  "CREATE VIEW v3 AS SELECT * FROM orders",
  "CREATE OR REPLACE VIEW v AS SELECT id FROM customer",
  "CREATE MATERIALIZED VIEW m3 AS SELECT * FROM orders",
  "CREATE TRIGGER tr3 BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION t()",
  "CREATE RULE r3 AS ON INSERT TO parent DO ALSO INSERT INTO orders VALUES (1)",
  "CREATE POLICY p3 ON orders USING (EXISTS (SELECT 1 FROM customer))",
  "ALTER POLICY p ON orders USING (false)",
  "CREATE STATISTICS st2 ON id, note FROM orders",
  "CREATE PUBLICATION p2 FOR TABLE orders",
  "ALTER PUBLICATION pub ADD TABLE orders",
  "CREATE FUNCTION fn() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM orders; END",
  "DROP TABLE shop.item",
  "DROP VIEW v",
  "DROP MATERIALIZED VIEW m",
  "DROP SEQUENCE s",
  "DROP TRIGGER tr ON orders",
  "DROP POLICY p ON orders",
  "DROP RULE r ON parent",
  "COMMENT ON TABLE orders IS 'x'",
  "COMMENT ON COLUMN shop.item.price IS 'x'",
  "COMMENT ON CONSTRAINT total_ok ON orders IS 'x'",
  "COMMENT ON TRIGGER tr ON orders IS 'x'",
  "COMMENT ON INDEX orders_total_idx IS 'x'",
  "COMMENT ON VIEW v IS 'x'",
  "COMMENT ON SCHEMA shop IS 'x'",
  "GRANT SELECT ON orders TO someone",
  "REVOKE ALL ON orders FROM someone",
  "CLUSTER orders USING orders_total_idx",
  "ANALYZE orders",
  "ALTER TYPE e ADD VALUE 'b'",
  "CREATE TYPE e2 AS ENUM ('x')",
  "SET LOCAL work_mem = '1MB'",
];

/** Statements that lock more, or do less, than their form tells: what is said must hold, and may be incomplete. */
const PARTIAL = [
  "DROP TABLE orders",
  "DROP INDEX orders_total_idx",
  "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
  "ALTER TABLE orders VALIDATE CONSTRAINT note_set",
  "ALTER TABLE customer ALTER COLUMN name TYPE varchar(40)",
  "ALTER TABLE customer ALTER COLUMN name TYPE text",
  "ALTER TABLE customer ALTER COLUMN total TYPE numeric(12,2)",
  "ALTER TABLE customer ALTER COLUMN total TYPE numeric(12,4)",
  "ALTER TABLE customer ALTER COLUMN born TYPE timestamptz",
  "ALTER TABLE customer ADD COLUMN x d",
  "REINDEX INDEX orders_total_idx",
  "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
  "DO $$ BEGIN DELETE FROM orders; END $$",
  "SELECT t.id FROM v t",
  "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
  "REFRESH MATERIALIZED VIEW m",
  "REFRESH MATERIALIZED VIEW m WITH NO DATA",
  "DROP SCHEMA shop CASCADE",
  "TRUNCATE customer CASCADE",
];

/** What the target's catalog adds: with it, these are told as they are. */
const WITH_CATALOG = [
  "DROP TABLE orders",
  "DROP INDEX orders_total_idx",
  "REINDEX INDEX orders_total_idx",
  "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
  "ALTER TABLE customer ALTER COLUMN name TYPE varchar(40)",
  "ALTER TABLE customer ALTER COLUMN name TYPE varchar(10)",
  "ALTER TABLE customer ALTER COLUMN name TYPE text",
  "ALTER TABLE customer ALTER COLUMN total TYPE numeric(12,2)",
  "ALTER TABLE customer ALTER COLUMN total TYPE numeric(12,4)",
  "ALTER TABLE customer ALTER COLUMN note TYPE varchar(9)",
  "ALTER TABLE customer ALTER COLUMN active TYPE text",
  "ALTER TABLE customer ALTER COLUMN id SET NOT NULL",
  "ALTER TABLE shop.item ALTER COLUMN id SET NOT NULL",
];

interface Measured {
  locks: Record<string, LockMode>;
  rewritten: boolean;
  scanned: boolean;
}

/** Forms that came with version 18. */
const NEW = /VIRTUAL|NOT ENFORCED|ADD CONSTRAINT c NOT NULL/;

beforeAll(loadParser);

/** Relations of users as a script names them, with the file that holds their rows. */
const RELATIONS = `
  SELECT c.oid::int AS oid, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
         c.relfilenode::int AS file, c.relkind AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'shop')`;

async function measure(client: pg.Client, sql: string): Promise<Measured> {
  const before = (await client.query(RELATIONS)).rows as {
    oid: number;
    name: string;
    file: number;
    kind: string;
  }[];
  await client.query("BEGIN");
  try {
    // Planner statistics of the reads before would count too.
    const reads = async () => {
      const { rows } = await client.query(
        "SELECT coalesce(sum(seq_tup_read), 0)::int AS n FROM pg_stat_xact_user_tables",
      );
      return (rows[0] as { n: number }).n;
    };
    const readBefore = await reads();
    await client.query(sql);
    const scanned = (await reads()) > readBefore;
    const held = await client.query(
      "SELECT relation::int AS oid, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'",
    );
    const after = new Map(
      (await client.query(RELATIONS)).rows.map((row) => [row.oid as number, row.file as number]),
    );
    const locks: Record<string, LockMode> = {};
    for (const { oid, mode } of held.rows as { oid: number; mode: string }[]) {
      const relation = before.find((one) => one.oid === oid);
      if (!relation) continue;
      const words = mode
        .replace("Lock", "")
        .replace(/([a-z])([A-Z])/g, "$1 $2")
        .toUpperCase() as LockMode;
      const known = locks[relation.name];
      if (!known || LOCK_MODES.indexOf(words) > LOCK_MODES.indexOf(known)) locks[relation.name] = words;
    }
    const rewritten = before.some(
      ({ oid, file, kind }) => "rm".includes(kind) && after.has(oid) && after.get(oid) !== file,
    );
    return { locks, rewritten, scanned };
  } finally {
    await client.query("ROLLBACK");
  }
}

function facts(sql: string, serverVersion: number, catalog?: FactCatalog) {
  const parsed = parseScript(sql);
  expect(parsed.problems).toEqual([]);
  const [first] = statementFacts(parsed, { serverVersion, ...(catalog ? { catalog } : {}) });
  if (!first) throw new Error("no statement");
  return { ...first, locks: Object.fromEntries(first.locks.map(({ relation, mode }) => [relation, mode])) };
}

/** Indexes are locked along with their tables; only those that a statement names are facts about it. */
function withoutIndexes(
  locks: Record<string, LockMode>,
  named: Record<string, LockMode>,
): Record<string, LockMode> {
  const isIndex = (name: string) => /(_idx|_pkey|_key|m_id)$/.test(name);
  return Object.fromEntries(Object.entries(locks).filter(([name]) => !isIndex(name) || name in named));
}

const holds = (said: Known, seen: boolean) => said === "unknown" || (said === "yes") === seen;

describe.each([15, 18] as const)("facts are what PostgreSQL %i does", (major) => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase({ major });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("DROP ROLE IF EXISTS someone");
    await client.query(SCHEMA);
  });
  afterAll(async () => {
    await client.query("DROP OWNED BY someone");
    await client.query("DROP ROLE someone");
    await client.end();
    await database.drop();
  });

  it.each(EXACT.filter((sql) => major >= 18 || !NEW.test(sql)))("%s", async (sql) => {
    const said = facts(sql, major);
    const seen = await measure(client, sql);
    expect(said.locks).toEqual(withoutIndexes(seen.locks, said.locks));
    // TRUNCATE gives the table a new, empty file, which is no rewrite.
    if (!sql.startsWith("TRUNCATE"))
      expect([said.rewrite, holds(said.rewrite, seen.rewritten)]).toEqual([said.rewrite, true]);
    expect([said.scan, holds(said.scan, seen.scanned)]).toEqual([said.scan, true]);
  });

  it.each(WITH_CATALOG)("exactly, with the catalog: %s", async (sql) => {
    const said = facts(sql, major, await readFactCatalog(client));
    const seen = await measure(client, sql);
    expect(said.locks).toEqual(withoutIndexes(seen.locks, said.locks));
    expect([said.rewrite, said.scan]).toEqual([seen.rewritten ? "yes" : "no", seen.scanned ? "yes" : "no"]);
  });

  it.each(PARTIAL)("never more than it does: %s", async (sql) => {
    const said = facts(sql, major);
    const seen = await measure(client, sql);
    expect(seen.locks).toMatchObject(said.locks);
    if (!sql.startsWith("TRUNCATE"))
      expect([said.rewrite, holds(said.rewrite, seen.rewritten)]).toEqual([said.rewrite, true]);
    expect([said.scan, holds(said.scan, seen.scanned)]).toEqual([said.scan, true]);
  });
});
