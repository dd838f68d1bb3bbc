import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedMajor, startEmbedded } from "../lib/postgres/embedded/embedded";

/** A PostgreSQL server that is nobody's but the test's: what a team would bring. */
export interface OwnServer {
  spec: { host: string; port: number; user: string; password: string };
  createDatabase(name: string): Promise<void>;
  connect(database: string): Promise<pg.Client>;
  stop(): Promise<void>;
}

export async function startOwnServer(major: EmbeddedMajor): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), "dbmigrator-own-"));
  // Open to the server's user, or root's server would keep its data elsewhere.
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataDir: folder, major, disposable: true });
  const { host, port, user, password } = server.spec;
  const connect = async (database: string) => {
    const client = new pg.Client({ host, port, user, password, database });
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  return {
    spec: { host, port, user, password },
    connect,
    async createDatabase(name) {
      const client = await connect("postgres");
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`);
      await client.end();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
