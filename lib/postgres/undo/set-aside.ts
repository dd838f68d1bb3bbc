import pg from "pg";
import type { Group } from "./put-order";
import { insertOf, parentsOf } from "./put-rows";
import { deferRing } from "./quiet";
import { readForeignKeys } from "./relation";
import { asideTable, dataTable, notAside, type Resolved } from "./resolve";
import { UNDO_SCHEMA } from "./store";

/** The server's refusal of values as they are: class 22 and 23 (data, constraints), 42 (types that no longer fit). */
const REFUSALS = /^(22|23|42|P0)/;
const IN_PLPGSQL =
  "data_exception OR integrity_constraint_violation OR syntax_error_or_access_rule_violation OR plpgsql_error";
/** Beyond that it is not about single rows any more. */
const MOST_REFUSED = 10_000;
/** A row may wait for another to make room; each turn makes room for more. */
const TURNS = 20;

/** Work that the server refuses leaves nothing behind, and the transaction goes on. */
export async function attempt<T>(
  client: pg.ClientBase,
  work: () => Promise<T>,
): Promise<{ done: T } | { refused: pg.DatabaseError }> {
  await client.query("SAVEPOINT put_back");
  try {
    const done = await work();
    await client.query("RELEASE SAVEPOINT put_back");
    return { done };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !REFUSALS.test(error.code ?? "")) throw error;
    await client.query("ROLLBACK TO SAVEPOINT put_back");
    return { refused: error };
  }
}

/** A kept row that the server refuses for itself. */
export interface RefusedRow {
  /** Where it lies in its copy. */
  place: string;
  code: string;
  why: string;
}

/** Variable of the statement that `tryEach` runs. */
export const THIS_ROW = "dbmigrator_place";

/**
 * Runs a statement for each row of a copy and goes on where the server refuses one.
 * @param statement names the row by `THIS_ROW`
 * @param condition which rows of the copy, `d`
 * @throws pg.DatabaseError when there are too many of them
 */
export async function tryEach(
  client: pg.ClientBase,
  { entry }: Resolved,
  statement: string,
  condition: string,
): Promise<RefusedRow[]> {
  const body = `#variable_conflict use_column
DECLARE ${THIS_ROW} tid; now_open tid[] := ARRAY(SELECT d.ctid FROM ${dataTable(entry)} AS d WHERE ${condition});
  still tid[]; codes text[]; whys text[]; what text; more text; turn int := 0;
BEGIN
  LOOP
    still := '{}'; codes := '{}'; whys := '{}'; turn := turn + 1;
    FOREACH ${THIS_ROW} IN ARRAY now_open LOOP
      BEGIN
        ${statement};
      EXCEPTION WHEN ${IN_PLPGSQL} THEN
        GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL;
        still := still || ${THIS_ROW}; codes := codes || SQLSTATE;
        whys := whys || pg_catalog.concat_ws(': ', what, nullif(more, ''));
      END;
      EXIT WHEN pg_catalog.cardinality(still) > ${MOST_REFUSED};
    END LOOP;
    EXIT WHEN pg_catalog.cardinality(still) IN (0, pg_catalog.cardinality(now_open)) OR turn = ${TURNS}
      OR pg_catalog.cardinality(still) > ${MOST_REFUSED};
    now_open := still;
  END LOOP;
  IF pg_catalog.cardinality(still) > ${MOST_REFUSED} THEN
    RAISE EXCEPTION USING MESSAGE = whys[1], DETAIL = 'and more than ${MOST_REFUSED} rows like this';
  END IF;
  RETURN QUERY SELECT * FROM ROWS FROM (pg_catalog.unnest(still), pg_catalog.unnest(codes), pg_catalog.unnest(whys));
END`;
  const name = `${UNDO_SCHEMA}.try_rows`;
  await client.query(
    `CREATE FUNCTION ${name}() RETURNS TABLE (place tid, code text, why text) LANGUAGE plpgsql AS ${pg.escapeLiteral(body)}`,
  );
  const { rows } = await client.query<RefusedRow>(`SELECT place::text, code, why FROM ${name}()`);
  await client.query(`DROP FUNCTION ${name}()`);
  return rows;
}

/** A row whose place somebody else has taken (unique_violation, exclusion_violation). */
const TAKEN = new Set(["23505", "23P01"]);
/** Foreign keys are looked at by themselves, since a row's parent may be set aside too. */
const NO_PARENT = "23503";

/**
 * Finds out which rows keep a group from coming back, and sets them aside: those that the server refuses, and those
 * that refer to them.
 * @returns how many more that are
 */
export async function setAside(client: pg.ClientBase, group: Group): Promise<number> {
  const found = await attempt(client, () => probe(client, group));
  if ("refused" in found) return 0;
  let more = 0;
  for (const [i, one] of group.members.entries()) {
    if (!one.aside) {
      await client.query(`CREATE TABLE ${asideTable(one.entry)} (place tid NOT NULL, kind text NOT NULL)`);
      one.aside = { refused: 0, messages: [] };
    }
    const rows = (found.done[i] ?? []).filter(({ code }) => code !== NO_PARENT);
    const refused = rows.filter(({ code }) => !TAKEN.has(code));
    one.aside.refused += refused.length;
    one.aside.messages.push(...refused.map(({ why }) => why));
    await client.query(
      `INSERT INTO ${asideTable(one.entry)} SELECT * FROM ROWS FROM (pg_catalog.unnest($1::tid[]), pg_catalog.unnest($2::text[]))`,
      [rows.map(({ place }) => place), rows.map(({ code }) => (TAKEN.has(code) ? "taken" : "refused"))],
    );
    more += rows.length;
  }
  const orphans = await attempt(client, () => setOrphansAside(client, group));
  return more + ("done" in orphans ? orphans.done : 0);
}

/** Row by row, with foreign keys among them open; nothing of it stays. */
async function probe(client: pg.ClientBase, group: Group): Promise<RefusedRow[][]> {
  await client.query("SAVEPOINT probe");
  const roots = new Set(group.members.map(({ relation }) => relation.root));
  const among: Group["circular"] = [];
  for (const { oid, relation } of new Map(
    group.members.map((one) => [one.relation.oid, one.relation]),
  ).values())
    for (const key of await readForeignKeys(client, oid))
      if (roots.has(key.parentRoot)) among.push({ relation, key });
  await deferRing(client, group, among);
  const found: RefusedRow[][] = [];
  for (const one of group.members) {
    const { into, values, from, taken } = insertOf(one);
    const statement = `${into} SELECT ${values} ${from} WHERE d.ctid = ${THIS_ROW}`;
    found.push(await tryEach(client, one, statement, `NOT ${taken}${notAside(one, "d")}`));
  }
  await client.query("ROLLBACK TO SAVEPOINT probe");
  return found;
}

/** However long the chain is by which they hang on a row that does not come back. */
async function setOrphansAside(client: pg.ClientBase, { members }: Group): Promise<number> {
  let all = 0;
  for (let more = 1; more > 0; all += more) {
    more = 0;
    for (const one of members) {
      const parents = await parentsOf(client, one, members);
      const { rowCount } = await client.query(
        `INSERT INTO ${asideTable(one.entry)} SELECT d.ctid, 'orphaned' FROM ${dataTable(one.entry)} AS d
         WHERE NOT (${parents})${notAside(one, "d")}`,
      );
      more += rowCount ?? 0;
    }
  }
  return all;
}
