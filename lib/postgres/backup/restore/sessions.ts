import type pg from "pg";
import { closeConnection, openConnection, serverMajor, streamOf } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";

/**
 * As pg_dump's own header sets them, and no waiting for the disk at each commit: whoever uses the database later
 * gets it after a commit that does wait.
 */
const SETTINGS = [
  "statement_timeout = 0",
  "lock_timeout = 0",
  "idle_in_transaction_session_timeout = 0",
  "client_encoding = 'UTF8'",
  "standard_conforming_strings = on",
  "check_function_bodies = false",
  "xmloption = content",
  "client_min_messages = warning",
  "row_security = off",
  // As the rows were written, whatever the database or the role says: NULL in arrays, and which day comes first.
  "array_nulls = on",
  "transform_null_equals = off",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = postgres",
  // It would be kept in the options of dictionaries.
  "quote_all_identifiers = off",
  "synchronous_commit = off",
  "default_transaction_read_only = off",
];

/** A session that writes what an archive holds. */
export async function openRestorer(spec: ConnectionSpec): Promise<pg.Client> {
  const client = await openConnection({ ...spec, applicationName: "dbmigrator-restore" });
  const newer = serverMajor(client) >= 17 ? ["transaction_timeout = 0"] : [];
  await client.query(
    `${[...SETTINGS, ...newer].map((setting) => `SET ${setting};`).join(" ")} SELECT pg_catalog.set_config('search_path', '', false)`,
  );
  return client;
}

/** Opens sessions, cuts them when the signal says so, and closes them in any case. */
export async function withRestorers<T>(
  spec: ConnectionSpec,
  count: number,
  signal: AbortSignal | undefined,
  work: (clients: [pg.Client, ...pg.Client[]]) => Promise<T>,
): Promise<T> {
  const clients: pg.Client[] = [];
  const cut = () => {
    for (const client of clients) streamOf(client).destroy();
  };
  signal?.throwIfAborted();
  signal?.addEventListener("abort", cut, { once: true });
  try {
    for (let at = 0; at < count; at += 1) clients.push(await openRestorer(spec));
    return await work(clients as [pg.Client, ...pg.Client[]]);
  } finally {
    signal?.removeEventListener("abort", cut);
    await Promise.all(clients.map(closeConnection));
  }
}
