import type pg from "pg";
import { describe, expect, it } from "vitest";
import type { RenamedKind } from "../../core/diff/rename/types";
import { provePlan } from "../../testing/schema-proof";

const FROM = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.mood AS ENUM ('sad', 'so so', 'happy');
  CREATE TABLE shop.customer (
    id bigserial PRIMARY KEY, name text NOT NULL, mood shop.mood NOT NULL DEFAULT 'so so',
    note text, CONSTRAINT named CHECK (length(name) > 0 AND mood <> 'sad'));
  CREATE TABLE shop.invoice (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customer,
    net numeric(10, 2), gross numeric(10, 2) GENERATED ALWAYS AS (net * 1.2) STORED);
  CREATE INDEX invoice_by_customer ON shop.invoice (customer_id) WHERE net > 0;
  CREATE VIEW shop.happy AS SELECT c.id, c.name, customer.note FROM shop.customer c JOIN shop.customer USING (id);
  CREATE FUNCTION shop.names() RETURNS SETOF shop.customer LANGUAGE sql AS 'SELECT * FROM shop.customer';
  COMMENT ON COLUMN shop.customer.name IS 'as on the letter';
  ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON shop.customer USING (name = current_user AND EXISTS (SELECT 1 FROM shop.invoice i WHERE i.customer_id = customer.id));`;
const SEED = `
  INSERT INTO shop.customer (name, mood, note) VALUES ('Ada', 'happy', 'x'), ('Bob', 'so so', NULL);
  INSERT INTO shop.invoice (customer_id, net) VALUES (1, 10), (2, 20);`;

async function counted(client: pg.Client, table: string, expected: number): Promise<void> {
  const { rows } = await client.query(`SELECT count(*)::int AS count FROM ${table}`);
  expect(rows[0].count, table).toBe(expected);
}

describe.each([14, 18] as const)("on PostgreSQL %i", { timeout: 180_000 }, (major) => {
  it("a renamed table keeps its rows, and its keys, indexes, sequences and dependants follow", async () => {
    const proof = await provePlan({
      major,
      from: FROM,
      seed: SEED,
      to: FROM.replaceAll("customer", "client"),
      options: {
        renames: [
          { kind: "table", from: "shop.customer", to: "shop.client" },
          { kind: "column", from: "shop.invoice.customer_id", to: "shop.invoice.client_id" },
        ],
      },
      andBack: true,
      check: async (client) => {
        await counted(client, "shop.client", 2);
        await client.query("INSERT INTO shop.client (name, mood) VALUES ('Cyd', 'happy')");
      },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.statements.filter((one) => one.losesData)).toEqual([]);
    expect(
      proof.plan.statements.filter((one) => /^(DROP TABLE|CREATE TABLE|CREATE.* INDEX)/.test(one.sql)),
    ).toEqual([]);
    expect(proof.plan.questions).toEqual([]);
  });

  it("a renamed schema, column and enum value are the same objects", async () => {
    const to = FROM.replaceAll("shop", "store")
      .replaceAll("so so", "so-so")
      .replaceAll("name text", "full_name text")
      .replaceAll("(name)", "(full_name)")
      .replaceAll("c.name", "c.full_name")
      .replaceAll("customer.name", "customer.full_name")
      .replaceAll("(name =", "(full_name =");
    const proof = await provePlan({
      major,
      from: FROM,
      seed: SEED,
      to,
      options: {
        renames: [
          { kind: "schema", from: "shop", to: "store" },
          { kind: "column", from: "shop.customer.name", to: "store.customer.full_name" },
          { kind: "enum_value", from: "shop.mood.so so", to: "store.mood.so-so" },
        ],
      },
      andBack: true,
      check: async (client) => {
        await counted(client, "store.customer WHERE mood = 'so-so' AND full_name = 'Bob'", 1);
      },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.statements.filter((one) => one.losesData)).toEqual([]);
  });

  it("two tables change names, and one steps aside for another and goes", async () => {
    const proof = await provePlan({
      major,
      from: "CREATE TABLE a (x int); CREATE TABLE b (y text); CREATE TABLE c (z date); CREATE TABLE d (q int)",
      seed: "INSERT INTO a VALUES (1); INSERT INTO b VALUES ('b'), ('c'); INSERT INTO d VALUES (1)",
      to: "CREATE TABLE b (x int); CREATE TABLE a (y text); CREATE TABLE d (z date)",
      options: {
        renames: [
          { kind: "table", from: "public.a", to: "public.b" },
          { kind: "table", from: "public.b", to: "public.a" },
          { kind: "table", from: "public.c", to: "public.d" },
        ],
      },
      check: async (client) => {
        await counted(client, "a WHERE y > ''", 2);
        await counted(client, "b WHERE x = 1", 1);
        await counted(client, "d", 0);
      },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.losses).toMatchObject([{ kind: "table" }]);
  });

  it("schemas, columns, indexes and constraints exchange their names", async () => {
    const body = (one: string, two: string) => `
      CREATE TABLE c (${one} int, ${two} int, CONSTRAINT ${one}_ok CHECK (${one} > 0), CONSTRAINT ${two}_ok CHECK (${two} > 0));
      CREATE INDEX ${one}_at ON c (${one}); CREATE INDEX ${two}_at ON c (${two});
      CREATE SCHEMA ${one}_s; CREATE SCHEMA ${two}_s; CREATE TABLE ${one}_s.t (i int); CREATE TABLE ${two}_s.t (j int);`;
    const exchange = (kind: RenamedKind, a: string, b: string) => [
      { kind, from: a, to: b },
      { kind, from: b, to: a },
    ];
    const proof = await provePlan({
      major,
      from: body("a", "b"),
      seed: "INSERT INTO c VALUES (1, 2); INSERT INTO a_s.t VALUES (3);",
      to: body("b", "a"),
      options: {
        renames: [
          ...exchange("schema", "a_s", "b_s"),
          ...exchange("column", "public.c.a", "public.c.b"),
          ...exchange("constraint", "public.c.a_ok", "public.c.b_ok"),
          ...exchange("index", "public.a_at", "public.b_at"),
        ],
      },
      andBack: true,
      check: async (client) => {
        await counted(client, "c WHERE b = 1 AND a = 2", 1);
        await counted(client, "b_s.t WHERE i = 3", 1);
      },
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.statements.every(({ verb }) => verb === "rename")).toBe(true);
  });

  it("a table that moves to another schema takes its indexes and sequences along", async () => {
    const table = (schema: string) =>
      `CREATE TABLE ${schema}.t (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, v text); CREATE INDEX t_v ON ${schema}.t (v);`;
    const proof = await provePlan({
      major,
      from: table("public"),
      seed: "INSERT INTO t (v) VALUES ('x')",
      to: `CREATE SCHEMA "New one"; ${table('"New one"')}`,
      options: { renames: [{ kind: "table", from: "public.t", to: '"New one".t' }] },
      andBack: true,
      check: (client) => counted(client, '"New one".t', 1),
    });
    expect(proof.problem).toBe("");
  });

  it("without being told, a plan drops, says what is lost and asks", async () => {
    const proof = await provePlan({
      major,
      from: "CREATE TABLE t (id int, old_name text, CONSTRAINT a CHECK (id > 0)); CREATE INDEX i ON t (id); CREATE TYPE m AS ENUM ('a', 'b')",
      seed: "INSERT INTO t VALUES (1, 'x')",
      to: "CREATE TABLE t (id int, new_name text, CONSTRAINT b CHECK (id > 0)); CREATE INDEX j ON t (id); CREATE TYPE m AS ENUM ('a', 'c')",
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.questions.map(({ id, candidates }) => [id, candidates.map((one) => one.to)])).toEqual([
      ["column:public.t.old_name", ["public.t.new_name"]],
      ["enum_value:public.m.b", ["public.m.c"]],
    ]);
    expect(proof.plan.losses).toMatchObject([{ kind: "column", name: "public.t.old_name" }]);
    expect(proof.plan.statements.filter(({ verb }) => verb === "rename").map(({ sql }) => sql)).toEqual([
      "ALTER TABLE public.t RENAME CONSTRAINT a TO b",
      "ALTER INDEX public.i RENAME TO j",
    ]);
  });

  it("columns of partitioned and inherited tables are renamed once, for all", async () => {
    const sql = (column: string, check: string) => `
      CREATE TABLE p (${column} int NOT NULL, v text, CONSTRAINT ${check} CHECK (${column} > 0)) PARTITION BY RANGE (${column});
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
      CREATE INDEX p_i ON p (${column});
      CREATE TABLE base (${column} int); CREATE TABLE heir () INHERITS (base);`;
    const proof = await provePlan({
      major,
      from: sql("a", "old_check"),
      seed: "INSERT INTO p VALUES (1, 'x'); INSERT INTO heir VALUES (1)",
      to: sql("b", "new_check"),
      options: {
        renames: [
          { kind: "column", from: "public.p.a", to: "public.p.b" },
          { kind: "column", from: "public.base.a", to: "public.base.b" },
        ],
      },
      andBack: true,
      check: (client) => counted(client, "p WHERE b = 1", 1),
    });
    expect(proof.problem).toBe("");
    expect(proof.plan.losses).toEqual([]);
  });
});

it("a rename of something that is not there is refused", async () => {
  const proof = provePlan({
    from: "CREATE TABLE a ()",
    to: "CREATE TABLE b ()",
    options: { renames: [{ kind: "table", from: "public.a", to: "public.c" }] },
  });
  await expect(proof).rejects.toMatchObject({ code: "schema.rename_unknown" });
});
