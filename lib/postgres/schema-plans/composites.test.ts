import type pg from "pg";
import { describe, expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";
import type { EmbeddedMajor } from "../embedded/embedded";

const OLD = `
  CREATE TYPE mood AS ENUM ('well');
  CREATE TYPE geo AS (lat int, lon text);
  CREATE TYPE addr AS (street text, zip text, at geo, mood mood);
  CREATE TABLE t (id int, a addr, many addr[]) PARTITION BY RANGE (id);
  CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (0) TO (10);
  CREATE VIEW v AS SELECT (a).street FROM t;`;
const NEW = `
  CREATE TYPE feeling AS ENUM ('well', 'bad');
  CREATE TYPE place AS (lon int, lat int, alt int);
  CREATE TYPE address AS (at place, mood feeling, zip int, street text, country text);
  CREATE TABLE t (id int, a address, many address[]) PARTITION BY RANGE (id);
  CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (0) TO (10);
  CREATE VIEW v AS SELECT (a).street FROM t;`;
const ROWS = `INSERT INTO t VALUES (1, ROW('s', '7', ROW(5, '6'), 'well'), ARRAY[ROW('q', '2', NULL, NULL)::addr, NULL]), (2, NULL, '{}'), (3, ROW(NULL, NULL, NULL, NULL), NULL);`;

describe.each([14, 18] as EmbeddedMajor[])("on PostgreSQL %i", (major) => {
  it("keeps values of a composite type in another one by the names of their attributes", async () => {
    const read = async (client: pg.Client) =>
      (await client.query("SELECT a::text, many::text FROM public.t ORDER BY id")).rows;
    const { problem } = await provePlan({
      major,
      from: OLD + ROWS,
      to: NEW,
      check: async (client) =>
        expect(await read(client)).toEqual([
          { a: '("(6,5,)",well,7,s,)', many: '{"(,,2,q,)",NULL}' },
          { a: null, many: "{}" },
          { a: "(,,,,)", many: null },
        ]),
    });
    expect(problem).toBe("");
  });

  it("keeps composites in arrays of arrays, within composites too", async () => {
    const schema = (attributes: string, whole: string, other: string) => `
      CREATE TYPE part AS (${attributes});
      CREATE TYPE whole AS (${whole});
      CREATE TYPE ${other};
      CREATE TABLE t (w whole, ws whole[], p part[], q ${other.split(" ")[0]}[]);`;
    const { problem } = await provePlan({
      major,
      from: schema("x int, y int", "a part[], b part, c text", "leaves AS (x int, y int)"),
      seed: `INSERT INTO t VALUES (
        ROW(ARRAY[[ROW(1,2)::part, NULL], [ROW(3,4)::part, ROW(5,6)::part]], ROW(3,4)::part, 'x')::whole,
        ARRAY[ROW(ARRAY[ROW(5,6)::part], NULL, 'y')::whole],
        ARRAY[[[ROW(7,8)::part], [NULL::part]], [[ROW(9,0)::part], [ROW(1,1)::part]]],
        ARRAY[[ROW(1,2)::leaves, ROW(3,4)::leaves]])`,
      to: schema("y int, z text, x bigint", "c text, a part[], d int, b part", "joins AS (y int, x int)"),
      check: async (client) => {
        const { rows } = await client.query("SELECT w::text, ws::text, p::text, q::text FROM t");
        expect(rows).toEqual([
          {
            w: '(x,"{{""(2,,1)"",NULL},{""(4,,3)"",""(6,,5)""}}",,"(4,,3)")',
            ws: '{"(y,\\"{\\"\\"(6,,5)\\"\\"}\\",,)"}',
            p: '{{{"(8,,7)"},{NULL}},{{"(0,,9)"},{"(1,,1)"}}}',
            q: '{{"(2,1)","(4,3)"}}',
          },
        ]);
      },
    });
    expect(problem).toBe("");
  });
});
