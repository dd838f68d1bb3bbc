import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackupScope, Manifest } from "../../core/backup/types";
import { contentOf, newFolder, runSql } from "../../testing/backups";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { closeConnection, openConnection } from "../connection/connect";
import { createBackup } from "./create";
import { estimateBackup } from "./estimate";
import { folderStore } from "./folder-store";
import { neighboursOf } from "./restore/chosen-tables";
import { foreseeInPlace } from "./restore/in-place-preflight";
import { restoreInto } from "./restore/restore";
import { testRestore } from "./restore/test-restore";
import { dumpStructure } from "./structure";

const whole = { kind: "database" as const };
const SHOP = `
CREATE SCHEMA shop; CREATE SCHEMA "Other";
CREATE TYPE shop.state AS ENUM ('new', 'done');
CREATE TABLE shop.customers (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL REFERENCES shop.customers,
  state shop.state DEFAULT 'new', changes int DEFAULT 0);
CREATE INDEX orders_open ON shop.orders (customer_id) WHERE state = 'new';
COMMENT ON TABLE shop.orders IS 'what was bought';
CREATE FUNCTION shop.count_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changes := NEW.changes + 1; RETURN NEW; END';
CREATE TRIGGER orders_change BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.count_change();
CREATE TABLE shop.lines (order_id int REFERENCES shop.orders, product text);
CREATE TABLE "Other"."Days" (day date) PARTITION BY RANGE (day);
CREATE TABLE "Other"."Days 2026" PARTITION OF "Other"."Days" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO shop.customers (name) SELECT 'c' || i FROM generate_series(1, 20) i;
INSERT INTO shop.orders (customer_id) SELECT i FROM generate_series(1, 20) i;
INSERT INTO shop.lines SELECT i, 'p' FROM generate_series(1, 20) i;
INSERT INTO "Other"."Days" SELECT '2026-01-01'::date + i FROM generate_series(0, 9) i;`;
const orders = { schema: "shop", name: "orders" };
const customers = { schema: "shop", name: "customers" };

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await runSql(database.spec, SHOP);
  return () => database.drop();
});

async function backUp(scope: BackupScope = whole) {
  const store = folderStore(join(await newFolder(), "b"));
  return { store, manifest: await createBackup({ spec: database.spec, store, scope }) };
}

const rowsOf = (manifest: Manifest) =>
  manifest.tables.map((table) => [`${table.schema}.${table.name}`, table.rows]);

describe("a part of a database", () => {
  it("is the chosen schemas, without the rows of others", async () => {
    const { manifest, store } = await backUp({ kind: "schemas", schemas: ["Other"] });
    expect(rowsOf(manifest)).toEqual([["Other.Days 2026", 10]]);
    const as = `${database.name}_part`;
    await restoreInto({ store, spec: database.spec, mode: "beside", as });
    const part = { ...database.spec, database: as };
    expect(await contentOf(part)).toEqual({
      '"Other"."Days 2026"': (await contentOf(database.spec))['"Other"."Days 2026"'],
    });
    await expect(restoreInto({ store, spec: database.spec, mode: "new_database" })).rejects.toMatchObject({
      code: "restore.only_a_part",
    });
    await runSql({ ...database.spec, database: "postgres" }, `DROP DATABASE ${as}`);
  }, 180_000);

  it("is the chosen tables with their partitions, sequences and neighbours' names", async () => {
    const days = { schema: "Other", name: "Days" };
    const { manifest } = await backUp({ kind: "tables", tables: [days, orders] });
    expect(rowsOf(manifest)).toEqual([
      ["Other.Days 2026", 10],
      ["shop.orders", 20],
    ]);
    expect(manifest.sequences).toBe(1);
    expect(manifest.foreignKeys.map((key) => key.name).sort()).toEqual([
      "lines_order_id_fkey",
      "orders_customer_id_fkey",
    ]);
    await expect(
      backUp({ kind: "tables", tables: [{ schema: "shop", name: "Orders" }] }),
    ).rejects.toMatchObject({
      code: "backup.scope_missing",
    });
  }, 180_000);

  it("is a partition alone, which keeps its rows where the whole is not there", async () => {
    await runSql(
      database.spec,
      `CREATE INDEX ON "Other"."Days" (day); CREATE TYPE "Other".kind AS ENUM ('a', 'b');
       CREATE TABLE shop.spread (kind "Other".kind, id int) PARTITION BY HASH (kind);
       CREATE TABLE "Other".spread_0 PARTITION OF shop.spread FOR VALUES WITH (MODULUS 1, REMAINDER 0);
       INSERT INTO shop.spread SELECT 'b', i FROM generate_series(1, 7) i`,
    );
    const partsOf = async (scope: BackupScope) => {
      const { store } = await backUp(scope);
      const { ok, rows, notes } = await testRestore({ store, scratch: database.spec });
      return [ok, rows, ...notes.map(({ params }) => `${params.type} ${params.name}`)];
    };
    const one: BackupScope = { kind: "tables", tables: [{ schema: "Other", name: "Days 2026" }] };
    expect(await partsOf(one)).toEqual([
      ...[true, 10, "table attach Days 2026", "index attach Days 2026_day_idx"],
    ]);
    expect(await partsOf({ kind: "schemas", schemas: ["Other"] })).toEqual([
      ...[true, 17, "table attach spread_0"],
    ]);
  }, 180_000);

  it("is restored apart from the rest of its database, with a word about what is missing there", async () => {
    await runSql(
      database.spec,
      `CREATE TABLE shop.plain (id serial PRIMARY KEY, customer_id int REFERENCES shop.customers, changes int);
       INSERT INTO shop.plain (customer_id) SELECT i FROM generate_series(1, 5) i;
       CREATE TRIGGER plain_change BEFORE UPDATE ON shop.plain FOR EACH ROW EXECUTE FUNCTION shop.count_change()`,
    );
    const { store } = await backUp({ kind: "tables", tables: [{ schema: "shop", name: "plain" }] });
    const tested = await testRestore({ store, scratch: database.spec });
    expect(tested).toMatchObject({ ok: true, rows: 5, fingerprint: null });
    expect(tested.notes).toMatchObject([{ code: "not_restored", params: { type: "trigger" } }]);
    const as = `${database.name}_apart`;
    const { foreignKeysLeft } = await restoreInto({ store, spec: database.spec, mode: "beside", as });
    expect(foreignKeysLeft.map(({ name }) => name)).toEqual(["plain_customer_id_fkey"]);
    await runSql(database.spec, `DROP DATABASE ${as}`);
    await runSql(
      database.spec,
      `CREATE TABLE "Other".tied (id int REFERENCES shop.customers); INSERT INTO "Other".tied VALUES (1);
       CREATE VIEW "Other".seen AS SELECT * FROM shop.orders`,
    );
    const other = await backUp({ kind: "schemas", schemas: ["Other"] });
    const { ok, notes } = await testRestore({ store: other.store, scratch: database.spec });
    expect([ok, notes.map(({ params }) => params.name)]).toEqual([true, ["seen"]]);
    await runSql(database.spec, 'CREATE TABLE "Other".empty (id int) PARTITION BY LIST (id)');
    const empty = await backUp({ kind: "tables", tables: [{ schema: "Other", name: "empty" }] });
    expect(await testRestore({ store: empty.store, scratch: database.spec })).toMatchObject({ ok: true });
    const typed = await backUp({ kind: "tables", tables: [orders] });
    await expect(testRestore({ store: typed.store, scratch: database.spec })).rejects.toMatchObject({
      code: "restore.part_alone",
    });
  }, 180_000);

  it.each([14, 18] as const)(
    "is the schema public with its grants, PostgreSQL %i",
    async (major) => {
      const source = await testDatabase({ major });
      await runSql(
        source.spec,
        `CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); COMMENT ON SCHEMA public IS 'ours';
       REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO pg_monitor`,
      );
      const store = folderStore(join(await newFolder(), "b"));
      await createBackup({ spec: source.spec, store, scope: { kind: "schemas", schemas: ["public"] } });
      expect(await testRestore({ store, scratch: source.spec })).toMatchObject({ ok: true, rows: 2 });
      const as = `${source.name}_public`;
      await restoreInto({ store, spec: source.spec, mode: "beside", as });
      const part = { ...source.spec, database: as };
      const schema = `SELECT pg_get_userbyid(nspowner) AS owner, obj_description(oid, 'pg_namespace') AS words,
        ARRAY(SELECT format('%s %s', grantee::regrole, privilege_type) FROM aclexplode(nspacl) ORDER BY 1) AS grants
       FROM pg_namespace WHERE nspname = 'public'`;
      expect(await runSql(part, schema)).toEqual(await runSql(source.spec, schema));
      expect(await contentOf(part)).toEqual(await contentOf(source.spec));
      await runSql({ ...source.spec, database: "postgres" }, `DROP DATABASE ${as}`);
      // By hand, as the guide says: what is there already ends nothing.
      const preData = await readFile(join(store.location, "pre-data.sql"), "utf8");
      expect(preData).toContain("CREATE SCHEMA IF NOT EXISTS public;");
      await source.drop();
    },
    180_000,
  );

  it("is the structure alone", async () => {
    const { manifest, store } = await backUp({ kind: "schema_only" });
    expect(manifest.totals).toMatchObject({ rows: 0, tables: 0 });
    const as = `${database.name}_empty`;
    await restoreInto({ store, spec: database.spec, mode: "beside", as });
    const empty = { ...database.spec, database: as };
    expect(await dumpStructure(empty, 18)).toEqual(await dumpStructure(database.spec, 18));
    await runSql({ ...database.spec, database: "postgres" }, `DROP DATABASE ${as}`);
  }, 180_000);

  it.each<BackupScope>([{ kind: "schema_only" }, { kind: "schemas", schemas: ["shop"] }])(
    "has constraints that were not valid there, and restores all the same ($kind)",
    async (scope) => {
      await runSql(
        database.spec,
        `ALTER TABLE shop.orders ADD CHECK (id < 10) NOT VALID; CREATE INDEX whole ON ONLY "Other"."Days" (day);
         CREATE TABLE shop.split (a int) PARTITION BY LIST (a); ALTER TABLE shop.split ADD CONSTRAINT whole NOT NULL a NOT VALID;
         CREATE TABLE shop.split_1 (a int); ALTER TABLE shop.split_1 ADD CONSTRAINT own_name NOT NULL a NOT VALID;
         ALTER TABLE shop.split ATTACH PARTITION shop.split_1 FOR VALUES IN (1)`,
      );
      const { store } = await backUp(scope);
      const as = `${database.name}_invalid`;
      const { checks } = await restoreInto({ store, spec: database.spec, mode: "beside", as });
      expect(checks).toMatchObject({ ok: true, invalid: [] });
      await runSql(database.spec, `DROP DATABASE ${as}`);
      await runSql(database.spec, "DROP TABLE shop.split");
    },
  );

  it("has its rows of an extension's configuration table that are the user's", async () => {
    await runSql(
      database.spec,
      `CREATE EXTENSION citext; CREATE TABLE settings (id int, mine bool); ALTER EXTENSION citext ADD TABLE settings;
       INSERT INTO settings VALUES (1, false), (2, true);
       UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid], extcondition = ARRAY['WHERE mine'] WHERE extname = 'citext'`,
    );
    const { manifest } = await backUp();
    const [settings] = manifest.tables.filter((table) => table.name === "settings");
    expect(settings).toMatchObject({ rows: 1, condition: "WHERE mine" });
  }, 180_000);

  it("is foretold: its tables, and a size and a time above nothing", async () => {
    await runSql(database.spec, "ANALYZE");
    const client = await openConnection(database.spec);
    try {
      const estimate = await estimateBackup(client, { kind: "schemas", schemas: ["shop"] });
      expect(estimate).toMatchObject({ tables: 3, rows: 60 });
      expect(Math.min(estimate.bytes, estimate.archiveBytes, estimate.seconds)).toBeGreaterThan(0);
    } finally {
      await closeConnection(client);
    }
  });

  it("is foretold by its pages while somebody has one of its tables locked", async () => {
    await runSql(database.spec, "VACUUM ANALYZE");
    const [client, other] = [await openConnection(database.spec), await openConnection(database.spec)];
    try {
      await other.query("BEGIN; LOCK TABLE shop.orders");
      await client.query("SET lock_timeout = '50ms'");
      const estimate = await estimateBackup(client, { kind: "schemas", schemas: ["shop"] });
      expect(estimate).toMatchObject({ tables: 3, rows: 60 });
      expect(estimate.largest.every(({ bytes }) => bytes >= 8192)).toBe(true);
    } finally {
      await Promise.all([closeConnection(client), closeConnection(other)]);
    }
  });
});

describe("chosen tables in place", () => {
  const restore = async (backup: Awaited<ReturnType<typeof backUp>>, tables = [orders]) =>
    restoreInto({
      store: backup.store,
      spec: database.spec,
      mode: "in_place",
      freshBackup: backup.manifest,
      tables,
    });

  it("get their rows back, while all others keep theirs, and no trigger fires", async () => {
    const backup = await backUp();
    const before = await contentOf(database.spec);
    await runSql(
      database.spec,
      "UPDATE shop.orders SET state = 'done'; UPDATE shop.customers SET name = 'new'; DELETE FROM shop.lines WHERE order_id = 3; DELETE FROM shop.orders WHERE id = 3; SELECT nextval('shop.orders_id_seq')",
    );
    const changed = await contentOf(database.spec);
    const structure = await dumpStructure(database.spec, 18);
    expect(neighboursOf(backup.manifest, [orders])).toHaveLength(2);
    expect(await restore(backup)).toMatchObject({ tables: 1, rows: 20, checks: { ok: true } });
    expect(await contentOf(database.spec)).toEqual({ ...changed, "shop.orders": before["shop.orders"] });
    expect(await dumpStructure(database.spec, 18)).toEqual(structure);
  }, 180_000);

  it("are made anew when they are gone: keys of neighbours, indexes, triggers, comments and values too", async () => {
    const backup = await backUp();
    const before = {
      content: await contentOf(database.spec),
      structure: await dumpStructure(database.spec, 18),
    };
    await runSql(database.spec, "DROP TABLE shop.orders CASCADE");
    await restore(backup);
    expect(await contentOf(database.spec)).toEqual(before.content);
    expect(await dumpStructure(database.spec, 18)).toEqual(before.structure);
    await runSql(database.spec, "DROP TABLE shop.customers CASCADE");
    await restore(backup, [customers]);
    expect(await contentOf(database.spec)).toEqual(before.content);
    expect(await dumpStructure(database.spec, 18)).toEqual(before.structure);
  }, 180_000);

  it("may be partitioned ones without partitions, and are refused when a partition was detached", async () => {
    const days = { schema: "Other", name: "Days" };
    const bare = { schema: "Other", name: "Bare" };
    await runSql(
      database.spec,
      `CREATE TABLE "Other"."Bare" (day date NOT NULL) PARTITION BY RANGE (day); CREATE INDEX bare_day ON "Other"."Bare" (day);
       CREATE TABLE "Other"."Days 2027" PARTITION OF "Other"."Days" FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') PARTITION BY LIST (day)`,
    );
    const before = await dumpStructure(database.spec, 18);
    const backup = await backUp();
    const alone = await backUp({ kind: "tables", tables: [bare] });
    for (const from of [backup, alone]) {
      await runSql(database.spec, 'DROP TABLE "Other"."Bare"');
      await restore(from, [bare]);
      expect(await dumpStructure(database.spec, 18)).toEqual(before);
    }
    await runSql(database.spec, 'DROP TABLE "Other"."Days"');
    await restore(backup, [days]);
    expect(await dumpStructure(database.spec, 18)).toEqual(before);
    await runSql(database.spec, 'ALTER TABLE "Other"."Days" DETACH PARTITION "Other"."Days 2026"');
    await expect(restore(backup, [days])).rejects.toMatchObject({
      code: "restore.partition_detached",
      details: { partition: "Other.Days 2026", table: "Other.Days" },
    });
    await restore(backup, [{ schema: "Other", name: "Days 2026" }]);
  }, 180_000);

  it("change nothing when their rows do not fit to a neighbour's, or a column is gone", async () => {
    const backup = await backUp();
    await runSql(
      database.spec,
      "INSERT INTO shop.customers (id, name) VALUES (99, 'x'); INSERT INTO shop.orders (customer_id) VALUES (99); INSERT INTO shop.lines SELECT max(id), 'p' FROM shop.orders",
    );
    const before = await contentOf(database.spec);
    await expect(restore(backup)).rejects.toMatchObject({
      code: "restore.neighbours_differ",
      details: { constraint: "lines_order_id_fkey" },
    });
    expect(await contentOf(database.spec)).toEqual(before);
    await runSql(database.spec, "ALTER TABLE shop.orders DROP COLUMN changes CASCADE");
    await expect(restore(backup)).rejects.toMatchObject({
      code: "restore.columns_differ",
      details: { columns: "changes" },
    });
    await expect(restore(backup, [{ schema: "shop", name: "order" }])).rejects.toMatchObject({
      code: "restore.table_not_in_backup",
      details: { tables: "shop.order", nearest: "shop.orders" },
    });
  }, 180_000);
});

describe("a restore", () => {
  let other: TestDatabase;
  beforeAll(async () => {
    other = await testDatabase();
  });
  afterAll(() => other.drop());

  it("refuses missing roles by name, and does without owners when it is told to", async () => {
    const role = `gone_${database.name}`;
    await runSql(
      database.spec,
      `CREATE ROLE ${role}; ALTER TABLE shop.lines OWNER TO ${role}; GRANT SELECT ON shop.orders TO ${role}`,
    );
    const { store } = await backUp();
    await runSql(
      database.spec,
      `REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`,
    );
    const options = { store, spec: other.spec, mode: "new_database" as const };
    await expect(restoreInto(options)).rejects.toMatchObject({
      code: "restore.roles_missing",
      details: { roles: role },
    });
    const result = await restoreInto({ ...options, owners: "none" });
    expect(result).toMatchObject({ keptAs: null, rolesCreated: [], checks: { ok: true } });
    const beside = `${other.name}_roles`;
    const made = await restoreInto({ ...options, mode: "beside", as: beside, missingRoles: "create" });
    expect(made.rolesCreated).toEqual([role]);
    await runSql({ ...other.spec, database: "postgres" }, `DROP DATABASE ${beside}; `);
    await runSql({ ...other.spec, database: "postgres" }, `DROP ROLE ${role}`);
  }, 180_000);

  it("refuses in place, before anything is backed up, what one transaction has no locks for", async () => {
    const { manifest } = await backUp();
    const client = await openConnection(database.spec);
    try {
      expect(await foreseeInPlace(client, manifest, {})).toEqual({ kind: "database" });
      const many = { ...manifest, tables: Array(1_000_000).fill(manifest.tables[0]) };
      await expect(foreseeInPlace(client, many, {})).rejects.toMatchObject({
        code: "restore.too_many_locks",
        details: { enough: expect.any(Number) },
      });
    } finally {
      await closeConnection(client);
    }
  });

  it("refuses a server of an older major version", async () => {
    const { store } = await backUp();
    const old = await testDatabase({ major: 15 });
    await expect(restoreInto({ store, spec: old.spec, mode: "new_database" })).rejects.toMatchObject({
      code: "restore.older_server",
    });
    await old.drop();
  }, 180_000);
});
