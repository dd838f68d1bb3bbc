import { describe, expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";

const schema = (type: string, extra = "") => `
  CREATE TABLE t (id int PRIMARY KEY, v ${type} NOT NULL DEFAULT 1, w int GENERATED ALWAYS AS (id * 2) STORED${extra});
  CREATE VIEW direct AS SELECT id, v FROM t;
  CREATE VIEW above WITH (security_barrier=true) AS SELECT id, v FROM direct;
  CREATE MATERIALIZED VIEW kept AS SELECT v, count(*) AS n FROM t GROUP BY v;
  CREATE UNIQUE INDEX kept_v ON kept (v);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER touched BEFORE UPDATE OF v ON t FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY mine ON t USING (v > 0);
  COMMENT ON VIEW above IS 'seen by all'; COMMENT ON POLICY mine ON t IS 'ours'; COMMENT ON TRIGGER touched ON t IS 'so';
  GRANT SELECT ON above TO PUBLIC; GRANT SELECT (v) ON direct TO PUBLIC;`;

describe.each([14, 18] as const)("on PostgreSQL %i", { timeout: 180_000 }, (major) => {
  it("what stands in the way of a changed type is made again as it was", async () => {
    const proof = await provePlan({
      major,
      from: schema("integer"),
      seed: "INSERT INTO t SELECT i, i FROM generate_series(1, 20) i",
      to: schema("bigint", ", more text"),
      andBack: true,
      check: async (client) => {
        const { rows } = await client.query(
          "SELECT sum(v)::int AS sum, pg_typeof(min(v))::text AS type FROM above",
        );
        expect(rows).toEqual([{ sum: 210, type: "bigint" }]);
      },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.losses).toEqual([]);
    expect(proof.down?.cannotBringBack).toEqual([]);
  });

  it("tables that refer to one another, and functions and defaults that need one another, come and go", async () => {
    const ring = `
      CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
      ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
      CREATE FUNCTION next_a() RETURNS int LANGUAGE sql AS 'SELECT coalesce(max(id), 0) + 1 FROM public.a';
      ALTER TABLE a ALTER COLUMN id SET DEFAULT next_a();
      CREATE FUNCTION label(a) RETURNS text LANGUAGE sql AS 'SELECT ''a'' || $1.id';
      CREATE VIEW labels AS SELECT label(a) AS label FROM a;
      CREATE FUNCTION all_labels() RETURNS SETOF labels LANGUAGE sql AS 'SELECT * FROM public.labels';
      CREATE FUNCTION even(n int) RETURNS bool LANGUAGE sql AS 'SELECT n = 0 OR public.odd(n - 1)' ;
      CREATE FUNCTION odd(n int) RETURNS bool LANGUAGE sql AS 'SELECT n <> 0 AND public.even(n - 1)';`;
    const proof = await provePlan({
      major,
      from: "CREATE TABLE other (id int)",
      seed: "INSERT INTO other VALUES (1)",
      to: `SET check_function_bodies = off; ${ring}`,
      andBack: true,
    });
    expect(proof.problem).toBe("");
    expect(proof.down?.losses.map(({ name }) => name).sort()).toEqual(["public.a", "public.b"]);
    expect(proof.down?.cannotBringBack).toEqual(["the rows of table public.other"]);
  });

  it("a type that loses a value is swapped under columns, checks, indexes and views that name its values", async () => {
    const moods = (labels: string, extra: string) => `
      CREATE TYPE "a mood of ${"x".repeat(50)}" AS ENUM (${labels});
      CREATE TABLE t (id int PRIMARY KEY, m "a mood of ${"x".repeat(50)}" DEFAULT 'one' CHECK (m <> 'two'), ${extra});
      CREATE INDEX ON t (id) WHERE m = 'one'; CREATE VIEW v AS SELECT m FROM t WHERE m = 'one';
      CREATE FUNCTION f("a mood of ${"x".repeat(50)}") RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE POLICY p ON t USING (m = 'one');`;
    const proof = await provePlan({
      major,
      from: moods(
        "'one', 'two', 'three'",
        `gone "a mood of ${"x".repeat(50)}", text "a mood of ${"x".repeat(50)}"`,
      ),
      seed: "INSERT INTO t (id) VALUES (1), (2)",
      to: moods("'two', 'one'", "text text"),
      andBack: true,
      check: async (client) => {
        expect((await client.query("SELECT 1 FROM t WHERE m = 'one'")).rowCount).toBe(2);
      },
    });
    expect(proof.problem).toBe("");
  });

  it("what somebody granted on goes with the right to, and comes again where it is to stay", async () => {
    const role = (name: string) =>
      `DO $$ BEGIN CREATE ROLE ${name}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`;
    const proof = await provePlan({
      major,
      from: `${role("corpus_owner")}; ${role("corpus_reader")}; ${role("corpus_writer")};
        CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t;
        GRANT SELECT ON t, v TO corpus_owner WITH GRANT OPTION; GRANT SELECT (b) ON t TO corpus_reader WITH GRANT OPTION;
        SET ROLE corpus_owner; GRANT SELECT ON t, v TO corpus_writer; SET ROLE corpus_reader;
        GRANT SELECT (b) ON t TO corpus_writer; RESET ROLE;`,
      to: `CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t;
        GRANT SELECT ON t TO corpus_owner; GRANT SELECT ON t, v TO corpus_writer;`,
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.statements.map(({ sql }) => sql)).toContain(
      "REVOKE GRANT OPTION FOR SELECT ON TABLE public.t FROM corpus_owner CASCADE",
    );
  });

  it("arguments that had no names get them in place", async () => {
    const schema = (
      args: string,
    ) => `CREATE FUNCTION f(${args}) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE TABLE t (a int CHECK (f(a, 'x') > 0)); CREATE INDEX i ON t (f(a, 'k')); CREATE VIEW v AS SELECT f(a, 'y') FROM t;`;
    const proof = await provePlan({ major, from: schema("int, text"), to: schema("a int, b text") });
    expect(proof.problem).toBe("");
    expect(proof.plan.statements).toHaveLength(1);
  });
});
