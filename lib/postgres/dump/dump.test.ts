import { once } from "node:events";
import { createServer } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { RICH_SCHEMA } from "../../testing/rich-schema";
import { readSnapshot } from "../introspect/read-snapshot";
import { dumpFailed } from "./bridge";
import { dumpRaw, dumpSchema, fingerprintTarget } from "./dump";
import { withoutServerOptions } from "./text";

describe.each([14, 18] as const)("a schema dump of PostgreSQL %i", (major) => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase({ major });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(RICH_SCHEMA);
    await client.query("CREATE SCHEMA dbmigrator; CREATE TABLE dbmigrator.migrations_log (id int)");
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it("holds every kind of object and leaves our own schema out", async () => {
    const dump = await dumpSchema(database.spec);
    for (const part of [
      "CREATE TYPE shop.status AS ENUM",
      "CREATE DOMAIN shop.amount",
      "PARTITION BY RANGE (at)",
      "CREATE MATERIALIZED VIEW shop.totals",
      "CREATE POLICY own_orders",
      "GENERATED ALWAYS AS IDENTITY",
      "CREATE EXTENSION IF NOT EXISTS citext",
      "Größe 😀",
    ]) {
      expect(dump).toContain(part);
    }
    expect(dump).not.toContain("migrations_log");
  });

  it("says nothing of sessions and versions, and keeps SET inside function bodies", async () => {
    const dump = await dumpSchema(database.spec);
    expect(dump).not.toMatch(/^\\(un)?restrict/m);
    expect(dump).not.toMatch(/Dumped (from|by)|set_config|statement_timeout|default_table_access_method/);
    expect(dump).toContain("\nSET note = ");
    expect(dump).toContain('CREATE TABLE public."Odd Name; -- \\restrict"');
  });

  it("is the same twice, and another one after a change", async () => {
    const before = await fingerprintTarget(database.spec);
    expect(await fingerprintTarget(database.spec)).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    await client.query("ALTER TABLE shop.customers ALTER full_name SET DEFAULT 'x'");
    expect(await fingerprintTarget(database.spec)).not.toBe(before);
    await client.query("ALTER TABLE shop.customers ALTER full_name DROP DEFAULT");
    expect(await fingerprintTarget(database.spec)).toBe(before);
  });

  it("says nothing of the number that newer minor releases keep among a column's options", async () => {
    // As those releases store it; this one would refuse it in SET.
    const store = (options: string, column: string) =>
      client.query(
        `UPDATE pg_attribute SET attoptions = ${options} WHERE attrelid = 'shop.customers'::regclass AND attname = '${column}'`,
      );
    await store("'{pg_attver=7,n_distinct=5}'", "full_name");
    await store("'{pg_attver=7}'", "id");
    try {
      const dump = await dumpRaw(database.spec, { schemas: ["shop"], section: "pre-data" });
      expect(dump).toContain("ALTER COLUMN full_name SET (n_distinct=5);");
      expect(dump).not.toContain("pg_attver");
      expect(withoutServerOptions("ALTER TABLE t ALTER COLUMN c SET (n_distinct=5, pg_attver=7);\n")).toBe(
        "ALTER TABLE t ALTER COLUMN c SET (n_distinct=5);\n",
      );
      const columns = [...(await readSnapshot(client)).facts.values()].filter(
        (fact) => fact.parent === "table:shop.customers" && fact.kind === "column",
      );
      expect(columns.flatMap((fact) => fact.body.options)).toEqual(["n_distinct=5"]);
    } finally {
      await store("NULL", "full_name");
      await store("NULL", "id");
    }
  });

  it("can be limited to schemas and sections", async () => {
    const pre = await dumpSchema(database.spec, { schemas: ["shop"], section: "pre-data" });
    expect(pre).toContain("CREATE TABLE shop.orders");
    expect(pre).not.toContain("CREATE INDEX orders_open");
    expect(pre).not.toContain("Odd Name");
    expect(await dumpSchema(database.spec, { section: "post-data" })).toContain("CREATE INDEX orders_open");
  });

  it("hides the passwords of user mappings", async () => {
    await client.query(`CREATE EXTENSION postgres_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example');
      CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'reader', password 'it''s secret')`);
    const dump = await dumpSchema(database.spec);
    expect(dump).toContain("CREATE USER MAPPING");
    expect(dump).toContain("\"user\" 'reader'");
    expect(dump).not.toContain("secret");
    await client.query("DROP EXTENSION postgres_fdw CASCADE");
  });

  it("of a database that is not there fails at once", async () => {
    await expect(dumpSchema({ ...database.spec, database: "nowhere" })).rejects.toMatchObject({
      code: "target.no_database",
    });
  });

  it("tells which table it may not read", async () => {
    const role = `reader_${database.name}`;
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    await expect(dumpSchema({ ...database.spec, user: role, password: "reader" })).rejects.toMatchObject({
      code: "target.dump_failed",
      message: expect.stringMatching(/permission denied for (table|schema)/),
    });
    await client.query(`DROP ROLE ${role}`);
  });

  it("does not wait for ever behind somebody's lock", async () => {
    await client.query("BEGIN; LOCK TABLE shop.orders");
    await expect(dumpSchema(database.spec, { lockWaitMs: 200 })).rejects.toMatchObject({
      code: "target.dump_locked",
    });
    await expect(dumpSchema(database.spec, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "target.dump_timeout",
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stopped")), 300);
    await expect(dumpSchema(database.spec, { signal: controller.signal })).rejects.toThrow("stopped");
    await client.query("ROLLBACK");
  });

  it("of which a message would name every table shortens it, and knows when locks have no room", async () => {
    const role = `many_${database.name}`;
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'; CREATE SCHEMA many`);
    await client.query(
      `DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE 'CREATE TABLE many.table_' || i || ' ()'; END LOOP; END $$`,
    );
    const error = await dumpSchema(
      { ...database.spec, user: role, password: "reader" },
      { schemas: ["many"] },
    ).catch((reason: Error) => reason);
    expect((error as Error).message).toContain("permission denied");
    expect((error as Error).message.length).toBeLessThan(500);
    await client.query(`DROP SCHEMA many CASCADE; DROP ROLE ${role}`);
    expect(
      dumpFailed(
        'ERROR:  out of shared memory HINT:  You might need to increase "max_locks_per_transaction".',
      ),
    ).toMatchObject({ code: "backup.too_many_locks" });
  });

  it("can be made of an exported snapshot", async () => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const { rows } = await client.query("SELECT pg_export_snapshot() AS id");
    expect(await dumpRaw(database.spec, { snapshot: rows[0].id })).toContain("CREATE TABLE shop.orders");
    await client.query("ROLLBACK");
  });
});

it("ends with an error when the connection is cut in the middle", async () => {
  const database = await testDatabase();
  const sockets: import("node:net").Socket[] = [];
  const { connect } = await import("node:net");
  const proxy = createServer((incoming) => {
    const outgoing = connect(database.spec.port, database.spec.host);
    sockets.push(incoming);
    let seen = 0;
    incoming.pipe(outgoing);
    outgoing.on("data", (bytes) => {
      seen += bytes.length;
      if (seen > 6000) incoming.destroy();
      else incoming.write(bytes);
    });
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as import("node:net").AddressInfo;
  await expect(dumpSchema({ ...database.spec, port })).rejects.toMatchObject({ code: "target.dump_failed" });
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await database.drop();
});
