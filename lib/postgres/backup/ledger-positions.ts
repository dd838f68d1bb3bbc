import type pg from "pg";
import type { LedgerPosition } from "../../core/backup/types";
import { readLedger } from "../ledger/ledger";

/** What the ledger says is applied, one line a service; empty when there is none that the role may read. */
export async function readPositions(client: pg.Client): Promise<LedgerPosition[]> {
  // Asked first: inside of a transaction, a query that fails would end it.
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT coalesce(has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false) AS there
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'dbmigrator' AND c.relname = 'migrations_log'`,
  );
  if (!rows[0]?.there) return [];
  const found = new Map<string, LedgerPosition>();
  for (const row of await readLedger(client)) {
    if (row.direction !== "up" || (row.status !== "applied" && row.status !== "baseline")) continue;
    const before = found.get(row.service);
    if (row.kind === "repeatable" && before) {
      before.applied += 1;
      continue;
    }
    const { service, version, filename } = row;
    found.set(service, { service, version, filename, applied: (before?.applied ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}
