import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareSchemas } from "../../core/comparison/compare-schemas";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { readSides } from "./read-sides";

const MADE = `CREATE TABLE t (id int PRIMARY KEY); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
  CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (speed 'high'); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE SUBSCRIPTION sides_sub CONNECTION 'host=h' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false);`;
const WEAK = "sides_weak";

let strong: TestDatabase;
let weak: TestDatabase;

async function run(database: TestDatabase, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

beforeAll(async () => {
  [strong, weak] = [await testDatabase(), await testDatabase()];
  await run(strong, MADE);
  await run(weak, `${MADE} CREATE ROLE ${WEAK} LOGIN PASSWORD 'w'`);
  await run(weak, "REVOKE SELECT ON pg_catalog.pg_proc FROM PUBLIC");
});

afterAll(async () => {
  for (const database of [strong, weak]) await run(database, "DROP SUBSCRIPTION sides_sub");
  await weak.drop();
  await run(strong, `DROP ROLE ${WEAK}`);
  await strong.drop();
});

describe("a comparison with a database that its role may not read as a whole", () => {
  it.each([true, false])("plans nothing for what was not read (as the source: %s)", async (isSource) => {
    const sides = [
      { kind: "database", label: "weak", spec: { ...weak.spec, user: WEAK, password: "w" } } as const,
      { kind: "database", label: "strong", spec: strong.spec } as const,
    ] as const;
    const [source, target] = isSource ? sides : ([sides[1], sides[0]] as const);
    const read = await readSides(source, target, { ignoreOwners: true });
    const { lines } = compareSchemas(read.source.snapshot, read.target.snapshot, { owners: true });
    expect(lines.map(({ id }) => id).filter((id) => !id.startsWith("privileges:"))).toEqual([]);
    const { unreadable } = (isSource ? read.source : read.target).snapshot;
    const left = ["function", "subscription", "user_mapping"];
    expect(unreadable.map(({ what }) => what)).toEqual(expect.arrayContaining(left));
  });
});

it("scripts that name lz4 are replayed on a server without it, and make columns that ask for it", async () => {
  const scripts = [{ name: "packed", sql: "CREATE TABLE packed (a text COMPRESSION lz4, b text)" }];
  const { source } = await readSides(
    { kind: "scripts", label: "scripts", scripts },
    { kind: "database", label: "weak", spec: weak.spec },
    { embedded: strong.spec, place: "embedded" },
  );
  const compression = (column: string) =>
    source.snapshot.facts.get(`column:public.packed.${column}`)?.body.compression;
  expect([compression("a"), compression("b")]).toEqual(["l", null]);
});
