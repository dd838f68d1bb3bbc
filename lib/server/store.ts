import { join } from "node:path";
import pg from "pg";
import { env, setEnv } from "../env";
import { DomainError } from "../errors";
import { type EmbeddedServer, startEmbedded } from "../postgres/embedded/embedded";
import { dataFolder, readSecret } from "./data-folder";
import { migrateMetadata } from "./metadata";

export interface Store {
  /** The server that npm brought; null with a DATABASE_URL of one's own. */
  embedded: EmbeddedServer | null;
  folder: string;
  /** Metadata migrations applied by this start. */
  migrated: string[];
  close(): Promise<void>;
}

const DATABASE = "dbmigrator";

/**
 * Makes the metadata store ready: data folder, key, embedded server unless DATABASE_URL is set, schema. Afterwards
 * DATABASE_URL and DBMIGRATOR_SECRET are set in this process.
 */
export async function openStore(): Promise<Store> {
  const folder = await dataFolder();
  setEnv({ DBMIGRATOR_DATA: folder, DBMIGRATOR_SECRET: await readSecret(folder) });
  const embedded = env().DATABASE_URL ? null : await startEmbedded({ dataDir: join(folder, "postgres") });
  try {
    if (embedded)
      setEnv({ DATABASE_URL: await ensureDatabase(embedded), DBMIGRATOR_SHADOW_URL: embedded.url });
    const migrated = await migrateMetadata(env().DATABASE_URL ?? "").catch((error) =>
      throwWithSetting(error, embedded),
    );
    const shadows = await startShadows(folder);
    const close = async () => {
      await shadows?.stop();
      await embedded?.stop();
    };
    return { embedded, folder, migrated, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** With a store of one's own, changes are still tried on a server of ours, unless another one is named for it. */
async function startShadows(folder: string): Promise<EmbeddedServer | null> {
  if (env().DBMIGRATOR_SHADOW_URL) return null;
  try {
    const server = await startEmbedded({ dataDir: join(folder, "shadow") });
    setEnv({ DBMIGRATOR_SHADOW_URL: server.url });
    return server;
  } catch (error) {
    const why = (error as Error).message;
    console.error(`DBMigrator: changes are tried only where a target's role may create databases: ${why}`);
    return null;
  }
}

/** Says which setting names the store that failed, without its value. */
function throwWithSetting(error: unknown, embedded: EmbeddedServer | null): never {
  if (embedded || !(error instanceof DomainError)) throw error;
  const { kind, code, message, hint, details } = error;
  throw new DomainError(kind, code, `DATABASE_URL: ${message}`, {
    details,
    ...(hint ? { hint } : {}),
    cause: error,
  });
}

async function ensureDatabase(server: EmbeddedServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (!found.rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(server.url);
  url.pathname = `/${DATABASE}`;
  return url.href;
}
