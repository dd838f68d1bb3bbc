import type pg from "pg";
import type { UndoRelation } from "./relation";

/** Bytes of a row beside its values: tuple header and line pointer (documentation: "Database Page Layout"). */
const ROW_OVERHEAD = 28;

/**
 * About how many bytes a copy will take: the table's own size when all of it is kept, otherwise what the planner
 * expects of the query.
 */
export async function foretellBytes(
  client: pg.ClientBase,
  from: UndoRelation,
  select: string,
  whole: boolean,
): Promise<number> {
  if (whole) return from.bytes;
  const { rows, width } = await foretellQuery(client, select);
  return rows * (width + ROW_OVERHEAD);
}

/** The planner's estimate of a query's rows and their width in bytes (documentation: "EXPLAIN"). */
export async function foretellQuery(
  client: pg.ClientBase,
  select: string,
): Promise<{ rows: number; width: number }> {
  const { rows } = await client.query<{ "QUERY PLAN": { Plan: Record<string, number> }[] }>(
    `EXPLAIN (FORMAT JSON) ${select}`,
  );
  const plan = rows[0]?.["QUERY PLAN"][0]?.Plan ?? {};
  return { rows: plan["Plan Rows"] ?? 0, width: plan["Plan Width"] ?? 0 };
}
