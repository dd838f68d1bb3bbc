import type { TriedStatement } from "../../core/run/types";
import type { StatementFacts } from "../../core/sql/types";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { ESTIMATED_SIZE, EXACT_SIZE, LOCK_NOT_AVAILABLE } from "../../postgres/introspect/statistics";
import { blocksOf } from "./view/locks";
import type { RelationSize } from "./views";

/** Relations that are rewritten, scanned or blocked: those whose size says how long it may take. */
export function relationsToMeasure(
  facts: readonly StatementFacts[],
  tried: readonly TriedStatement[],
): string[] {
  const names = new Set<string>();
  for (const one of [...facts, ...tried]) {
    for (const lock of one.locks) if (blocksOf(lock.mode) !== "nothing") names.add(lock.relation);
  }
  for (const one of tried) for (const name of [...one.rewrites, ...one.scans]) names.add(name);
  return [...names].slice(0, 500);
}

/**
 * Estimated rows (pg_class.reltuples) and bytes of relations on the target, by their pages where somebody has one of
 * them locked; those that it does not have are left out.
 */
export async function measureRelations(
  spec: ConnectionSpec,
  relations: readonly string[],
): Promise<RelationSize[]> {
  if (relations.length === 0) return [];
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator check" },
    { guardAddresses: true },
  );
  try {
    const read = (bytes: string) =>
      client.query<RelationSize>(
        `SELECT name AS relation, nullif(c.reltuples, -1)::float8 AS rows, (${bytes})::float8 AS bytes
         FROM unnest($1::text[]) AS name JOIN pg_class c ON c.oid = to_regclass(name)`,
        [relations],
      );
    await client.query("SET lock_timeout = '2s'");
    const found = await read(EXACT_SIZE).catch((error: { code?: string }) => {
      if (error.code !== LOCK_NOT_AVAILABLE) throw error;
      return read(ESTIMATED_SIZE);
    });
    return found.rows;
  } finally {
    await closeConnection(client);
  }
}
