import pg from "pg";
import type { Loss } from "../../core/undo/losses";
import { copiesOf, isMergeable, isWhole, selectOf, UndoRefusal } from "./copies";
import type { UndoRelation } from "./relation";
import type { UndoKind } from "./store";

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

export interface Foretold {
  kind: UndoKind;
  relation: string;
  columns: string[];
  /** null: it cannot be foretold, mostly since an earlier migration of the plan makes what it names. */
  rows: number | null;
  bytes: number | null;
  /** false: without a key, what is kept can be looked at and not be put back by itself. */
  mergeable: boolean;
  /** Why it cannot be kept. */
  refused?: string;
}

/**
 * What keeping the rows of a statement would come to on the target as it is now. Reads catalogs and plans alone.
 * @param client outside of a transaction
 */
export async function foretellLosses(client: pg.ClientBase, losses: readonly Loss[]): Promise<Foretold[]> {
  const told: Foretold[] = [];
  for (const loss of losses) {
    try {
      for (const copy of await copiesOf(client, loss)) {
        const columns = isWhole(copy) || copy.kind === "delete" ? [] : copy.columns.map(({ name }) => name);
        const size = await sizeOf(client, copy);
        told.push({
          kind: copy.kind,
          relation: copy.from.relation,
          columns,
          ...size,
          mergeable: isMergeable(copy),
        });
      }
    } catch (error) {
      if (!(error instanceof UndoRefusal) || loss.kind === "uncovered" || loss.kind === "drop_schema")
        throw error;
      const { kind, relation } = loss;
      told.push({
        kind,
        relation,
        columns: [],
        rows: null,
        bytes: null,
        mergeable: false,
        refused: error.code,
      });
    }
  }
  return told;
}

async function sizeOf(
  client: pg.ClientBase,
  copy: Awaited<ReturnType<typeof copiesOf>>[number],
): Promise<{ rows: number | null; bytes: number | null }> {
  if (isWhole(copy)) return { rows: copy.from.rows, bytes: copy.from.bytes };
  try {
    const { rows, width } = await foretellQuery(client, selectOf(copy));
    return { rows, bytes: rows * (width + ROW_OVERHEAD) };
  } catch (error) {
    // The condition names what is not there yet.
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { rows: null, bytes: null };
  }
}
