import pg from "pg";
import type { BackupNote } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import type { RestoreEntry } from "../dump-entries";

/** One statement's locks stay until its transaction ends; a larger batch could exhaust max_locks_per_transaction. */
const BATCH = 200;

/** What only a superuser may make, and what a database works without; a note says that it is missing. */
const MAY_FAIL = new Set(["SECURITY LABEL", "EVENT TRIGGER", "PROCEDURAL LANGUAGE"]);

export interface RunEntriesOptions {
  /** Inside of a transaction of the caller: each batch is then a savepoint. */
  nested: boolean;
  /** Of a part of a database: what needs more of it than there is may fail. */
  apart?: boolean;
  onStep?: (done: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Runs the entries of a dump in their order, many a message.
 * @returns what could not be made and is not needed
 * @throws DomainError restore.statement_failed with the object's name; the signal's reason
 */
export async function runEntries(
  client: pg.Client,
  entries: readonly RestoreEntry[],
  options: RunEntriesOptions,
): Promise<BackupNote[]> {
  const notes: BackupNote[] = [];
  let settings = "";
  for (let at = 0; at < entries.length; at += BATCH) {
    options.signal?.throwIfAborted();
    const batch = entries.slice(at, at + BATCH);
    const before = settings;
    const text = batch.map((entry) => {
      const change = entry.settings === settings ? "" : entry.settings;
      settings = entry.settings;
      return change + entry.sql;
    });
    try {
      await once(client, text.join("\n"), options.nested);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      notes.push(...(await oneByOne(client, batch, before, options)));
    }
    options.onStep?.(batch.length);
  }
  return notes;
}

/** A batch outside of a transaction is one by itself (docs: "Multiple Statements in a Simple Query"). */
async function once(client: pg.Client, sql: string, nested: boolean): Promise<void> {
  if (!nested) {
    await client.query(sql);
    return;
  }
  await client.query("SAVEPOINT entries");
  try {
    await client.query(sql);
    await client.query("RELEASE SAVEPOINT entries");
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT entries");
    throw error;
  }
}

async function oneByOne(
  client: pg.Client,
  batch: readonly RestoreEntry[],
  settings: string,
  { nested, apart = false }: RunEntriesOptions,
): Promise<BackupNote[]> {
  const notes: BackupNote[] = [];
  if (settings !== "") await client.query(settings);
  for (const entry of batch) {
    try {
      await once(client, entry.settings + entry.sql, nested);
    } catch (error) {
      const known = error instanceof pg.DatabaseError;
      if (!known || !(mayFail(entry) || (apart && isBeside(entry, error))))
        throw statementFailed(entry, error);
      notes.push(notRestored(entry, error));
    }
  }
  return notes;
}

const HOLDS_ROWS = new Set(["TABLE", "SEQUENCE", "INDEX", "CONSTRAINT"]);

/**
 * A trigger, a default, a policy … of a table, for want of the function, the role or the like that it names; a
 * partition's place in a table that is not there, without which it holds its rows all the same.
 */
function isBeside(entry: RestoreEntry, error: pg.DatabaseError): boolean {
  return !HOLDS_ROWS.has(entry.type) && isLacking(error.code);
}

/** What is not there: a schema, a type or role, a function, a table (docs: "PostgreSQL Error Codes"). */
export function isLacking(sqlState: unknown): boolean {
  return ["3F000", "42704", "42883", "42P01"].includes(String(sqlState));
}

function mayFail(entry: RestoreEntry): boolean {
  if (entry.type === "COMMENT") return /^(EXTENSION|DATABASE|LANGUAGE) /.test(entry.name);
  return MAY_FAIL.has(entry.type);
}

function notRestored(entry: RestoreEntry, error: pg.DatabaseError): BackupNote {
  const type = entry.type.toLowerCase();
  return {
    code: "not_restored",
    params: { type, name: entry.name, reason: error.message },
    message: `Not restored: ${type} ${entry.name} (${error.message}).`,
  };
}

/** The server's refusal of one object. A lost connection is passed on as it is. */
export function statementFailed(
  entry: Pick<RestoreEntry, "type" | "name" | "schema">,
  error: unknown,
): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (/^(57P0|53)/.test(error.code ?? "")) return error;
  const object = `${entry.type.toLowerCase()} ${entry.name}`;
  // 42501: insufficient_privilege, whatever language the server speaks.
  const owner = error.code === "42501" ? "yes" : "no";
  return new DomainError(
    "target",
    "restore.statement_failed",
    `${object} was not restored: ${error.message}`,
    {
      details: {
        object,
        type: entry.type,
        name: entry.name,
        sqlState: error.code,
        reason: error.message,
        owner,
      },
      hint:
        owner === "yes"
          ? "Restore as a superuser or as a member of every role that owns something, or without owners."
          : "The server's own words say why; nothing that was there before has changed.",
      cause: error,
    },
  );
}
