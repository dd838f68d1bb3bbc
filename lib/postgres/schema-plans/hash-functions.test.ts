import { expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";
import type { EmbeddedMajor } from "../embedded/embedded";

const schema = (hash: string) => `
  CREATE FUNCTION plus(integer, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 + $2';
  CREATE FUNCTION times(integer, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 / 3 + $2';
  CREATE OPERATOR FAMILY hashing USING hash;
  CREATE OPERATOR CLASS whole_numbers FOR TYPE integer USING hash FAMILY hashing AS OPERATOR 1 =;
  ALTER OPERATOR FAMILY hashing USING hash ADD FUNCTION 2 (integer, integer) ${hash}(integer, bigint);
  CREATE TABLE spread (a integer) PARTITION BY HASH (a whole_numbers);
  CREATE TABLE spread_0 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE spread_1 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 1);`;

it.each([14, 18] as EmbeddedMajor[])(
  "brings rows where another hash function says that they belong, on PostgreSQL %i",
  async (major) => {
    const { problem } = await provePlan({
      major,
      from: schema("plus"),
      seed: "INSERT INTO spread SELECT generate_series(1, 100)",
      to: schema("times"),
      check: async (client) => {
        // Otherwise the session goes on with the functions that it looked up before.
        await client.query("GRANT SELECT ON public.spread TO PUBLIC");
        const { rows } = await client.query(`SELECT count(*)::int AS count, count(*) FILTER (
            WHERE NOT satisfies_hash_partition('public.spread'::regclass, 2, right(tableoid::regclass::text, 1)::int, a)
          )::int AS misplaced FROM public.spread`);
        expect(rows).toEqual([{ count: 100, misplaced: 0 }]);
      },
    });
    expect(problem).toBe("");
  },
);
