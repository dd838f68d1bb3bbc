import { PrismaPg } from "@prisma/adapter-pg";
import { env } from "../env";
import { DomainError } from "../errors";
import { PrismaClient } from "./generated/client";

export type Db = PrismaClient;
/** Inside an interactive transaction. */
export type Tx = Parameters<Parameters<Db["$transaction"]>[0]>[0];

const store = globalThis as typeof globalThis & { dbmigratorStore?: { url: string; client: Db } };

/**
 * The one client of the metadata store in this process; of another store once DATABASE_URL names another.
 * @throws DomainError when DATABASE_URL is not set
 */
export function db(): Db {
  const url = env().DATABASE_URL;
  if (!url) throw new DomainError("precondition", "store.no_url", "DATABASE_URL is not set.");
  if (store.dbmigratorStore?.url !== url) {
    const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 10 }) });
    store.dbmigratorStore = { url, client };
  }
  return store.dbmigratorStore.client;
}
