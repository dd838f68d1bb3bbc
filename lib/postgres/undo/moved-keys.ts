import type pg from "pg";
import { type Copy, storedValue } from "./copies";
import type { UndoColumn } from "./relation";
import { attempt } from "./set-aside";
import { movedKey, UNDO_SCHEMA } from "./store";

/** After all others, whose changes it has to see: triggers fire in the order of their names (docs: CREATE TRIGGER). */
const TRIGGER = '"~~dbmigrator_moved_keys"';

const movesTable = (id: string) => `${UNDO_SCHEMA}.m${id}`;
const movesFunction = (id: string) => `${UNDO_SCHEMA}.moved_${id}`;

const keyColumns = ({ from, moves }: Copy): UndoColumn[] =>
  moves.flatMap((name) => from.columns.find((column) => column.name === name) ?? []);

/**
 * Lets a trigger write down which key each row gets from an UPDATE: by what a statement sets, a row is not found again.
 * BEFORE, since a row that moves to another partition fires no other. Call `endMoves` in the same transaction.
 * @param id of the entry
 * @returns false: the role may make no trigger there, or could not take it away before the transaction ends, since checks
 *   of the table wait until then
 */
export async function followMoves(client: pg.ClientBase, id: string, copy: Copy): Promise<boolean> {
  const key = keyColumns(copy);
  const of = (row: string) => key.map((column) => storedValue(row, column)).join(", ");
  const as = (name: string) => key.map((_, i) => `${name}_${i}`).join(", ");
  const waiting = await client.query(
    `SELECT FROM (SELECT $1::oid AS oid UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass)) r
       JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid WHERE t.tgdeferrable LIMIT 1`,
    [copy.from.oid],
  );
  if (waiting.rowCount) return false;
  const made = await attempt(client, async () => {
    await client.query(
      `CREATE TABLE ${movesTable(id)} AS SELECT * FROM (SELECT ${of("t")} FROM ${copy.from.relation} AS t) AS o (${as("old")}),
         (SELECT ${of("t")} FROM ${copy.from.relation} AS t) AS n (${as("new")}) WITH NO DATA`,
    );
    // As whoever keeps the rows: a script may have changed the role.
    await client.query(
      `CREATE FUNCTION ${movesFunction(id)}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
       BEGIN INSERT INTO ${movesTable(id)} SELECT ${of("old")}, ${of("new")}; RETURN new; END $$`,
    );
    await client.query(
      `CREATE TRIGGER ${TRIGGER} BEFORE UPDATE ON ${copy.from.relation} FOR EACH ROW EXECUTE FUNCTION ${movesFunction(id)}()`,
    );
  });
  return "done" in made;
}

/**
 * After the statement: the copy's rows get the key that they are found by now.
 * @param data the copy's table
 * @returns how many rows there are; those that a trigger left as they were are none
 */
export async function endMoves(
  client: pg.ClientBase,
  { id, data, copy }: { id: string; data: string; copy: Copy },
): Promise<number> {
  await client.query(
    `DROP TRIGGER ${TRIGGER} ON ${copy.from.relation}; DROP FUNCTION ${movesFunction(id)}()`,
  );
  const key = keyColumns(copy);
  const same = key.map(({ name }, i) => `m.old_${i} = d.${name}`).join(" AND ");
  const list = key.map((_, i) => `m.new_${i} AS ${movedKey(i)}`).join(", ");
  const { rowCount } = await client.query(
    `CREATE TABLE ${movesTable(id)}_d AS SELECT d.*, ${list} FROM ${UNDO_SCHEMA}.${data} AS d JOIN ${movesTable(id)} AS m ON ${same}`,
  );
  await client.query(
    `DROP TABLE ${UNDO_SCHEMA}.${data}, ${movesTable(id)}; ALTER TABLE ${movesTable(id)}_d RENAME TO ${data}`,
  );
  return rowCount ?? 0;
}
