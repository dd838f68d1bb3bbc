import type pg from "pg";
import { expect, it } from "vitest";
import { compareSnapshots } from "../../core/diff/compare";
import { planSchema } from "../../core/diff/plan";
import { schemaPair } from "../../testing/schema-pair";
import { readSnapshot } from "../introspect/read-snapshot";

const tables = (factor: number) => `
  CREATE TABLE one (a int, g int GENERATED ALWAYS AS (a * 2) STORED);
  CREATE TABLE other (a int, g int GENERATED ALWAYS AS (a * 3) STORED);
  CREATE TABLE below (g int GENERATED ALWAYS AS (a * ${factor}) STORED) INHERITS (one, other);
  INSERT INTO below VALUES (1);`;

const opened = schemaPair(tables(4), tables(5));

/** 16 lets a child compute otherwise than its parents, and cannot change an expression yet; later servers do as it does. */
it("computes a column anew, in the parents too that a child cannot drop it without, where 16 cannot alter it", async () => {
  const [here, there] = opened();
  const read = async (client: pg.Client) => ({ ...(await readSnapshot(client)), version: 160000 });
  const wanted = await read(there);
  for (const { sql } of planSchema(await read(here), wanted).statements) await here.query(sql);
  expect(compareSnapshots(await read(here), wanted)).toEqual([]);
  expect((await here.query("SELECT * FROM below")).rows).toEqual([{ a: 1, g: 5 }]);
});
