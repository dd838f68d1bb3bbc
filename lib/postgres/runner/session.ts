import type pg from "pg";
import type { Blocker, RunEvent } from "../../core/run/types";
import { RUNNER_LOCK } from "../../core/sql/types";
import { DomainError } from "../../errors";
import { type ConnectionSpec, type ConnectOptions, openConnection } from "../connection/connect";
import { targetError } from "../connection/connect-errors";
import { isTransactionPooler } from "../connection/pooler";
import { durableCommit } from "../ledger/ledger-sql";

export { RUNNER_LOCK };

export interface RunSettings {
  /** How long a statement waits for a lock before it is undone and tried again; default 3 s. */
  lockTimeoutMs?: number;
  /** 0: no limit (default). */
  statementTimeoutMs?: number;
  /** Tries of a migration that waits for a lock; default 10. */
  attempts?: number;
  /** How long to wait for another runner; default 60 s. */
  lockWaitMs?: number;
  /** How long a target that was lost in mid-run may stay away before the outcome is in doubt; default 30 s. */
  settleMs?: number;
  /** `statements`: an event per statement, at a round trip each; default when there is an onEvent. */
  detail?: "statements" | "migrations";
}

export type Settings = Required<RunSettings>;

export function completeSettings(settings: RunSettings | undefined, hasListener: boolean): Settings {
  return {
    lockTimeoutMs: settings?.lockTimeoutMs ?? 3000,
    statementTimeoutMs: settings?.statementTimeoutMs ?? 0,
    attempts: Math.max(1, settings?.attempts ?? 10),
    lockWaitMs: settings?.lockWaitMs ?? 60_000,
    settleMs: settings?.settleMs ?? 30_000,
    detail: settings?.detail ?? (hasListener ? "statements" : "migrations"),
  };
}

/** The session that runs the scripts, and one beside it that watches, cancels and asks who blocks. */
export interface RunnerSession {
  client: pg.Client;
  monitor: pg.Client;
  pid: number;
  backendStart: string;
}

/** Settings of the session, as SQL statements; also what is set again after a script changed some. */
export function sessionSettings(settings: Settings): string[] {
  return [
    `SET lock_timeout = ${settings.lockTimeoutMs}`,
    `SET statement_timeout = ${settings.statementTimeoutMs}`,
    // As scripts were read here, whatever the role or the database says.
    "SET standard_conforming_strings = on",
    "SET idle_in_transaction_session_timeout = 0",
    "SET idle_session_timeout = 0",
    durableCommit("session"),
    // Since 17; a limit of the role or the database for ordinary work is not meant for migrations.
    "SELECT pg_catalog.set_config('transaction_timeout', '0', false) WHERE pg_catalog.current_setting('server_version_num')::int >= 170000",
    // To a role that is called like the ledger's schema, "$user" would be that schema: its tables belong elsewhere.
    `SELECT pg_catalog.set_config('search_path', pg_catalog.regexp_replace(pg_catalog.current_setting('search_path'), '"\\$user"\\s*,?\\s*', ''), false) WHERE current_user = 'dbmigrator'`,
    // A client that was killed is noticed in half a second, not when the statement ends. Where the system cannot
    // tell, the server refuses any value but 0, and this leaves it at that.
    "SELECT pg_catalog.set_config('client_connection_check_interval', '500', false) WHERE pg_catalog.version() ~* 'linux|darwin|bsd'",
  ];
}

/** Undoes whatever a script did to its session. Not DISCARD ALL: it would drop the runner's lock. */
export function resetStatements(settings: Settings): string[] {
  return [
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ALL",
    ...sessionSettings(settings),
    "CLOSE ALL",
    "DEALLOCATE ALL",
    "UNLISTEN *",
    "DISCARD TEMP",
    "DISCARD SEQUENCES",
  ];
}

/**
 * Prepares a connection for running scripts and opens the one beside it.
 * @throws DomainError target.read_only, target.pooler and those of openConnection
 */
export async function prepareSession(
  client: pg.Client,
  spec: ConnectionSpec,
  settings: Settings,
  options: ConnectOptions,
): Promise<RunnerSession> {
  const watching = openConnection({ ...spec, applicationName: "dbmigrator monitor" }, options);
  watching.catch(() => {});
  const setup = `${sessionSettings(settings).join("; ")};
    SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('transaction_read_only') AS readonly,
      pg_catalog.pg_is_in_recovery() AS standby,
      (SELECT backend_start::text FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()) AS start`;
  let monitor: pg.Client | undefined;
  try {
    const replies = (await client.query(setup)) as unknown as pg.QueryResult[];
    const row = replies.at(-1)?.rows[0] as {
      pid: number;
      readonly: string;
      standby: boolean;
      start: string | null;
    };
    if (row.readonly === "on" || row.standby) throw targetError("readOnly", spec);
    monitor = await watching;
    if (await isTransactionPooler(client, monitor)) throw targetError("pooler", spec);
    // It is idle while a statement runs, and must be there when that one is to be cancelled.
    monitor.query("SET idle_session_timeout = 0; SET statement_timeout = 0").catch(() => {});
    return { client, monitor, pid: row.pid, backendStart: row.start ?? "" };
  } catch (error) {
    (await (monitor ?? watching.catch(() => undefined)))?.end().catch(() => {});
    throw error;
  }
}

const HOLDER = `SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state,
    pg_catalog.date_part('epoch', pg_catalog.now() - a.backend_start)::int AS "sinceSeconds", NULL AS query,
    NULL AS relation, l.mode
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = ${RUNNER_LOCK}`;

/** Who runs migrations on this target now; null: nobody. For `status`, health and messages. */
export async function readLockHolder(client: pg.Client): Promise<Blocker | null> {
  const found = await client.query<Blocker>(HOLDER);
  return found.rows[0] ?? null;
}

/**
 * Takes the runner's lock by asking again and again: a session that waits for it inside PostgreSQL would deadlock
 * with CREATE INDEX CONCURRENTLY of the one that holds it.
 * @returns milliseconds waited
 * @throws DomainError lock_timeout (exit code 4) when it was not free in time, with its holder
 */
export async function acquireRunnerLock(
  client: pg.Client,
  waitMs: number,
  onEvent: (event: RunEvent) => void,
  signal?: AbortSignal,
): Promise<number> {
  const start = performance.now();
  for (let turn = 0; ; turn++) {
    const got = await client.query<{ got: boolean }>(
      `SELECT pg_catalog.pg_try_advisory_lock(${RUNNER_LOCK}) AS got`,
    );
    const waitedMs = Math.round(performance.now() - start);
    if (got.rows[0]?.got) {
      onEvent({ type: "lock.acquired", waitedMs });
      return waitedMs;
    }
    signal?.throwIfAborted();
    const holder = await readLockHolder(client);
    if (turn % 10 === 0) onEvent({ type: "lock.wait", holder, waitedMs });
    if (waitedMs >= waitMs) throw lockTimeout(holder, waitedMs);
    await pause(Math.min(100 + Math.random() * 200, Math.max(20, waitMs - waitedMs)), signal);
  }
}

function lockTimeout(holder: Blocker | null, waitedMs: number): DomainError {
  const who = holder
    ? ` ${holder.user ?? "Somebody"} (${holder.application ?? "unknown"}, process ${holder.pid}) holds it.`
    : "";
  const message = `Another runner is at work on this target; its lock was not free after ${Math.round(waitedMs / 1000)} s.${who}`;
  return new DomainError("lock_timeout", "run.lock_timeout", message, {
    details: { holder, waitedMs },
    hint: "Wait for it, or look at that session before you end it.",
  });
}

/** @throws the signal's reason when it is aborted meanwhile */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
