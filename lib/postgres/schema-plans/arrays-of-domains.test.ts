import { expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";

const schema = (attributes: string) => `
  CREATE TYPE spot AS (${attributes});
  CREATE DOMAIN positive AS spot CHECK ((VALUE).x > 0);
  CREATE DOMAIN doubly AS positive;
  CREATE TABLE t (one positive, many positive[], more doubly[]);`;

it("moves rows in arrays of domains attribute by attribute when the type below them changes", async () => {
  const { problem } = await provePlan({
    from: schema("x int, y int"),
    seed: "INSERT INTO t VALUES (ROW(1, 2)::spot, ARRAY[ROW(3, 4)::spot, NULL]::positive[], ARRAY[ROW(5, 6)::spot]::doubly[])",
    to: schema("y int, x bigint, label text"),
    check: async (client) => {
      const { rows } = await client.query("SELECT one::text, many::text, more::text FROM t");
      expect(rows).toEqual([{ one: "(2,1,)", many: '{"(4,3,)",NULL}', more: '{"(6,5,)"}' }]);
    },
  });
  expect(problem).toBe("");
});
