import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/postgres";
import { RICH_SCHEMA } from "../testing/rich-schema";
import { readCompletionCatalog } from "./catalog";

describe.each([14, 18] as const)("the completion catalog of PostgreSQL %i", (major) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ major });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(RICH_SCHEMA);
    await client.query("CREATE SCHEMA dbmigrator; CREATE TABLE dbmigrator.migrations_log (id int)");
    await client.end();
  });
  afterAll(() => database.drop());

  it("names tables, views, columns with their types and functions", async () => {
    const schemas = await readCompletionCatalog(database.spec);
    const shop = schemas.find((one) => one.schema === "shop");
    expect(shop?.inSearchPath).toBe(false);
    expect(shop?.tables.find((one) => one.name === "orders")).toMatchObject({
      kind: "table",
      columns: expect.arrayContaining([
        { name: "note", type: "character varying(40)" },
        { name: "status", type: "shop.status" },
      ]),
    });
    expect(shop?.tables.find((one) => one.name === "open_orders")?.kind).toBe("view");
    expect(shop?.functions).toContainEqual({ name: "product", arguments: "numeric" });
  });

  it("leaves out partitions, trigger functions, extensions and our own schema", async () => {
    const schemas = await readCompletionCatalog(database.spec);
    expect(schemas.map((one) => one.schema).sort()).toEqual(["public", "shop"]);
    const shop = schemas.find((one) => one.schema === "shop");
    expect(shop?.tables.map((one) => one.name)).not.toContain("events_2025");
    expect(shop?.functions.map((one) => one.name)).not.toContain("touch");
  });
});
