import pg from "pg";
import { expect, it } from "vitest";
import { compareSchemas } from "../../core/comparison/compare-schemas";
import type { Snapshot } from "../../core/schema/types";
import { testDatabase } from "../../testing/postgres";
import { RICH_SCHEMA } from "../../testing/rich-schema";
import { readSnapshot } from "../introspect/read-snapshot";

/** What versions tell in words of their own: views of one relation, NOT NULL, MAINTAIN, public, unlogged sequences. */
const TOLD_APART = `
CREATE TABLE told (id int NOT NULL, owner int, note text, CHECK (id > 0));
CREATE TABLE heir () INHERITS (told);
CREATE UNLOGGED TABLE quick (id serial, no int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE part (at date NOT NULL, id int) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE VIEW one AS SELECT id, note FROM told WHERE owner > 1;
CREATE VIEW aliased AS SELECT t.id FROM told t ORDER BY t.note;
CREATE VIEW called AS SELECT x FROM generate_series(1, 3) g(x);
CREATE MATERIALIZED VIEW inner_one AS SELECT upper(note) AS u, (SELECT max(p.id) FROM part p WHERE p.id = told.owner) AS m FROM told;
CREATE DOMAIN said AS text CONSTRAINT must NOT NULL CHECK (value <> '');
CREATE VIEW "odd ""name""" AS SELECT "at" FROM part;
GRANT ALL ON told TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;`;

async function schemaOn(major: 14 | 15 | 18, more = ""): Promise<Snapshot> {
  const database = await testDatabase({ major });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(RICH_SCHEMA + TOLD_APART + more);
    return await readSnapshot(client);
  } finally {
    await client.end();
    await database.drop();
  }
}

const names = (from: Snapshot, to: Snapshot) =>
  compareSchemas(from, to).lines.map(({ change, name }) => `${change} ${name}`);

it("the same schema on servers of other versions is the same, and what really differs is seen", async () => {
  const [old, middle, newest] = [await schemaOn(14), await schemaOn(15), await schemaOn(18)];
  for (const other of [old, middle]) {
    expect(names(other, newest)).toEqual([]);
    expect(names(newest, other)).toEqual([]);
  }
  expect(names(old, middle)).toEqual([]);
  const changed = await schemaOn(
    18,
    `CREATE OR REPLACE VIEW one AS SELECT id, note FROM told WHERE owner > 2;
     GRANT SELECT ON part TO PUBLIC; ALTER TABLE told ALTER owner SET NOT NULL;`,
  );
  expect(names(old, changed).sort()).toEqual([
    "changed public.heir.owner",
    "changed public.one",
    "changed public.part",
    "changed public.told.owner",
  ]);
  const { lines, to } = compareSchemas(old, changed);
  expect(to.version).toBe(old.version);
  expect(JSON.stringify(lines)).not.toContain("=m");
}, 120_000);
