import { createHmac } from "node:crypto";
import pg from "pg";
import { env } from "../../env";
import type { EmbeddedServer } from "../../postgres/embedded/embedded";
import { DEMO_ENVIRONMENTS, DEMO_SERVICES, databaseName } from "./plan";

export const DEMO_ROLE = "demo";

/** The same at every attempt, so that an interrupted seed goes on with the targets it had made. */
export function demoPassword(): string {
  return createHmac("sha256", env().DBMIGRATOR_SECRET ?? "")
    .update("role of the demo databases")
    .digest("base64url");
}

/** Databases of the demo on the embedded server, owned by a role without any right in others. */
export async function makeDemoDatabases(server: EmbeddedServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const role = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [DEMO_ROLE]);
    if (!role.rowCount) await client.query(`CREATE ROLE ${DEMO_ROLE} LOGIN`);
    // It may make databases, so that a backup can be restored beside the live one and swapped.
    await client.query(`ALTER ROLE ${DEMO_ROLE} CREATEDB PASSWORD ${pg.escapeLiteral(demoPassword())}`);
    for (const service of DEMO_SERVICES) {
      for (const environment of DEMO_ENVIRONMENTS) {
        const name = databaseName(service.name, environment.name);
        const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
        if (found.rowCount) continue;
        await client.query(`CREATE DATABASE ${name} OWNER ${DEMO_ROLE}`);
        await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
      }
    }
    // The demo's role must not look into the metadata store next door.
    await client.query("REVOKE CONNECT ON DATABASE dbmigrator FROM PUBLIC");
  } finally {
    await client.end();
  }
}
