import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../core/backup/types";
import { contentOf, newFolder, runSql } from "../../testing/backups";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { headingsOf, withoutRestrict } from "../dump/text";
import { createBackup } from "./create";
import { folderStore } from "./folder-store";
import { restoreInto } from "./restore/restore";
import { testRestore } from "./restore/test-restore";
import { dumpStructure } from "./structure";

/** What only looks like the heading of an object in a dump. */
const FAKE =
  "\n--\n-- Name: fake(); Type: FUNCTION; Schema: hard; Owner: x\n--\n\nSET default_tablespace = none;\n";

const HARD = `
CREATE EXTENSION postgres_fdw;
CREATE SCHEMA hard;
CREATE TYPE hard.kind AS ENUM ('a', 'b', 'c', 'd');
CREATE TABLE hard.hashed (id int, kind hard.kind NOT NULL) PARTITION BY HASH (kind);
CREATE TABLE hard.hashed_0 PARTITION OF hard.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE hard.hashed_1 PARTITION OF hard.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE hard.hashed_2 PARTITION OF hard.hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO hard.hashed SELECT i, (ARRAY['a', 'b', 'c', 'd'])[i % 4 + 1]::hard.kind FROM generate_series(1, 80) i;
CREATE INDEX hashed_only ON ONLY hard.hashed (id);
CREATE FUNCTION hard.texts() RETURNS text LANGUAGE sql AS $f$ SELECT '${FAKE}\r\n\\restrict mine\n' $f$;
CREATE TABLE hard.lines (t text DEFAULT E'one\\r\\ntwo' CHECK (t <> E'\\\\\\r\\n'));
COMMENT ON TABLE hard.lines IS '${FAKE}\\unrestrict mine
';
CREATE UNLOGGED TABLE hard.unlogged (id int GENERATED ALWAYS AS IDENTITY, arr text[]);
INSERT INTO hard.unlogged (arr) VALUES ('{a,NULL}');
CREATE SERVER nowhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
CREATE TABLE hard.far (id int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE hard.far_1 PARTITION OF hard.far FOR VALUES FROM (1) TO (9) SERVER nowhere;
CREATE USER MAPPING FOR PUBLIC SERVER nowhere OPTIONS (user 'x', password 'y');
CREATE TABLE hard."two
lines" ("a
b" int); INSERT INTO hard."two
lines" VALUES (1);
CREATE TEXT SEARCH DICTIONARY hard.words (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
SELECT lo_create(880001); SELECT lo_put(880001, 0, '\\x0001');
CREATE TYPE hard.shell;
CREATE TYPE public.shell; CREATE TYPE public.point2; CREATE FUNCTION public.point2in(cstring) RETURNS public.point2
  LANGUAGE internal IMMUTABLE STRICT AS 'point_in'; CREATE FUNCTION public.point2out(public.point2) RETURNS cstring
  LANGUAGE internal IMMUTABLE STRICT AS 'point_out';
CREATE TYPE public.point2 (INPUT = public.point2in, OUTPUT = public.point2out, LIKE = point);
CREATE TABLE public.divided (id int, at public.point2) PARTITION BY LIST (id);
CREATE TABLE public.divided_1 PARTITION OF public.divided FOR VALUES IN (1); INSERT INTO public.divided VALUES (1, '(1,2)');
CREATE AGGREGATE hard.counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE hard.ranked(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $$ BEGIN CREATE ROLE hard_first NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
DO $$ BEGIN CREATE ROLE hard_second NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
GRANT SELECT ON LARGE OBJECT 880001 TO hard_first WITH GRANT OPTION;
DO $$ BEGIN EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO hard_first WITH GRANT OPTION', current_database()); END $$;
SET SESSION AUTHORIZATION hard_first;
GRANT SELECT ON LARGE OBJECT 880001 TO hard_second;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO hard_second', current_database()); END $$;
RESET SESSION AUTHORIZATION;
DO $$ DECLARE setting text; BEGIN
  FOREACH setting IN ARRAY ARRAY['work_mem = 777', 'standard_conforming_strings = off', 'quote_all_identifiers = on',
                                 'array_nulls = off', 'DateStyle = ''SQL, DMY'''] LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
  END LOOP;
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM %I', current_database(), current_user);
END $$;`;

/** Rows of hashed enums lie in other partitions of another database. */
async function rowsOf(database: TestDatabase["spec"]) {
  const { hashed, ...rest } = Object.fromEntries(
    Object.entries(await contentOf(database)).map(([name, sum]) => [
      name.includes("hashed") ? "hashed" : name,
      sum,
    ]),
  );
  const [one] = await runSql(database, "SELECT array_agg(id ORDER BY id) AS ids FROM hard.hashed");
  return { ...rest, one };
}

/** The order of grants has no meaning once all are there. */
const traitsOf = ({ database: { name: _, grants, ...traits } }: Manifest) => ({
  ...traits,
  grants: new Set(grants?.map((grant) => JSON.stringify(grant))),
});

const newStore = async () => folderStore(join(await newFolder(), "archive"));

describe.each([14, 18] as const)("what is hard to carry over, PostgreSQL %i", (major) => {
  it("comes back the same beside, and in place", async () => {
    const database = await testDatabase({ major });
    const { spec } = database;
    await runSql(spec, HARD);
    const store = await newStore();
    const manifest = await createBackup({ spec, store, scope: { kind: "database" } });
    const before = { structure: await dumpStructure(spec, major), rows: await rowsOf(spec) };
    expect(before.structure.preData).toContain("\r\n\\restrict mine\n");
    const as = `${database.name}_hard`;
    const restored = { ...spec, database: as };
    const result = await restoreInto({ store, spec, mode: "beside", as });
    try {
      expect(result).toMatchObject({ notes: [], checks: { ok: true, fingerprint: { equal: true } } });
      expect(await dumpStructure(restored, major)).toEqual(before.structure);
      expect(await rowsOf(restored)).toEqual(before.rows);
      const again = await createBackup({
        spec: restored,
        store: await newStore(),
        scope: { kind: "database" },
      });
      expect(traitsOf(again)).toEqual(traitsOf(manifest));
      await restoreInto({ store, spec, mode: "in_place", freshBackup: manifest });
      expect(await dumpStructure(spec, major)).toEqual(before.structure);
      expect(await rowsOf(spec)).toEqual(before.rows);
    } finally {
      await runSql({ ...spec, database: "postgres" }, `DROP DATABASE IF EXISTS ${as} WITH (FORCE)`);
      await database.drop();
    }
  }, 180_000);
});

it("children whose parent got columns later come back as PostgreSQL makes them, and count as the same", async () => {
  const database = await testDatabase();
  const { spec } = database;
  await runSql(
    spec,
    `CREATE SCHEMA hard;
     CREATE TABLE hard.parent (a int, b text);
     CREATE TABLE hard.child (own int NOT NULL, b text DEFAULT 'b') INHERITS (hard.parent);
     CREATE TABLE hard.grandchild (b text, a int, last int) INHERITS (hard.child);
     ALTER TABLE hard.parent ADD COLUMN late int DEFAULT 7, ADD COLUMN later text;
     COMMENT ON COLUMN hard.child.late IS 'late'; COMMENT ON COLUMN hard.child.own IS 'own';
     ALTER TABLE hard.child ALTER later SET STATISTICS 7, ALTER own SET STATISTICS 8;
     INSERT INTO hard.child (own, a, later) VALUES (1, 2, 'x');
     INSERT INTO hard.grandchild (own, last, a) VALUES (3, 4, 5)`,
  );
  const store = await newStore();
  await createBackup({ spec, store, scope: { kind: "database" } });
  const checks = { ok: true, fingerprint: { equal: true } };
  expect(await testRestore({ store, scratch: spec })).toMatchObject(checks);
  const restored = await restoreInto({ store, spec, mode: "new_database" });
  expect(restored).toMatchObject({ checks });
  const rows = await runSql(spec, "SELECT own, a, b, late, later FROM hard.child ORDER BY own");
  expect(rows).toEqual([
    { own: 1, a: 2, b: "b", late: 7, later: "x" },
    { own: 3, a: 5, b: "b", late: 7, later: null },
  ]);
  await runSql(spec, `DROP DATABASE ${restored.keptAs}`);
  await database.drop();
}, 180_000);

it("rows that users gave an extension's tables are replaced in place, where the extension stays", async () => {
  const database = await testDatabase();
  const { spec } = database;
  await runSql(
    spec,
    `CREATE EXTENSION citext; CREATE TABLE own (id int PRIMARY KEY, mine bool); CREATE TABLE whole (id int PRIMARY KEY);
     ALTER EXTENSION citext ADD TABLE own; ALTER EXTENSION citext ADD TABLE whole;
     INSERT INTO own VALUES (1, false), (2, true); INSERT INTO whole VALUES (1);
     UPDATE pg_extension SET extconfig = ARRAY['own'::regclass::oid, 'whole'::regclass::oid],
       extcondition = ARRAY['WHERE mine', ''] WHERE extname = 'citext'`,
  );
  const store = await newStore();
  const freshBackup = await createBackup({ spec, store, scope: { kind: "database" } });
  await runSql(spec, "INSERT INTO own VALUES (3, true), (4, false); INSERT INTO whole VALUES (2)");
  await restoreInto({ store, spec, mode: "in_place", freshBackup });
  expect(
    await runSql(
      spec,
      "SELECT (SELECT array_agg(id ORDER BY id) FROM own) AS own, array_agg(id) AS whole FROM whole",
    ),
  ).toEqual([{ own: [1, 2, 4], whole: [1] }]);
  await database.drop();
}, 180_000);

it("an index whose function reads another table is made when that table has its rows", async () => {
  const database = await testDatabase();
  const { spec } = database;
  await runSql(
    spec,
    `CREATE TABLE rates (code text PRIMARY KEY, rate int);
     INSERT INTO rates SELECT 'code ' || i, i FROM generate_series(1, 200000) i;
     CREATE FUNCTION rate_of(code text) RETURNS int LANGUAGE plpgsql IMMUTABLE
       AS $f$ BEGIN RETURN (SELECT r.rate FROM public.rates r WHERE r.code = $1); END $f$;
     CREATE TABLE prices (id int PRIMARY KEY, code text);
     INSERT INTO prices SELECT i, 'code ' || i % 2 + 1 FROM generate_series(1, 20) i;
     CREATE INDEX prices_rate ON prices (rate_of(code))`,
  );
  const store = await newStore();
  await createBackup({ spec, store, scope: { kind: "database" } });
  const as = `${database.name}_rates`;
  await restoreInto({ store, spec, mode: "beside", as });
  const restored = { ...spec, database: as };
  const found = await runSql(
    restored,
    "SET enable_seqscan = off; SELECT count(*)::int AS n FROM prices WHERE rate_of(code) = 2",
  );
  expect(found).toEqual([{ n: 10 }]);
  await runSql(spec, `DROP DATABASE ${as}`);
  await database.drop();
}, 180_000);

it.each([
  ["btree", "16MB"],
  ["hash", "64MB"],
])(
  "an index USING %s is built with a maintenance_work_mem of %s",
  async (method, memory) => {
    const database = await testDatabase();
    const { spec } = database;
    await runSql(
      spec,
      `CREATE FUNCTION told(id int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN
       IF current_setting('application_name') = 'dbmigrator-restore' THEN
         RAISE EXCEPTION 'built with %', current_setting('maintenance_work_mem');
       END IF;
       RETURN id; END $f$;
     CREATE TABLE prices (id int);
     INSERT INTO prices VALUES (1);
     CREATE INDEX prices_told ON prices USING ${method} (told(id))`,
    );
    const store = await newStore();
    await createBackup({ spec, store, scope: { kind: "database" } });
    const restoring = restoreInto({ store, spec, mode: "beside", as: `${database.name}_told` });
    await expect(restoring).rejects.toThrow(`built with ${memory}`);
    await database.drop();
  },
  180_000,
);

it("roles that only the database itself names are asked for too", async () => {
  const database = await testDatabase();
  const { spec } = database;
  await runSql(
    spec,
    `DROP ROLE IF EXISTS hard_gone; CREATE ROLE hard_gone; GRANT CONNECT ON DATABASE ${database.name} TO hard_gone`,
  );
  const store = await newStore();
  await createBackup({ spec, store, scope: { kind: "database" } });
  await runSql(spec, `REVOKE ALL ON DATABASE ${database.name} FROM hard_gone; DROP ROLE hard_gone`);
  const options = { store, spec, mode: "beside" as const, as: `${database.name}_roles` };
  await expect(restoreInto(options)).rejects.toMatchObject({ code: "restore.roles_missing" });
  const restored = await restoreInto({ ...options, missingRoles: "create" });
  expect(restored).toMatchObject({ rolesCreated: ["hard_gone"], notes: [] });
  await runSql(spec, `DROP DATABASE ${options.as}`);
  await runSql(spec, "DROP ROLE hard_gone");
  await database.drop();
}, 180_000);

it("the script for psql copes with names of several lines", async () => {
  const database = await testDatabase();
  await runSql(database.spec, `CREATE TABLE "two\nlines" (a int); INSERT INTO "two\nlines" VALUES (1)`);
  const store = await newStore();
  await createBackup({ spec: database.spec, store, scope: { kind: "database" }, codec: "none" });
  const script = await readFile(join(store.location, "restore.psql"), "utf8");
  expect(script).not.toMatch(/^lines"/m);
  expect(script).toMatch(/^\\! \(printf '%b' '.*\\i data\/public\.two%0Alines\.copy\.psql$/ms);
  await database.drop();
});

it("a dump's headings are those between statements, and \\restrict is taken off at its two ends only", () => {
  const heading = (name: string) => `--\n-- Name: ${name}; Type: TABLE; Schema: a; Owner: b\n--\n\n`;
  const body = `CREATE FUNCTION f() AS $$${"\n"}${heading("fake")}\\restrict x\n$$;\n`;
  const text = `--\n-- dump\n--\n\n\\restrict k\n\nSET a = b;\n\n${heading("one")}${body}\n${heading("two")}SELECT 'x';\n\n\\unrestrict k\n\n`;
  const plain = withoutRestrict(text);
  expect(headingsOf(plain).map(([, name]) => name)).toEqual(["one", "two"]);
  expect(plain).toContain("\n\\restrict x\n");
  expect(plain).not.toMatch(/restrict k/);
  expect(withoutRestrict(plain)).toBe(plain);
});

it.each([14, 18] as const)(
  "procedures that differ by the modes of their arguments are restored in place, PostgreSQL %i",
  async (major) => {
    const database = await testDatabase({ major });
    const { spec } = database;
    await runSql(
      spec,
      `CREATE SCHEMA "o'dd"; CREATE TYPE "o'dd".kind AS ENUM ('a');
       CREATE PROCEDURE "o'dd".p(IN a int, IN b int, IN c "o'dd".kind) LANGUAGE sql AS '';
       CREATE PROCEDURE "o'dd".p(OUT a int, IN b int, IN c "o'dd".kind) LANGUAGE sql AS 'SELECT 1';
       CREATE PROCEDURE "o'dd".p(INOUT a int, VARIADIC b text[]) LANGUAGE sql AS 'SELECT 2'`,
    );
    const store = folderStore(join(await newFolder(), "b"));
    const freshBackup = await createBackup({ spec, store, scope: { kind: "database" } });
    const before = await dumpStructure(spec, major);
    await restoreInto({ store, spec, mode: "in_place", freshBackup });
    expect(await dumpStructure(spec, major)).toEqual(before);
    await database.drop();
  },
  180_000,
);
