import { env } from "../../env";
import { type ConnectionSpec, parseConnectionString } from "../../postgres/connection/connect";

/** The server that is there for scratch copies, when this installation has one; to be spread into a dry run's options. */
export function shadowServer(): { embedded?: ConnectionSpec } {
  const url = env().DBMIGRATOR_SHADOW_URL;
  return url ? { embedded: parseConnectionString(url) } : {};
}
