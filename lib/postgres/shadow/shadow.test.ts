import { readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { corpus, testDatabase, testServer } from "../../testing/postgres";
import type { ConnectionSpec } from "../connection/connect";
import { dumpSchema } from "../dump/dump";
import { splitDump } from "../dump/text";
import { chooseShadow } from "./choice";
import { removeLeftovers } from "./names";
import { restoreSchema } from "./restore";
import { createShadow, type Shadow, type ShadowKind } from "./shadow";
import type { TargetTraits } from "./traits";

async function connect(spec: ConnectionSpec): Promise<pg.Client> {
  const { tls: _, applicationName: __, ...fields } = spec;
  const client = new pg.Client(fields);
  await client.connect();
  return client;
}

/** Without the extension `vector`, which no embedded server brings, and in words that PostgreSQL 14 knows too. */
function pagilaScript(file: string, major: number): string {
  const { header, entries } = splitDump(readFileSync(file, "utf8"), major);
  const kept = entries.filter((entry) => !/\bvector\b|film_embedding/.test(`${entry.name} ${entry.sql}`));
  const text = [header, ...kept.map((entry) => entry.sql)].join("\n");
  return text
    .replace(/OWNER TO postgres/g, "OWNER TO CURRENT_USER")
    .replace(/\) VIRTUAL/g, ") STORED")
    .replace(/uuidv7\(\)/g, "gen_random_uuid()");
}

async function withShadow<T>(
  target: ConnectionSpec,
  place: "auto" | ShadowKind,
  look: (shadow: Shadow) => Promise<T>,
): Promise<T> {
  const shadow = await createShadow({ target, embedded: (await testServer(18)).spec, place, scripts: [] });
  try {
    return await look(shadow);
  } finally {
    await shadow.drop();
  }
}

describe("where a scratch copy is made", () => {
  const target = (major: number, canCreateDatabase: boolean, extensions: string[] = []) =>
    ({
      major,
      canCreateDatabase,
      extensions: extensions.map((name) => ({ name, schema: "public", version: "1" })),
      available: ["citext", "vector"],
      lz4: { known: true, used: extensions.includes("lz4") },
    }) as unknown as TargetTraits;
  const embedded = { major: 18, extensions: new Set(["citext", "lz4"]), lz4: false };

  it.each([
    [
      "the embedded server when it is the same",
      "auto",
      target(18, true, ["citext"]),
      embedded,
      "embedded",
      "embedded_same",
    ],
    [
      "the target's server when the version differs",
      "auto",
      target(15, true),
      embedded,
      "target_server",
      "target_other_major",
    ],
    [
      "the target's server when an extension is missing",
      "auto",
      target(18, true, ["postgis"]),
      embedded,
      "target_server",
      "target_extensions",
    ],
    [
      "the target's server when columns compress with lz4, which the embedded one cannot",
      "auto",
      target(18, true, ["lz4"]),
      embedded,
      "target_server",
      "target_extensions",
    ],
    [
      "another version when nothing else is allowed",
      "auto",
      target(15, false),
      embedded,
      "embedded",
      "embedded_only_place",
    ],
    [
      "the target's server when there is no other",
      "auto",
      target(18, true),
      null,
      "target_server",
      "target_no_embedded",
    ],
    ["the place that was asked for", "embedded", target(15, true), embedded, "embedded", "embedded_wanted"],
    [
      "the target's server on request",
      "target_server",
      target(18, true),
      embedded,
      "target_server",
      "target_wanted",
    ],
  ] as const)("is %s", (_, wanted, traits, server, kind, code) => {
    expect(chooseShadow(wanted, traits, server, [])).toMatchObject({ kind, reason: { code } });
  });

  it.each([
    ['CREATE EXTENSION IF NOT EXISTS "vector" WITH SCHEMA public;', "target_server"],
    ["SELECT 1; create extension Vector;", "target_server"],
    ["CREATE EXTENSION citext;", "embedded"],
    ["ALTER TABLE a ALTER b SET COMPRESSION lz4;", "target_server"],
    // Neither server has it: the target is spared, and the check says what is missing.
    ["CREATE EXTENSION postgis;", "embedded"],
  ])("goes by the extensions that the scripts install: %s", (script, kind) => {
    expect(chooseShadow("auto", target(18, true), embedded, [script])).toMatchObject({ kind });
  });

  it("is nowhere without an embedded server and without the right to create databases", () => {
    expect(chooseShadow("auto", target(18, false), null, [])).toBeNull();
    expect(chooseShadow("embedded", target(18, true), null, [])).toBeNull();
  });
});

describe("a scratch copy", () => {
  it("does without lz4 on a server that does not know it", async () => {
    const database = await testDatabase();
    const client = await connect(database.spec);
    const heading = "--\n-- Name: notes; Type: TABLE; Schema: public; Owner: -\n--\n\n";
    const table =
      "CREATE TABLE public.notes (a text);\nALTER TABLE ONLY public.notes ALTER COLUMN a SET COMPRESSION lz4;\n";
    expect(await restoreSchema(client, `\n${heading}${table}\n`, 18)).toEqual([]);
    expect((await client.query("SELECT to_regclass('public.notes')::text AS made")).rows).toEqual([
      { made: "notes" },
    ]);
    await client.end();
    await database.drop();
  });

  it("works like the target: time zone, search path, roles of its grants, extensions", async () => {
    const database = await testDatabase();
    const client = await connect(database.spec);
    const role = `auditor_${database.name}`;
    await client.query(`CREATE ROLE ${role}; CREATE SCHEMA app; CREATE EXTENSION hstore SCHEMA app;
      CREATE TABLE app.t (at timestamp, h app.hstore); GRANT SELECT ON app.t TO ${role};
      ALTER DATABASE ${database.name} SET timezone = 'America/New_York';
      ALTER DATABASE ${database.name} SET search_path = app, public`);
    await withShadow(database.spec, "auto", async (shadow) => {
      expect(shadow.notes).toEqual([]);
      expect(await dumpSchema(shadow.spec)).toBe(await dumpSchema(database.spec));
      const inside = await connect(shadow.spec);
      const { rows } = await inside.query(
        "SELECT current_setting('TimeZone') AS zone, current_schemas(false)::text AS path, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
      );
      expect(rows[0]).toEqual({
        zone: "America/New_York",
        path: "{app,public}",
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
      });
      await expect(inside.query("COPY app.t TO PROGRAM 'id'")).rejects.toThrow(/permission denied/);
      await inside.end();
    });
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await client.end();
    await database.drop();
  });

  it("reaches no other server: user mappings and subscriptions stay behind", async () => {
    const database = await testDatabase();
    const client = await connect(database.spec);
    await client.query(`CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost');
      CREATE FOREIGN TABLE far_away (id int) SERVER far; CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (password 'p')`);
    await withShadow(database.spec, "embedded", async (shadow) => {
      const inside = await connect(shadow.spec);
      const { rows } = await inside.query("SELECT count(*)::int AS n FROM pg_user_mappings");
      expect(rows[0].n).toBe(0);
      await inside.end();
    });
    await client.end();
    await database.drop();
  });

  it("is made by a role that may only create databases, with that role's rights", async () => {
    const database = await testDatabase({ major: 14 });
    const client = await connect(database.spec);
    const role = `maker_${database.name}`;
    await client.query(`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD 'maker'; GRANT ${role} TO CURRENT_USER;
      CREATE SCHEMA app AUTHORIZATION ${role}; CREATE TABLE app.t (id int); ALTER TABLE app.t OWNER TO ${role}`);
    await withShadow({ ...database.spec, user: role, password: "maker" }, "auto", async (shadow) => {
      expect(shadow.kind).toBe("target_server");
      expect(shadow.spec.user).toBe(role);
      expect(await dumpSchema(shadow.spec)).toContain("CREATE TABLE app.t");
    });
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await client.end();
    await database.drop();
  });

  it("that a killed process left behind is removed when it is old", async () => {
    const server = await testServer();
    const admin = await connect(server.spec);
    const now = Math.floor(Date.now() / 1000);
    const old = `dbmigrator_shadow_${now - 20 * 60}_${"a".repeat(12)}`;
    const young = `dbmigrator_shadow_${now - 60}_${"b".repeat(12)}`;
    for (const name of [old, young]) {
      await admin.query(`CREATE ROLE ${name}`);
      await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
    }
    await admin.query("CREATE DATABASE dbmigrator_shadow_of_a_person");
    expect((await removeLeftovers(admin)).sort()).toEqual([old, old]);
    const { rows } = await admin.query(
      "SELECT datname FROM pg_database WHERE datname = ANY ($1) ORDER BY 1",
      [[old, young, "dbmigrator_shadow_of_a_person"]],
    );
    expect(rows.map((row) => row.datname)).toEqual([young, "dbmigrator_shadow_of_a_person"]);
    await admin.query(`DROP DATABASE ${young}`);
    await admin.query(`DROP ROLE ${young}`);
    await admin.query("DROP DATABASE dbmigrator_shadow_of_a_person");
    await admin.end();
  });

  const pagila = corpus("real/pagila/pagila-schema.sql");
  it.skipIf(!pagila).each([
    [18, "embedded"],
    [18, "target_server"],
    [14, "target_server"],
    [14, "embedded"],
  ] as const)("of pagila on PostgreSQL %i, %s, is the same schema", async (major, place) => {
    const database = await testDatabase({ major });
    const client = await connect(database.spec);
    await client.query(pagilaScript(pagila as string, major));
    await withShadow(database.spec, place, async (shadow) => {
      const copy = await dumpSchema(shadow.spec);
      expect(copy).toContain("CREATE TABLE public.payment");
      if (place === "target_server" || major === 18) expect(copy).toBe(await dumpSchema(database.spec));
      expect(shadow.notes).toEqual([]);
    });
    await client.end();
    await database.drop();
  });
});
