import pg from "pg";
import { isLossless } from "../../core/undo/lossless";
import { typed, type UndoColumn } from "./relation";
import { UNDO_SCHEMA } from "./store";

/** Types that PostgreSQL cannot compare; what differs in their text counts as different. */
const NO_EQUALITY = /^(json|xml|point|box|polygon|path|line|circle)$/;

const WHOLE_NUMBER = /^(smallint|integer|bigint)$/;
/** Their text may be none of a whole number: 1.00, 1e+15. */
const NUMBER = /^(numeric|real|double precision)/;

/**
 * A stored value as its column's own. Where the column has another type today, a value that it would cut or round is
 * refused: a cast to it does so without a word.
 * @param kept the type as which it is stored
 */
export function fitting(as: string, stored: string, now: UndoColumn, kept: string): string {
  const value = typed(as, stored, now);
  if (!mayChange(kept, now)) return value;
  const own = `${as}.${stored}`;
  const back = `(${value})::pg_catalog.text::${kept}`;
  const same = NO_EQUALITY.test(kept)
    ? `${back}::pg_catalog.text = ${own}::pg_catalog.text`
    : WHOLE_NUMBER.test(kept) && NUMBER.test(now.type)
      ? `(${value})::pg_catalog.numeric = ${own}`
      : `${back} = ${own}`;
  return `CASE WHEN ${own} IS NULL OR ${same} THEN ${value}
    ELSE ${UNDO_SCHEMA}.refuse(${own}::pg_catalog.text, ${pg.escapeLiteral(now.type)})::${now.type} END`;
}

/** Types of the target's own are stored as text and have only one way back. */
function mayChange(kept: string, { type, plain }: UndoColumn): boolean {
  const isJson = (one: string) => one === "json" || one === "jsonb";
  if (!plain || (isJson(kept) && isJson(type))) return false;
  return kept !== type && !isLossless(kept, type);
}

/** What `fitting` calls; it is there while rows are put back. */
export const withRefuse = (client: pg.ClientBase) =>
  client.query(
    `CREATE OR REPLACE FUNCTION ${UNDO_SCHEMA}.refuse(value pg_catalog.text, type pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = pg_catalog.format('%L does not fit into %s unchanged', pg_catalog.left(value, 100), type); END $$`,
  );

export const withoutRefuse = (client: pg.ClientBase) =>
  client.query(`DROP FUNCTION ${UNDO_SCHEMA}.refuse(pg_catalog.text, pg_catalog.text)`);
