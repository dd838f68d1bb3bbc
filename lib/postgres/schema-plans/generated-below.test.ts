import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compareSnapshots } from "../../core/diff/compare";
import { planSchema } from "../../core/diff/plan";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { readSnapshot } from "../introspect/read-snapshot";

const tables = (factor: number) => `
  CREATE TABLE one (a int, g int GENERATED ALWAYS AS (a * 2) STORED);
  CREATE TABLE other (a int, g int GENERATED ALWAYS AS (a * 3) STORED);
  CREATE TABLE below (g int GENERATED ALWAYS AS (a * ${factor}) STORED) INHERITS (one, other);
  INSERT INTO below VALUES (1);`;

let databases: TestDatabase[];
let clients: pg.Client[];

beforeAll(async () => {
  databases = [await testDatabase(), await testDatabase()];
  clients = databases.map(({ url }) => new pg.Client({ connectionString: url }));
  for (const [i, client] of clients.entries()) {
    await client.connect();
    await client.query(tables(4 + i));
  }
});

afterAll(async () => {
  for (const client of clients) await client.end();
  for (const database of databases) await database.drop();
});

/** 16 lets a child compute otherwise than its parents, and cannot change an expression yet; later servers do as it does. */
it("computes a column anew, in the parents too that a child cannot drop it without, where 16 cannot alter it", async () => {
  const [here, there] = clients as [pg.Client, pg.Client];
  const read = async (client: pg.Client) => ({ ...(await readSnapshot(client)), version: 160000 });
  const wanted = await read(there);
  for (const { sql } of planSchema(await read(here), wanted).statements) await here.query(sql);
  expect(compareSnapshots(await read(here), wanted)).toEqual([]);
  expect((await here.query("SELECT * FROM below")).rows).toEqual([{ a: 1, g: 5 }]);
});
