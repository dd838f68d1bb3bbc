import pg from "pg";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/postgres";
import { closeConnection, openConnection } from "./connection/connect";
import { holdsData } from "./holds-data";
import { ensureLedger } from "./ledger/ledger";

it("tells a database with nothing but the ledger from one with a table or a sequence", async () => {
  const database = await testDatabase();
  const ours = await openConnection(database.spec);
  await ensureLedger(ours);
  await closeConnection(ours);
  expect(await holdsData(database.spec)).toBe(false);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('a'); CREATE VIEW shop.one AS SELECT 1",
  );
  expect(await holdsData(database.spec)).toBe(false);
  await client.query("CREATE SEQUENCE shop.numbers");
  expect(await holdsData(database.spec)).toBe(true);
  await client.query("DROP SEQUENCE shop.numbers; CREATE TABLE shop.orders (id int)");
  expect(await holdsData(database.spec)).toBe(true);
  await client.end();
  await database.drop();
});
