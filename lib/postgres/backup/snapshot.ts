import pg from "pg";
import type { BackupScope } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { closeConnection, openConnection, serverMajor, streamOf } from "../connection/connect";
import type { ConnectionSpec } from "../connection/connection-spec";
import { readTables, requireScope, type SourceTable } from "./inventory";
import { quoteTable, shortList, tableText } from "./sql-text";

/** Sessions that see the same moment of a database. */
export interface Snapshot {
  /** Holds a lock on every table of the scope, so that none is dropped or rewritten meanwhile. */
  leader: pg.Client;
  workers: pg.Client[];
  id: string;
  takenAt: Date;
  tables: SourceTable[];
  close(): Promise<void>;
}

/** What pg_dump sets too: text that means the same on every server, no limits, all rows or an error. */
const SETTINGS = [
  "statement_timeout = 0",
  "lock_timeout = 0",
  "idle_in_transaction_session_timeout = 0",
  "client_encoding = 'UTF8'",
  "standard_conforming_strings = on",
  "DateStyle = ISO",
  "IntervalStyle = postgres",
  "TimeZone = 'UTC'",
  "extra_float_digits = 3",
  "bytea_output = hex",
  "synchronize_seqscans = off",
  "row_security = off",
  "jit = off",
  // Ranges of ctid are only worth something when they are read as such.
  "enable_seqscan = off",
];

const LOCKED_AT_ONCE = 200;
const LOCK_WAIT_MS = 30_000;

/** A session for reading: its settings are set, its search path is empty. */
export async function openReader(spec: ConnectionSpec, signal?: AbortSignal): Promise<pg.Client> {
  signal?.throwIfAborted();
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-backup" });
  const newer = serverMajor(client) >= 17 ? ["transaction_timeout = 0"] : [];
  await client.query(
    `${[...SETTINGS, ...newer].map((setting) => `SET ${setting};`).join(" ")} SELECT pg_catalog.set_config('search_path', '', false)`,
  );
  return client;
}

/**
 * Opens the sessions of a backup. The locks come before the snapshot: what they wait for is then seen by it (LOCK
 * needs no snapshot of its own, docs: LOCK).
 * @throws DomainError backup.scope_missing, backup.no_rights, backup.row_security, backup.table_locked
 */
export async function openSnapshot(
  spec: ConnectionSpec,
  scope: BackupScope,
  connections: number,
  signal?: AbortSignal,
  lockWaitMs = LOCK_WAIT_MS,
): Promise<Snapshot> {
  const clients: pg.Client[] = [];
  const close = async () => {
    await Promise.all(clients.map(closeConnection));
  };
  const cut = () => {
    for (const client of clients) streamOf(client).destroy();
  };
  signal?.addEventListener("abort", cut, { once: true });
  try {
    const leader = await openReader(spec, signal);
    clients.push(leader);
    const { id, now, tables } = await takeMoment(leader, scope, lockWaitMs);
    for (let at = 1; at < connections; at += 1) {
      const worker = await openReader(spec, signal);
      clients.push(worker);
      await worker.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(id)}`,
      );
    }
    return {
      leader,
      workers: clients.slice(1),
      id,
      takenAt: now,
      tables,
      close: async () => {
        signal?.removeEventListener("abort", cut);
        await close();
      },
    };
  } catch (error) {
    signal?.removeEventListener("abort", cut);
    await close();
    throw error;
  }
}

interface Moment {
  id: string;
  now: Date;
  tables: SourceTable[];
}

/** Tables that come and go all the time, as those of a nightly load do, are gone again between list and lock. */
const ATTEMPTS = 20;

async function takeMoment(leader: pg.Client, scope: BackupScope, lockWaitMs: number): Promise<Moment> {
  // Also reading the size of a table waits for whoever has it locked.
  await leader.query(`SET lock_timeout = ${lockWaitMs}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const moment = await lockAndLook(leader, scope);
      await leader.query("SET lock_timeout = 0");
      return moment;
    } catch (error) {
      if ((error as { code?: string }).code !== "42P01" || attempt === ATTEMPTS) throw mapLockError(error);
      await leader.query("ROLLBACK");
    }
  }
}

async function lockAndLook(leader: pg.Client, scope: BackupScope): Promise<Moment> {
  await requireScope(leader, scope);
  const found = await readTables(leader, scope);
  await requireReadable(leader, found);
  await leader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await lockTables(leader, found);
  const { rows } = await leader.query<{ id: string; now: Date }>(
    "SELECT pg_export_snapshot() AS id, clock_timestamp() AS now",
  );
  const tables = await readTables(leader, scope);
  const locked = new Set(found.map((table) => table.oid));
  await lockTables(
    leader,
    tables.filter((table) => !locked.has(table.oid)),
  );
  return { ...(rows[0] as { id: string; now: Date }), tables };
}

async function lockTables(client: pg.Client, tables: readonly SourceTable[]): Promise<void> {
  for (let at = 0; at < tables.length; at += LOCKED_AT_ONCE) {
    const names = tables.slice(at, at + LOCKED_AT_ONCE).map((table) => `ONLY ${quoteTable(table)}`);
    await client.query(`LOCK TABLE ${names.join(", ")} IN ACCESS SHARE MODE`);
  }
}

function mapLockError(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "55P03") {
    return new DomainError(
      "lock_timeout",
      "backup.table_locked",
      "A table is locked by somebody else; nothing was copied.",
      {
        details: { reason: message },
        hint: "Somebody changes the schema at this moment. Try again when that is done.",
        cause: error,
      },
    );
  }
  return error;
}

interface Access {
  schema: string;
  name: string;
  readable: boolean;
  hidden: boolean;
}

/** Before anything is written: a backup that misses rows would be worse than none. */
async function requireReadable(client: pg.Client, tables: readonly SourceTable[]): Promise<void> {
  const { rows } = await client.query<Access>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name,
            has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
            row_security_active(c.oid) AS hidden
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1::oid[])`,
    [tables.map((table) => table.oid)],
  );
  const unreadable = rows.filter((row) => !row.readable).map(tableText);
  if (unreadable.length > 0) {
    throw new DomainError("target", "backup.no_rights", `The role may not read ${shortList(unreadable)}.`, {
      details: { tables: shortList(unreadable), count: unreadable.length },
      hint: "Grant the role of this target SELECT on these tables (pg_read_all_data has it), or leave them out.",
    });
  }
  const hidden = rows.filter((row) => row.hidden).map(tableText);
  if (hidden.length === 0) return;
  throw new DomainError(
    "target",
    "backup.row_security",
    `Policies hide rows of ${shortList(hidden)} from the role.`,
    {
      details: { tables: shortList(hidden), count: hidden.length },
      hint: "Use a role with BYPASSRLS, or the owner of the tables where row-level security is not forced on it (FORCE ROW LEVEL SECURITY); otherwise the backup would miss rows.",
    },
  );
}
