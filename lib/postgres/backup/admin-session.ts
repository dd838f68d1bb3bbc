import pg from "pg";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../connection/connect";
import type { ConnectionSpec } from "../connection/connection-spec";

/** Databases that are there on most servers and that nobody works in. */
const USUAL = ["postgres", "template1"];

/**
 * A session on the server of `spec` in another database than `avoid`: neither can be renamed from within. When the
 * usual ones are closed to the role, any other that it may connect to.
 * @throws DomainError restore.no_maintenance_database; those of openConnection when the server itself refuses
 */
export async function openAdmin(spec: ConnectionSpec, avoid: readonly string[]): Promise<pg.Client> {
  const tried = new Set(avoid);
  let failure: unknown;
  for (const database of USUAL.filter((name) => !tried.has(name))) {
    tried.add(database);
    try {
      return await openIn(spec, database);
    } catch (error) {
      if (!isAboutDatabase(error)) throw error;
      failure = error;
    }
  }
  for (const database of await otherDatabases(spec)) {
    if (tried.has(database)) continue;
    try {
      return await openIn(spec, database);
    } catch (error) {
      if (!isAboutDatabase(error)) throw error;
      failure = error;
    }
  }
  throw new DomainError(
    "target",
    "restore.no_maintenance_database",
    `The role ${spec.user} may not connect to any database but ${spec.database}.`,
    {
      details: { user: spec.user, database: spec.database },
      hint: "Databases are renamed from another one: let the role connect to postgres.",
      cause: failure,
    },
  );
}

function openIn(spec: ConnectionSpec, database: string): Promise<pg.Client> {
  return openConnection({ ...spec, database, applicationName: "dbmigrator-restore" });
}

/** The database is not there or closed to the role; everything else is true of the server. */
function isAboutDatabase(error: unknown): boolean {
  return (
    error instanceof DomainError &&
    ["target.no_database", "target.not_allowed", "target.refused"].includes(error.code)
  );
}

async function otherDatabases(spec: ConnectionSpec): Promise<string[]> {
  let client: pg.Client;
  try {
    client = await openConnection({ ...spec, applicationName: "dbmigrator-restore" });
  } catch (error) {
    if (isAboutDatabase(error)) return [];
    throw error;
  }
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT datname::text AS name FROM pg_database
        WHERE datallowconn AND has_database_privilege(oid, 'CONNECT') ORDER BY datname`,
    );
    return rows.map((row) => row.name);
  } finally {
    await closeConnection(client);
  }
}

export async function databaseExists(admin: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  return (rowCount ?? 0) > 0;
}

/** Whether the role may make a database and, being in one, rename that. @param replace the current one is replaced */
export async function canCreateDatabase(client: pg.Client, replace: boolean): Promise<boolean> {
  const { rows } = await client.query<{ can: boolean }>(
    `SELECT r.rolsuper OR (r.rolcreatedb AND (NOT $1 OR pg_has_role(d.datdba, 'MEMBER'))) AS can
       FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`,
    [replace],
  );
  return rows[0]?.can ?? false;
}

export const isDatabaseError = (error: unknown, ...codes: string[]): boolean =>
  error instanceof pg.DatabaseError && codes.includes(error.code ?? "");
