import { type ConnectionSpec, closeConnection, openConnection } from "./connection/connect";

/**
 * Whether a database has any table, materialized view or sequence besides our own (pg_class). One that has none
 * holds nothing that a script could destroy, whatever it drops of what it made itself.
 * @throws DomainError of openConnection
 */
export async function holdsData(
  spec: ConnectionSpec,
  options: { guardAddresses?: boolean } = {},
): Promise<boolean> {
  const client = await openConnection({ ...spec, applicationName: "dbmigrator check" }, options);
  try {
    const { rows } = await client.query<{ holds: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm', 'f', 'S') AND n.nspname !~ '^pg_'
           AND n.nspname NOT IN ('information_schema', 'dbmigrator')) AS holds`,
    );
    return rows[0]?.holds ?? true;
  } finally {
    await closeConnection(client);
  }
}
