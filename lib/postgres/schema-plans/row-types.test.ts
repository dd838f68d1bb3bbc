import type pg from "pg";
import { describe, expect, it } from "vitest";
import { scriptsOf } from "../../core/diff/scripts";
import { provePlan } from "../../testing/schema-proof";
import type { EmbeddedMajor } from "../embedded/embedded";

/** Rows of a table and a view: as columns, in arrays, domains and composites, and in rows of another table. */
const schema = (base: string, view: string) => `
  CREATE TABLE base (${base});
  CREATE VIEW v AS SELECT ${view} FROM base;
  CREATE DOMAIN checked AS base CHECK ((VALUE).id > 0);
  CREATE TYPE pair AS (b base, k int);
  CREATE TABLE holder (id int PRIMARY KEY, b base NOT NULL, c checked, p pair, v v) PARTITION BY RANGE (id);
  CREATE TABLE holder_0 PARTITION OF holder FOR VALUES FROM (0) TO (10);
  CREATE INDEX by_name ON holder (((b).name));
  CREATE TABLE whole (h holder, bs base[]);
  CREATE VIEW names AS SELECT (b).name FROM holder;
  CREATE MATERIALIZED VIEW rows AS SELECT base FROM base;
  CREATE FUNCTION f(v) RETURNS base LANGUAGE sql AS 'SELECT b FROM public.holder';`;

const OLD = schema("id int, name text, goes text", "id, name");
const NEW = schema("id bigint, name varchar(20), added int DEFAULT 5", "name, id");
const ROWS = `
  INSERT INTO base VALUES (1, 'one', 'x');
  INSERT INTO holder VALUES (1, ROW(2, 'two', 'x'), ROW(3, 'three', 'x')::base, ROW(ROW(4, 'four', NULL), 4)::pair, ROW(5, 'five'));
  INSERT INTO whole SELECT holder, ARRAY[[b], [NULL::base]] FROM holder;
  INSERT INTO whole VALUES (NULL, '{}');`;

describe.each([14, 18] as EmbeddedMajor[])("on PostgreSQL %i", (major) => {
  it.each([false, true])(
    "columns that hold rows keep them while the row type changes (online: %s)",
    async (online) => {
      const read = async (client: pg.Client) =>
        (
          await client.query(
            "SELECT h::text, bs::text FROM public.whole UNION ALL SELECT holder::text, NULL FROM public.holder ORDER BY 1, 2",
          )
        ).rows;
      const row = '(1,"(2,two,)","(3,three,)","(""(4,four,)"",4)","(five,5)")';
      const { problem } = await provePlan({
        major,
        from: OLD,
        seed: ROWS,
        to: NEW,
        options: { online },
        andBack: true,
        check: async (client) => {
          expect(await read(client)).toEqual([
            { h: row, bs: '{{"(2,two,)"},{NULL}}' },
            { h: row, bs: null },
            { h: null, bs: "{}" },
          ]);
          const { rows } = await client.query("SELECT * FROM public.base");
          expect(rows).toEqual([{ id: "1", name: "one", added: 5 }]);
        },
      });
      expect(problem).toBe("");
    },
  );

  it("nobody sees the JSON that a column holds meanwhile, online either", async () => {
    const { plan, problem } = await provePlan({
      major,
      from: "CREATE TABLE base (id int, name text); CREATE TABLE holder (b base);",
      seed: "INSERT INTO base VALUES (2, 'two'); INSERT INTO holder VALUES (ROW(1, 'one'));",
      to: `CREATE TABLE base (id bigint, name text NOT NULL, CHECK (id > 1)); CREATE INDEX ON base (name);
        CREATE TABLE holder (b base);`,
      options: { online: true },
    });
    expect(problem).toBe("");
    const pieces = scriptsOf(plan).filter(({ up }) => up.includes("json"));
    expect(pieces.map(({ transaction }) => transaction)).toEqual([true]);
    expect(plan.offline).toContainEqual({ id: "column:public.holder.b", reason: "rewrite" });
    const held = { kind: "conversion", name: "public.holder.b", to: "JSON and back" };
    expect(plan.losses).toContainEqual(expect.objectContaining(held));
  });

  it("columns that hold rows of a table that becomes partitioned keep them", async () => {
    const { problem } = await provePlan({
      major,
      from: "CREATE TABLE base (id int, name text); CREATE TABLE holder (b base, v text);",
      seed: "INSERT INTO base VALUES (1, 'one'); INSERT INTO holder VALUES (ROW(2, 'two'), '3');",
      to: `CREATE TABLE base (id int, name text) PARTITION BY LIST (id); CREATE TABLE base_1 PARTITION OF base DEFAULT;
        CREATE TABLE holder (b base, v text);`,
      check: async (client) => {
        const { rows } = await client.query("SELECT b::text FROM public.holder");
        expect(rows).toEqual([{ b: "(2,two)" }]);
      },
    });
    expect(problem).toBe("");
  });
});
