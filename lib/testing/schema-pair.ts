import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { type TestDatabase, testDatabase } from "./postgres";

/**
 * Two databases for the tests of a file, each made by its script.
 * @returns their sessions, once the tests begin
 */
export function schemaPair(here: string, there: string): () => [pg.Client, pg.Client] {
  let databases: TestDatabase[];
  let clients: pg.Client[];
  beforeAll(async () => {
    databases = [await testDatabase(), await testDatabase()];
    clients = databases.map(({ url }) => new pg.Client({ connectionString: url }));
    for (const [i, client] of clients.entries()) {
      await client.connect();
      await client.query(i === 0 ? here : there);
    }
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    for (const database of databases) await database.drop();
  });
  return () => clients as [pg.Client, pg.Client];
}
