import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { setEnv } from "../env";
import type { EmbeddedMajor, EmbeddedServer } from "../postgres/embedded/embedded";
import { migrateMetadata } from "../server/metadata";
import { projectRoot } from "../server/root";

export type TestServer = Pick<EmbeddedServer, "spec" | "url">;

export interface TestDatabase extends TestServer {
  name: string;
  /** Closes what is still connected and removes the database. */
  drop(): Promise<void>;
}

const known = new Map<EmbeddedMajor, Promise<TestServer>>();

/** The real PostgreSQL of this worker, as superuser; its test files come one by one and leave it as they found it. */
export function testServer(major: EmbeddedMajor = 18): Promise<TestServer> {
  const server = known.get(major) ?? askBroker(major);
  known.set(major, server);
  return server;
}

async function askBroker(major: EmbeddedMajor): Promise<TestServer> {
  const response = await fetch(`${inject("postgresBroker")}/${process.env.VITEST_POOL_ID}/${major}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as TestServer;
}

/** A new, empty database (or a copy of `template`) on the run's server. */
export async function testDatabase(
  options: { major?: EmbeddedMajor; template?: string } = {},
): Promise<TestDatabase> {
  const server = await testServer(options.major);
  const name = `t_${randomBytes(6).toString("hex")}`;
  await onServer(
    server,
    `CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(options.template ?? "template0")}`,
  );
  return {
    name,
    spec: { ...server.spec, database: name },
    url: databaseUrl(server, name),
    drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

const TEMPLATE = "metadata_template";
const TEMPLATE_LOCK = 7_126_900;

/**
 * A metadata store of this test file alone, migrated as at start. DATABASE_URL and DBMIGRATOR_SECRET are set, so
 * that lib/db and whatever rests on it work.
 */
export async function metadataDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  await ensureTemplate(server);
  const database = await testDatabase({ template: TEMPLATE });
  setEnv({ DATABASE_URL: database.url, DBMIGRATOR_SECRET: randomBytes(32).toString("base64") });
  return database;
}

/** Migrated once a run; other test files copy it, which takes milliseconds. */
async function ensureTemplate(server: TestServer): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [TEMPLATE]);
    if (found.rowCount) return;
    await client.query(`CREATE DATABASE ${TEMPLATE}_new`);
    await migrateMetadata(databaseUrl(server, `${TEMPLATE}_new`));
    await client.query(`ALTER DATABASE ${TEMPLATE}_new RENAME TO ${TEMPLATE}`);
  } finally {
    await client.end();
  }
}

/** Real projects' SQL, when this checkout has them beside it; null (skip with a note) elsewhere. */
export function corpus(path: string): string | null {
  const folder = resolve(projectRoot(), "..", "shared", "corpora", path);
  return existsSync(folder) ? folder : null;
}

function databaseUrl(server: TestServer, name: string): string {
  const url = new URL(server.url);
  url.pathname = join("/", name);
  return url.href;
}

async function onServer(server: TestServer, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
