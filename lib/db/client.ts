import { PrismaPg } from "@prisma/adapter-pg";
import { env } from "../env";
import { DomainError } from "../errors";
import { PrismaClient } from "./generated/client";

export type Db = PrismaClient;
/** Inside an interactive transaction. */
export type Tx = Parameters<Parameters<Db["$transaction"]>[0]>[0];

const store = globalThis as typeof globalThis & { dbmigratorPrisma?: Db };

/** The one client of the metadata store in this process. @throws DomainError when DATABASE_URL is not set */
export function db(): Db {
  if (store.dbmigratorPrisma) return store.dbmigratorPrisma;
  const url = env().DATABASE_URL;
  if (!url) throw new DomainError("precondition", "store.no_url", "DATABASE_URL is not set.");
  store.dbmigratorPrisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 10 }) });
  return store.dbmigratorPrisma;
}
