import pg from "pg";
import type { EmbeddedServer } from "../../lib/postgres/embedded/embedded";

const NAME = "corpus_case";
/** Roles that the cases expect to be there, as on the machines that they were written on. */
const GIVEN_ROLES = ["test"];

export async function connect(server: EmbeddedServer, database = NAME): Promise<pg.Client> {
  const { host, port, user, password } = server.spec;
  const client = new pg.Client({ host, port, user, password, database });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** An empty database and no roles but the given ones. */
export async function resetCase(server: EmbeddedServer): Promise<void> {
  const admin = await connect(server, "postgres");
  try {
    await dropSubscriptions(server, admin);
    await admin.query(`DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`);
    const roles = await admin.query<{ name: string }>(
      "SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid >= 16384 AND rolname <> ALL ($1)",
      [GIVEN_ROLES],
    );
    for (const { name } of roles.rows) await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    for (const role of GIVEN_ROLES) await ensureRole(admin, role, "SUPERUSER");
    await admin.query(`CREATE DATABASE ${NAME} TEMPLATE template0`);
  } finally {
    await admin.end();
  }
}

/** A subscription with a slot name cannot be dropped with its database. */
async function dropSubscriptions(server: EmbeddedServer, admin: pg.Client): Promise<void> {
  const found = await admin.query(
    "SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1",
    [NAME],
  );
  if (!found.rowCount) return;
  const client = await connect(server);
  const { rows } = await client.query<{ name: string }>(
    "SELECT quote_ident(subname) AS name FROM pg_subscription",
  );
  for (const { name } of rows) {
    await client.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
    await client.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await client.query(`DROP SUBSCRIPTION ${name}`);
  }
  await client.end();
}

async function ensureRole(client: pg.Client, name: string, options = ""): Promise<void> {
  const found = await client.query("SELECT 1 FROM pg_roles WHERE quote_ident(rolname) = $1", [name]);
  if (!found.rowCount) await client.query(`CREATE ROLE ${name} ${options}`);
}

/** Roles belong to the cluster and not to the schema: those of the wanted side are given to the other. */
export async function copyRoles(from: pg.Client, to: pg.Client): Promise<void> {
  const { rows } = await from.query<{ name: string }>(
    "SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid >= 16384",
  );
  for (const { name } of rows) await ensureRole(to, name);
}
