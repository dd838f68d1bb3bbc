import { scratchFromEnv } from "../env-cli";
import { parseConnectionString } from "../postgres/connection/connection-string";
import { type ScratchServer, startScratchServer } from "../postgres/embedded/scratch-server";

/** Where scripts are tried and replayed: the server of DBMIGRATOR_SHADOW_URL, else an embedded one of our own. */
export function scratchServer(): ScratchServer {
  const named = scratchFromEnv();
  if (named === undefined) return startScratchServer();
  return { start: async () => parseConnectionString(named), stop: async () => undefined };
}
