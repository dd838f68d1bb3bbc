import type { Socket } from "node:net";
import type { PeerCertificate } from "node:tls";
import pg from "pg";
import { DomainError } from "../../errors";
import { resolveHost } from "./address";
import { mapConnectError, targetError } from "./connect-errors";
import { type ConnectionSpec, describeSpec } from "./connection-spec";

export { isForbiddenAddress } from "./address";
export { mapConnectError } from "./connect-errors";
export { type ConnectionSpec, describeSpec, type TlsMode } from "./connection-spec";
export { type ConnectionDefaults, parseConnectionString } from "./connection-string";
export { probeTarget, type TargetProbe } from "./probe";

/** Oldest major version that targets may have. */
export const OLDEST_MAJOR = 14;

export interface ConnectOptions {
  /** Refuse link-local and metadata addresses and local sockets; always on the server. */
  guardAddresses?: boolean;
  /** Default 10 s, for all addresses of the host together. */
  connectTimeoutMs?: number;
}

/** A connected client that knows how it came to be, for the runner's second connection. */
export type TargetClient = pg.Client;

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "EHOSTDOWN",
]);

/**
 * Connects to a target. The name is resolved here, every address is checked, and the connection goes to a checked
 * address while TLS still compares the name.
 *
 * @throws DomainError of kind `target`, one code per cause, each with a hint
 */
export async function openConnection(spec: ConnectionSpec, options: ConnectOptions = {}): Promise<pg.Client> {
  const deadline = Date.now() + (options.connectTimeoutMs ?? 10_000);
  const addresses = await resolveHost(spec.host, options.guardAddresses ?? spec.guarded ?? false);
  let failure: unknown;
  for (const address of addresses) {
    const left = deadline - Date.now();
    if (left <= 0) break;
    const client = makeClient(spec, address, left);
    try {
      await client.connect();
      requireVersion(client, spec);
      return client;
    } catch (error) {
      // Also after a refusal: the socket would otherwise keep the process alive.
      client.end().catch(() => {});
      failure = error;
      if (!NETWORK_CODES.has((error as { code?: string }).code ?? "")) break;
    }
  }
  throw failure === undefined ? targetError("timeout", spec) : mapConnectError(failure, spec);
}

function makeClient(spec: ConnectionSpec, address: string, timeoutMs: number): pg.Client {
  const client = new pg.Client({
    host: address,
    port: spec.port,
    database: spec.database,
    user: spec.user,
    // A function: an empty value would send the driver to PGPASSWORD and to ~/.pgpass of the server's own user.
    password: () => spec.password as string,
    ssl: tlsOptions(spec),
    application_name: spec.applicationName ?? "dbmigrator",
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
  });
  // The driver also takes these from the environment of this process; a target is what its fields say.
  const parameters = (client as unknown as { connectionParameters: Record<string, unknown> })
    .connectionParameters;
  parameters.options = undefined;
  parameters.replication = undefined;
  // A session that ends while nobody waits for it must not end the process; the next query tells.
  client.on("error", () => {});
  collectServerVersion(client);
  return client;
}

function tlsOptions(spec: ConnectionSpec): false | pg.ClientConfig["ssl"] {
  if (spec.tls === "disable") return false;
  const isName = !/^[\d.]+$|:/.test(spec.host);
  return {
    rejectUnauthorized: spec.tls !== "require",
    ...(spec.ca ? { ca: spec.ca } : {}),
    ...(isName ? { servername: spec.host } : {}),
    // The socket goes to an address; the certificate is for the name.
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      // Asked for here: without TLS, a command of the command line need not load it.
      spec.tls === "verify-full"
        ? process.getBuiltinModule("node:tls").checkServerIdentity(spec.host, certificate)
        : undefined,
  };
}

const versions = new WeakMap<pg.Client, string>();

/** The server tells its version while connecting: no question of our own is needed. */
function collectServerVersion(client: pg.Client): void {
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on("parameterStatus", (message: { parameterName: string; parameterValue: string }) => {
    if (message.parameterName === "server_version") versions.set(client, message.parameterValue);
  });
}

/** "18.4", as the server calls itself, without the name of a distribution. */
export function serverVersion(client: pg.Client): string {
  return (versions.get(client) ?? "").split(" ")[0] ?? "";
}

/** 18 for "18.4" and for "18beta1"; 0 when unknown. */
export function serverMajor(client: pg.Client): number {
  return Number.parseInt(serverVersion(client), 10) || 0;
}

function requireVersion(client: pg.Client, spec: ConnectionSpec): void {
  const major = serverMajor(client);
  if (major === 0 || major >= OLDEST_MAJOR) return;
  throw new DomainError(
    "target",
    "target.too_old",
    `${describeSpec(spec)} runs PostgreSQL ${serverVersion(client)}; ${OLDEST_MAJOR} is the oldest that is supported.`,
    {
      details: { version: serverVersion(client), oldest: OLDEST_MAJOR },
      hint: `Upgrade the server to PostgreSQL ${OLDEST_MAJOR} or newer.`,
    },
  );
}

/** Ends a connection without waiting longer than a second for the server's goodbye. */
export async function closeConnection(client: pg.Client): Promise<void> {
  const ended = client.end().catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([ended, new Promise<void>((resolve) => (timer = setTimeout(resolve, 1000)))]);
  clearTimeout(timer);
  streamOf(client).destroy();
}

/** Ends a connection without waiting for the server's goodbye: the program may be over before. */
export function leaveConnection(client: pg.Client): void {
  client.end().catch(() => {});
  streamOf(client).unref();
}

/** The socket below a session: the driver gives no other way to cut it, or to let the program end beside it. */
export function streamOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
