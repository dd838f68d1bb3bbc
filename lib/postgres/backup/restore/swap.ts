import pg from "pg";
import { DomainError } from "../../../errors";
import { closeConnection } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";
import { databaseExists, isDatabaseError, openAdmin } from "../admin-session";
import { quoteName } from "../sql-text";
import { keptKind, keptName } from "./names";

export interface SwapOptions {
  spec: ConnectionSpec;
  /** The database that is replaced; its sessions are ended. */
  live: string;
  /** What takes its name. */
  fresh: string;
  /** Name under which the replaced one stays, closed to everybody; null: nothing is there that would be replaced. */
  keepAs: string | null;
  signal?: AbortSignal;
}

const ATTEMPTS = 5;
const PAUSE_MS = 100;

/**
 * Gives `fresh` the name of `live` and keeps `live` under another, both renames in one transaction: at any instant,
 * also when this process is killed, one of the two has the name. RENAME locks the name first, so that nobody new gets
 * in, and waits five seconds for those who are in; a second session ends these meanwhile.
 * @throws DomainError restore.sessions_remain, restore.name_taken, restore.database_gone, backup.not_allowed
 */
export async function swapDatabases(options: SwapOptions): Promise<void> {
  const { spec, live, fresh, keepAs } = options;
  const admin = await openAdmin(spec, [live, fresh]);
  try {
    const taken = keepAs ?? live;
    if (await databaseExists(admin, taken)) throw nameTaken(taken);
    for (const name of keepAs === null ? [fresh] : [fresh, live])
      if (!(await databaseExists(admin, name))) throw databaseGone(name);
    const others = await openAdmin(spec, [live, fresh]);
    try {
      for (let attempt = 1; ; attempt += 1) {
        options.signal?.throwIfAborted();
        if (await tryToSwap(admin, others, options, attempt === ATTEMPTS)) return;
      }
    } finally {
      await closeConnection(others);
    }
  } finally {
    await closeConnection(admin);
  }
}

/** @returns false when sessions remained and another attempt may succeed */
async function tryToSwap(
  admin: pg.Client,
  others: pg.Client,
  options: SwapOptions,
  isLast: boolean,
): Promise<boolean> {
  const { live, fresh, keepAs } = options;
  let done = false;
  const ending = (async () => {
    while (!done) {
      await endSessions(others, [live, fresh]);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  ending.catch(() => {});
  try {
    await admin.query("BEGIN");
    if (keepAs !== null)
      await admin.query(`ALTER DATABASE ${quoteName(live)} RENAME TO ${quoteName(keepAs)}`);
    await admin.query(`ALTER DATABASE ${quoteName(fresh)} RENAME TO ${quoteName(live)}`);
    if (keepAs !== null) await admin.query(`ALTER DATABASE ${quoteName(keepAs)} ALLOW_CONNECTIONS false`);
    // What was kept itself and takes its place again is closed until here.
    await admin.query(`ALTER DATABASE ${quoteName(live)} ALLOW_CONNECTIONS true`);
    await admin.query("COMMIT");
    return true;
  } catch (error) {
    await admin.query("ROLLBACK").catch(() => {});
    if (!(error instanceof pg.DatabaseError) && (await isSwapped(options))) return true;
    // 55006: being accessed by other users.
    if (!isDatabaseError(error, "55006")) throw error;
    if (isLast) throw await sessionsRemain(others, live, error);
    return false;
  } finally {
    done = true;
    await ending.catch(() => {});
  }
}

/**
 * As what `database` is kept when another one takes its name now: the first dated name from now on that no database
 * has, since names hold whole seconds and two swaps may fall into one.
 */
export async function freeKeptName(
  admin: pg.Client,
  database: string,
  what: "before" | "restored",
): Promise<string> {
  for (let at = Date.now(); ; at += 1000) {
    const name = keptName(database, new Date(at), what);
    if (!(await databaseExists(admin, name))) return name;
  }
}

/**
 * As what the live database is kept when `kept` takes its place again now.
 * @returns null where there is no live one any more
 * @throws DomainError those of openConnection
 */
export async function keptInStead(spec: ConnectionSpec, live: string, kept: string): Promise<string | null> {
  const admin = await openAdmin(spec, [live]);
  try {
    if (!(await databaseExists(admin, live))) return null;
    return await freeKeptName(admin, live, keptKind(kept) === "before" ? "restored" : "before");
  } finally {
    await closeConnection(admin);
  }
}

/**
 * Where the answer to COMMIT was lost, or whoever waited for it, the names tell whether it was done.
 * @throws DomainError those of openConnection
 */
export async function isSwapped({ spec, live, fresh, keepAs }: SwapOptions): Promise<boolean> {
  const client = await openAdmin(spec, [live, fresh, keepAs ?? live]);
  try {
    return (await databaseExists(client, keepAs ?? live)) && !(await databaseExists(client, fresh));
  } finally {
    await closeConnection(client);
  }
}

/** Those that the role may not end stay, and the rename then says so. */
export async function endSessions(admin: pg.Client, databases: readonly string[]): Promise<void> {
  await admin
    .query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = ANY ($1) AND pid <> pg_backend_pid()`,
      [databases],
    )
    .catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError)) throw error;
    });
}

async function sessionsRemain(admin: pg.Client, live: string, cause: unknown): Promise<DomainError> {
  const { rows } = await admin.query<{ who: string }>(
    `SELECT DISTINCT coalesce(usename, backend_type) || coalesce(' (' || nullif(application_name, '') || ')', '') AS who
       FROM pg_stat_activity WHERE datname = $1 ORDER BY 1 LIMIT 5`,
    [live],
  );
  const who = rows.map((row) => row.who).join(", ");
  return new DomainError(
    "conflict",
    "restore.sessions_remain",
    `Sessions in ${live} could not be ended: ${who}.`,
    {
      details: { database: live, sessions: who },
      hint: "Stop these programs, or grant the role pg_signal_backend; the database is as it was.",
      cause,
    },
  );
}

function databaseGone(name: string): DomainError {
  return new DomainError("conflict", "restore.database_gone", `There is no database ${name} any more.`, {
    details: { name },
    hint: "Somebody removed or renamed it on the server; nothing was changed.",
  });
}

function nameTaken(name: string): DomainError {
  return new DomainError("conflict", "restore.name_taken", `There is a database ${name} already.`, {
    details: { name },
    hint: "Choose another name, or remove that database.",
  });
}
