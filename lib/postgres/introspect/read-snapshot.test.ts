import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareSnapshots } from "../../core/diff/compare";
import { planSchema } from "../../core/diff/plan";
import type { Snapshot } from "../../core/schema/types";
import { unreadKinds, withoutKinds } from "../../core/schema/without-kinds";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { readSnapshot } from "./read-snapshot";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    CREATE SCHEMA "one.more"; CREATE SCHEMA two;
    CREATE TABLE "one.more".t (id int PRIMARY KEY); CREATE TABLE two.u (id int REFERENCES "one.more".t);
    CREATE FOREIGN DATA WRAPPER w;
    CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', api_key 'hush-key');
    CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS ("user" 'u', password 'hush-password');
    CREATE SUBSCRIPTION snapshot_sub CONNECTION 'host=h password=hush-sub' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false);
    SELECT lo_create(0);`);
});

afterAll(async () => {
  await client.query("DROP SUBSCRIPTION snapshot_sub");
  await client.end();
  await database.drop();
});

describe("a snapshot", () => {
  it("holds no secret, and neither does a plan", async () => {
    const empty = await testDatabase();
    const other = new pg.Client({ connectionString: empty.url });
    await other.connect();
    const [from, to] = [await readSnapshot(other), await readSnapshot(client)];
    await other.end();
    await empty.drop();
    const statements = planSchema(from, to).statements.map(({ sql }) => sql);
    expect(statements.join("\n")).toContain("(not shown)");
    expect(JSON.stringify([[...to.facts], statements])).not.toContain("hush");
  });

  it("can be of some schemas alone, or without some", async () => {
    const only = await readSnapshot(client, { schemas: ["one.more"] });
    expect([...only.facts.keys()].sort()).toEqual([
      'column:"one.more".t.id',
      'constraint:"one.more".t.t_pkey',
      'schema:"one.more"',
      'table:"one.more".t',
    ]);
    const without = await readSnapshot(client, { exclude: ["one.more", "public"] });
    expect(without.facts.has("table:two.u")).toBe(true);
    expect([...without.facts.keys()].some((id) => id.includes("one.more"))).toBe(false);
    expect(without.facts.has("server:s")).toBe(true);
  });

  it("of some schemas has what could not stay without their functions and types", async () => {
    const database = await testDatabase();
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(`
      CREATE SCHEMA a; CREATE SCHEMA b;
      CREATE FUNCTION a.to_date(int) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT NULL::date';
      CREATE CAST (int AS date) WITH FUNCTION a.to_date(int);
      CREATE TYPE b.pair AS (x int);
      CREATE CAST (text AS b.pair) WITH INOUT;
      CREATE FUNCTION a.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER watched ON sql_drop EXECUTE FUNCTION a.watch();`);
    const resting = async (options: { schemas?: string[]; exclude?: string[] }) =>
      [...(await readSnapshot(owner, options)).facts.keys()].filter((id) =>
        /^(cast|event_trigger):/.test(id),
      );
    const ofA = ["cast:(integer AS date)", "event_trigger:watched"];
    expect(await resting({ schemas: ["a"] })).toEqual(ofA);
    expect(await resting({ schemas: ["b"] })).toEqual(["cast:(text AS b.pair)"]);
    expect(await resting({ schemas: ["public"] })).toEqual([]);
    expect(await resting({ exclude: ["b"] })).toEqual(ofA);
    const whole = await readSnapshot(owner, { schemas: ["a"] });
    await owner.query("CREATE SCHEMA c");
    const empty = await readSnapshot(owner, { schemas: ["c"] });
    for (const { sql } of planSchema(whole, empty).statements.filter(({ id }) => !id.startsWith("schema:")))
      await owner.query(sql);
    expect(await resting({ schemas: ["a"] })).toEqual([]);
    await owner.end();
    await database.drop();
  });

  it("names what no object kind covers", async () => {
    const { unsupported } = await readSnapshot(client);
    expect(unsupported.map(({ what }) => what)).toContain("large objects");
  });

  it("is read where nobody has a schema public", async () => {
    await client.query("DROP SCHEMA public");
    try {
      const { facts } = await readSnapshot(client);
      expect([facts.has("schema:public"), facts.has("schema:two")]).toEqual([false, true]);
    } finally {
      await client.query("CREATE SCHEMA public");
    }
  });

  it("has roles on request only, and never their passwords", async () => {
    await client.query(
      "CREATE ROLE snapshot_group; CREATE ROLE snapshot_user LOGIN PASSWORD 'hush-role' CONNECTION LIMIT 3; GRANT snapshot_group TO snapshot_user; ALTER ROLE snapshot_user SET search_path = two, public",
    );
    try {
      const before = await readSnapshot(client);
      expect([...before.facts.keys()].some((id) => id.startsWith("role:"))).toBe(false);
      const wanted = await readSnapshot(client, { roles: true });
      expect(JSON.stringify([...wanted.facts])).not.toContain("hush-role");
      await client.query("DROP ROLE snapshot_user; DROP ROLE snapshot_group");
      const have = await readSnapshot(client, { roles: true });
      for (const { sql } of planSchema(have, wanted).statements) await client.query(sql);
      expect(compareSnapshots(await readSnapshot(client, { roles: true }), wanted)).toEqual([]);
    } finally {
      await client.query("DROP ROLE IF EXISTS snapshot_user; DROP ROLE IF EXISTS snapshot_group");
    }
  });

  it("names the catalog that our role may not read, and reads the others", async () => {
    await client.query("CREATE ROLE snapshot_weak; REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC");
    try {
      await client.query("SET ROLE snapshot_weak");
      const snapshot = await readSnapshot(client);
      expect(snapshot.unreadable.map(({ kind }) => kind)).toContain("policy");
      expect(snapshot.facts.has("table:two.u")).toBe(true);
    } finally {
      await client.query("RESET ROLE");
      await client.query("GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC; DROP ROLE snapshot_weak");
    }
  });

  it("names subscriptions, which only a superuser may read, where there are any", async () => {
    const without = await testDatabase();
    const other = new pg.Client({ connectionString: without.url });
    await other.connect();
    await client.query("CREATE ROLE snapshot_weak");
    try {
      for (const [session, isNamed] of [
        [other, false],
        [client, true],
      ] as const) {
        await session.query("SET ROLE snapshot_weak");
        const { unreadable } = await readSnapshot(session);
        expect(unreadable.some(({ what }) => what === "subscription")).toBe(isNamed);
        await session.query("RESET ROLE");
      }
    } finally {
      await other.end();
      await client.query("RESET ROLE; DROP ROLE snapshot_weak");
      await without.drop();
    }
  });

  it("has nothing planned of what one side could not read, whatever is part of it", async () => {
    await client.query(`CREATE ROLE snapshot_weak; CREATE MATERIALIZED VIEW two.kept AS SELECT 1 AS a;
      CREATE INDEX kept_a ON two.kept (a); CREATE VIEW two.seen AS SELECT * FROM two.kept`);
    await client.query("REVOKE SELECT ON pg_catalog.pg_rewrite, pg_catalog.pg_seclabels FROM PUBLIC");
    try {
      const all = await readSnapshot(client);
      await client.query("SET ROLE snapshot_weak");
      const part = await readSnapshot(client);
      expect(part.unreadable.map(({ what }) => what)).toEqual(
        expect.arrayContaining(["view", "materialized_view", "security label"]),
      );
      const left = unreadKinds(part, all);
      const sides = [part, all].map((one) => withoutKinds(one, left)) as [Snapshot, Snapshot];
      expect(compareSnapshots(...sides)).toEqual([]);
      expect([...sides[1].facts.keys()].filter((id) => id.includes("kept"))).toEqual([]);
    } finally {
      await client.query("RESET ROLE");
      await client.query(
        "GRANT SELECT ON pg_catalog.pg_rewrite, pg_catalog.pg_seclabels TO PUBLIC; DROP MATERIALIZED VIEW two.kept CASCADE; DROP ROLE snapshot_weak",
      );
    }
  });

  it("says which catalog our role may not read where nothing can be read without it, and what to do", async () => {
    await client.query("CREATE ROLE snapshot_weak");
    try {
      for (const catalog of ["pg_roles", "pg_class", "pg_depend", "pg_description"]) {
        await client.query(`REVOKE SELECT ON pg_catalog.${catalog} FROM PUBLIC; SET ROLE snapshot_weak`);
        await expect(readSnapshot(client), catalog).rejects.toMatchObject({
          code: "schema.unreadable",
          details: { role: "snapshot_weak", catalog },
        });
        await client.query(`RESET ROLE; GRANT SELECT ON pg_catalog.${catalog} TO PUBLIC`);
      }
    } finally {
      await client.query("RESET ROLE; DROP ROLE snapshot_weak");
    }
  });

  it("is of one moment, however often others change the schema meanwhile", async () => {
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    await writer.query(`CREATE TABLE two.moving (a int CHECK (a > 0)); CREATE INDEX moving_i ON two.moving (a);
      CREATE VIEW two.moved AS SELECT a AS x FROM two.moving; CREATE FUNCTION two.fa() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    const change = (from: string, to: string, more: string) =>
      `BEGIN; ALTER TABLE two.moving RENAME COLUMN ${from} TO ${to}; ALTER FUNCTION two.f${from}() RENAME TO f${to}; ${more}; COMMIT`;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        await writer.query(change("a", "b", "CREATE TABLE two.passing (q int PRIMARY KEY)"));
        await writer.query(change("b", "a", "DROP TABLE two.passing"));
      }
    })();
    try {
      for (let i = 0; i < 8; i++) {
        const { facts } = await readSnapshot(client);
        const name = facts.has("column:two.moving.a") ? "a" : "b";
        const texts = ["view:two.moved", "index:two.moving_i", "constraint:two.moving.moving_a_check"];
        for (const id of texts) expect(facts.get(id)?.body.definition).toMatch(new RegExp(`\\b${name}\\b`));
        expect(facts.get(`function:two.f${name}()`)?.body.definition).toContain(`two.f${name}()`);
        expect(facts.has("constraint:two.passing.passing_pkey")).toBe(name === "b");
      }
    } finally {
      stop = true;
      await writing;
      await writer.query("DROP TABLE two.moving CASCADE; DROP FUNCTION two.fa()");
      await writer.end();
    }
  }, 60_000);
});
