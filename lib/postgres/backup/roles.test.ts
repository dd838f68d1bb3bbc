import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BackupScope } from "../../core/backup/types";
import { newFolder, runSql } from "../../testing/backups";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import type { ConnectionSpec } from "../connection/connection-spec";
import { createBackup } from "./create";
import { folderStore } from "./folder-store";
import { restoreInto } from "./restore/restore";

const APP = (role: string) => `
CREATE SCHEMA secret; CREATE TABLE secret.hidden (id int); ALTER TABLE secret.hidden ADD CHECK (id > 0) NOT VALID; CREATE SCHEMA app AUTHORIZATION ${role}; SET ROLE ${role};
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE TABLE app.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m app.mood DEFAULT 'good');
CREATE TABLE app.c (id int PRIMARY KEY, t int REFERENCES app.t); INSERT INTO app.t DEFAULT VALUES; INSERT INTO app.c VALUES (1, 1);
CREATE VIEW app.v AS SELECT * FROM app.t; RESET ROLE;`;
const APP_SCOPE: BackupScope = { kind: "schemas", schemas: ["app"] };

let database: TestDatabase;
let role: string;
/** Owns the schema and nothing else: no superuser, no CREATEDB. */
let owner: ConnectionSpec;
beforeEach(async () => {
  database = await testDatabase();
  role = `${database.name}_owner`;
  owner = { ...database.spec, user: role, password: "owner" };
  await runSql(database.spec, `CREATE ROLE ${role} LOGIN PASSWORD 'owner'; ${APP(role)}`);
});
afterEach(async () => {
  await database.drop();
  await runSql({ ...database.spec, database: "postgres" }, `DROP ROLE ${role}`);
});

async function backUp(scope: BackupScope) {
  const store = folderStore(join(await newFolder(), "b"));
  return { store, manifest: await createBackup({ spec: owner, store, scope }) };
}

it("a role that owns only a schema backs it up and restores it in place, whole or a table of it", async () => {
  await expect(backUp({ kind: "database" })).rejects.toMatchObject({
    ...{ code: "backup.no_rights", details: { tables: "secret.hidden" } },
  });
  const { store, manifest } = await backUp(APP_SCOPE);
  await runSql(owner, "DROP VIEW app.v; DELETE FROM app.c");
  const whole = { store, spec: owner, mode: "in_place" as const };
  const { manifest: ofTable } = await backUp({ kind: "tables", tables: [{ schema: "app", name: "c" }] });
  for (const freshBackup of [ofTable, undefined])
    await expect(restoreInto({ ...whole, ...(freshBackup ? { freshBackup } : {}) })).rejects.toMatchObject({
      code: "restore.no_fresh_backup",
    });
  await restoreInto({ ...whole, freshBackup: manifest });
  const rows = "SELECT (SELECT count(*)::int FROM app.v) AS v, (SELECT count(*)::int FROM app.c) AS c";
  expect(await runSql(owner, rows)).toEqual([{ v: 1, c: 1 }]);
  await runSql(owner, "DELETE FROM app.c");
  const tables = [{ schema: "app", name: "c" }];
  await restoreInto({ ...whole, tables, freshBackup: ofTable });
  expect(await runSql(owner, rows)).toEqual([{ v: 1, c: 1 }]);
}, 180_000);

it("a restore in place takes nothing along that lies in another schema, and names what hangs on it", async () => {
  const { store, manifest: freshBackup } = await backUp(APP_SCOPE);
  await runSql(
    database.spec,
    `CREATE TABLE secret.child (id int, t int REFERENCES app.t, m app.mood); INSERT INTO secret.child VALUES (1, 1, 'bad');
     CREATE VIEW secret.seen AS SELECT * FROM app.t; CREATE PUBLICATION told FOR TABLE app.c`,
  );
  const restore = () => restoreInto({ store, spec: database.spec, mode: "in_place", freshBackup });
  const error = await restore().catch((reason) => reason);
  expect(error).toMatchObject({ code: "restore.outsiders", details: { schemas: "app" } });
  for (const name of [
    "child_t_fkey on secret.child",
    "column secret.child.m",
    "view secret.seen",
    "app.c in publication told",
  ])
    expect(error.details.names).toContain(name);
  expect(
    await runSql(
      database.spec,
      "SELECT m::text, (SELECT count(*)::int FROM secret.seen) AS seen FROM secret.child",
    ),
  ).toEqual([{ m: "bad", seen: 1 }]);
  await runSql(database.spec, "DROP TABLE secret.child; DROP VIEW secret.seen; DROP PUBLICATION told");
  await restore();
}, 180_000);

it("rows that a policy hides and tables that may not be read are named, and nothing is written", async () => {
  await runSql(
    database.spec,
    `CREATE TABLE app.own (id int); ALTER TABLE app.own OWNER TO ${role}; ALTER TABLE app.own ENABLE ROW LEVEL SECURITY`,
  );
  await backUp(APP_SCOPE);
  await runSql(owner, "ALTER TABLE app.own FORCE ROW LEVEL SECURITY");
  await expect(backUp(APP_SCOPE)).rejects.toMatchObject({
    ...{ code: "backup.row_security", details: { tables: "app.own" } },
  });
  await runSql(
    database.spec,
    `ALTER TABLE app.own OWNER TO CURRENT_USER; REVOKE ALL ON app.own FROM ${role}`,
  );
  await expect(backUp(APP_SCOPE)).rejects.toMatchObject({
    ...{ code: "backup.no_rights", details: { tables: "app.own" } },
  });
}, 180_000);

it("what is restored in place has the privileges of the backup, whatever the database grants by default since", async () => {
  const given = `ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO ${role} WITH GRANT OPTION;
    ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO ${role}`;
  const read = `SELECT (SELECT json_agg(proacl) FROM pg_proc WHERE proname = 'f') AS f,
    (SELECT json_agg(json_build_array(relname, relacl) ORDER BY relname) FROM pg_class c
      WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'S')) AS tables`;
  const defaults = `SELECT defaclobjtype::text AS kind, defaclnamespace::regnamespace::text AS schema, defaclacl::text AS acl
    FROM pg_default_acl ORDER BY 1, 2`;
  const all = { spec: database.spec, mode: "in_place" as const };
  await runSql(database.spec, "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  const before = await runSql(database.spec, read);
  const store = folderStore(join(await newFolder(), "b"));
  const freshBackup = await createBackup({ spec: database.spec, store, scope: { kind: "database" } });
  await runSql(database.spec, given);
  await restoreInto({ ...all, store, freshBackup });
  expect(await runSql(database.spec, read)).toEqual(before);
  expect(await runSql(database.spec, defaults)).toEqual([]);

  await runSql(database.spec, `${given}; DROP TABLE app.c`);
  const granted = await runSql(database.spec, defaults);
  await restoreInto({ ...all, store, freshBackup, tables: [{ schema: "app", name: "c" }] });
  expect(await runSql(database.spec, read)).toEqual(before);
  expect(await runSql(database.spec, defaults)).toEqual(granted);
}, 180_000);
