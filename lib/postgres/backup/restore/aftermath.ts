import pg from "pg";
import { closeConnection, openConnection } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";
import { openAdmin } from "../admin-session";
import type { RestoreTrace } from "../options";
import { quoteName } from "../sql-text";

export type Aftermath =
  /** `kept`: the replaced database's name now; null when it is gone or there was none. */
  | { kind: "done"; kept: string | null }
  | { kind: "not_done" }
  /** A session of it is still ending, or its server cannot remove what it left: with a full disk, say. */
  | { kind: "later" }
  /** Nobody can tell any more. */
  | { kind: "unknown" };

/**
 * What became of a restore whose process is gone. Its sessions are ended and its unfinished database is removed
 * first, so that nothing of it happens any more after it was asked.
 * @throws DomainError those of openConnection
 */
export function settleTrace(spec: ConnectionSpec, trace: RestoreTrace): Promise<Aftermath> {
  return trace.kind === "database" ? settleDatabase(spec, trace) : settleTransaction(spec, trace);
}

/** A rename leaves the oid: with the name of the unfinished one removed, whoever has its oid has the wanted name. */
async function settleDatabase(
  spec: ConnectionSpec,
  { name, oid, replaces }: Extract<RestoreTrace, { kind: "database" }>,
): Promise<Aftermath> {
  const admin = await openAdmin(spec, [name]);
  try {
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'dbmigrator-restore' AND pid <> pg_backend_pid() AND strpos(query, $1) > 0`,
      [name],
    );
    await admin.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`);
    const { rows } = await admin.query<{ oid: string; name: string }>(
      "SELECT oid::text AS oid, datname::text AS name FROM pg_database WHERE oid::text = ANY ($1)",
      [[oid, replaces]],
    );
    if (!rows.some((row) => row.oid === oid)) return { kind: "not_done" };
    return { kind: "done", kept: rows.find((row) => row.oid === replaces)?.name ?? null };
  } catch (error) {
    if (error instanceof pg.DatabaseError) return { kind: "later" };
    throw error;
  } finally {
    await closeConnection(admin);
  }
}

/** How often it is looked whether a session has ended that was told to. */
const LOOKS = 20;
const PAUSE_MS = 250;

/** txid_status tells for a while after the end how a transaction ended (docs: "Transaction ID and Snapshot Information"). */
async function settleTransaction(
  spec: ConnectionSpec,
  { id, server }: Extract<RestoreTrace, { kind: "transaction" }>,
): Promise<Aftermath> {
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-settle" });
  try {
    for (let look = 1; ; look += 1) {
      const status = await statusOf(client, id, server);
      if (status === "committed") return { kind: "done", kept: null };
      if (status === "aborted") return { kind: "not_done" };
      if (status !== "in progress") return { kind: "unknown" };
      if (look === LOOKS) return { kind: "later" };
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = ($1::bigint % 4294967296)::text::xid",
        [id],
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    await closeConnection(client);
  }
}

async function statusOf(client: pg.Client, id: string, server: string): Promise<string | null> {
  try {
    const { rows } = await client.query<{ status: string | null }>(
      `SELECT CASE WHEN (SELECT system_identifier::text FROM pg_control_system()) = $2
                   THEN txid_status($1::bigint) END AS status`,
      [id, server],
    );
    return rows[0]?.status ?? null;
  } catch (error) {
    // It lies in the future of a server that was set back.
    if (error instanceof pg.DatabaseError) return null;
    throw error;
  }
}

/** By what its transaction is known afterwards; it gets its number here. */
export async function traceTransaction(client: pg.Client): Promise<RestoreTrace> {
  const { rows } = await client.query<{ id: string; server: string }>(
    "SELECT txid_current()::text AS id, (SELECT system_identifier::text FROM pg_control_system()) AS server",
  );
  return { kind: "transaction", id: rows[0]?.id ?? "", server: rows[0]?.server ?? "" };
}

/** Names change hands by renames; an oid stays with its database. */
export async function oidOfDatabase(admin: pg.Client, name: string): Promise<string | null> {
  const { rows } = await admin.query<{ oid: string }>(
    "SELECT oid::text AS oid FROM pg_database WHERE datname = $1",
    [name],
  );
  return rows[0]?.oid ?? null;
}
