import pg from "pg";
import { expect, it } from "vitest";
import { BUILT_IN_TYPES, needsText } from "../../core/schema/kinds/built-in-casts";
import { testDatabase } from "../../testing/postgres";

const PAIRS = BUILT_IN_TYPES.flatMap((from) => BUILT_IN_TYPES.map((to) => [from, to] as const));

/** Pairs that PostgreSQL itself takes in one step on an empty table. */
async function castable(major: 14 | 18): Promise<Set<string>> {
  const database = await testDatabase({ major });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const taken = new Set<string>();
  for (const [from, to] of PAIRS) {
    const probe = `SELECT NULL::${from}::${to}`;
    if (await client.query(probe).then(Boolean, () => false)) taken.add(`${from} → ${to}`);
    // Through text every one of them goes.
    await client.query(`SELECT NULL::${from}::text::${to}`);
  }
  await client.end();
  await database.drop();
  return taken;
}

it("values of built-in types go through text where no cast leads, and only there", async () => {
  const through = PAIRS.filter(([from, to]) => needsText(from, to)).map(([from, to]) => `${from} → ${to}`);
  const on18 = await castable(18);
  expect(through).toEqual(PAIRS.map(([from, to]) => `${from} → ${to}`).filter((pair) => !on18.has(pair)));
  const on14 = await castable(14);
  // One that 14 has and that answers everything with "not implemented". A "char" counted as text before 15.
  const known = through.filter((pair) => on14.has(pair) && !pair.includes('"char"'));
  expect(known).toEqual(["path → point"]);
});

it("modifiers and brackets do not change that", () => {
  expect(needsText("integer[]", "uuid[]")).toBe(true);
  expect(needsText("numeric(10,2)", "bigint")).toBe(false);
  expect(needsText("timestamp(3) without time zone", "interval day to second(2)")).toBe(true);
  expect(needsText("character varying(20)", "uuid")).toBe(false);
  expect(needsText("xid", "integer")).toBe(true);
  expect(needsText("int4range", "int4multirange")).toBe(false);
});
