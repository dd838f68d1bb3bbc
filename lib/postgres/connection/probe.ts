import type pg from "pg";
import { type ConnectOptions, closeConnection, openConnection, serverVersion } from "./connect";
import type { ConnectionSpec } from "./connection-spec";
import { isTransactionPooler } from "./pooler";

/** What a connection found; stored with the target. */
export interface TargetProbe {
  /** "18.4" */
  version: string;
  /** Milliseconds of a round trip, the median of five. */
  latencyMs: number;
  tls: boolean;
  pooler: boolean;
  /** A standby, or a role or database whose transactions are read-only. */
  readOnly: boolean;
  standby: boolean;
  superuser: boolean;
  canCreateDatabase: boolean;
  /** May make the ledger's schema, or it is there and may be written. */
  canCreateLedger: boolean;
  sizeBytes: number;
  timeZone: string;
  extensions: { name: string; version: string }[];
  /** Name of the instance that manages this target, when one says so. */
  managedBy: string | null;
}

const FACTS = `
SELECT pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly",
  r.rolsuper AS superuser, r.rolcreatedb OR r.rolsuper AS "canCreateDatabase",
  CASE WHEN l.oid IS NOT NULL THEN pg_catalog.has_table_privilege(l.oid, 'INSERT')
       WHEN pg_catalog.to_regnamespace('dbmigrator') IS NOT NULL THEN
         pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace('dbmigrator'), 'CREATE')
       ELSE pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') END AS "canCreateLedger",
  pg_catalog.pg_database_size(pg_catalog.current_database())::text AS "sizeBytes",
  pg_catalog.current_setting('TimeZone') AS "timeZone",
  coalesce((SELECT s.ssl FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_catalog.pg_backend_pid()), false) AS tls,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', extname, 'version', extversion) ORDER BY extname), '[]')
   FROM pg_catalog.pg_extension) AS extensions
FROM pg_catalog.pg_roles r
LEFT JOIN pg_catalog.pg_class l ON l.oid = pg_catalog.to_regclass('dbmigrator.migrations_log')
WHERE r.rolname = current_user`;

/**
 * Connects twice and says what kind of place it is. A pooler, a read-only target and missing rights are told in the
 * result; what keeps us from connecting is thrown.
 * @throws DomainError as openConnection
 */
export async function probeTarget(spec: ConnectionSpec, options: ConnectOptions = {}): Promise<TargetProbe> {
  const client = await openConnection(spec, options);
  let second: pg.Client | undefined;
  try {
    const latencyMs = await measureLatency(client);
    const facts = await client.query<Omit<TargetProbe, "sizeBytes"> & { sizeBytes: string }>(FACTS);
    second = await openConnection(spec, options);
    const pooler = await isTransactionPooler(client, second);
    const row = facts.rows[0];
    if (!row) throw new Error("pg_roles has no row for current_user");
    const managedBy = await readManagedBy(client);
    return {
      ...row,
      version: serverVersion(client),
      latencyMs,
      pooler,
      sizeBytes: Number(row.sizeBytes),
      managedBy,
    };
  } finally {
    await Promise.all([closeConnection(client), second ? closeConnection(second) : undefined]);
  }
}

async function measureLatency(client: pg.Client): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await client.query("SELECT 1");
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return Math.round((times[2] ?? 0) * 100) / 100;
}

async function readManagedBy(client: pg.Client): Promise<string | null> {
  const found = await client.query(
    "SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass('dbmigrator.ledger'), 'SELECT') AS readable",
  );
  if (!found.rows[0]?.readable) return null;
  const row = await client.query<{ name: string | null }>("SELECT managed_by AS name FROM dbmigrator.ledger");
  return row.rows[0]?.name ?? null;
}
