import { DomainError } from "../../errors";
import type { ConnectionSpec, TlsMode } from "./connection-spec";

export interface ConnectionDefaults {
  user?: string;
  password?: string;
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…` or `Host=…;Port=…;Database=…;Username=…`.
 *
 * Written for this product instead of taken from the driver: there, parameters such as `sslrootcert` read files and
 * `host` sends the connection elsewhere. Only a known list is accepted here and the rest is refused by its name.
 * @throws DomainError validation, connection.invalid; its message never repeats the string, which may hold a password
 */
export function parseConnectionString(text: string, defaults: ConnectionDefaults = {}): ConnectionSpec {
  const trimmed = text.trim();
  const raw = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? readUrl(trimmed) : readPairs(trimmed);
  const user = raw.user || defaults.user;
  const password = raw.password ?? defaults.password;
  if (!raw.host)
    throw invalid("The connection has no host.", "Write Host=… or postgres://user@host/database.");
  if (!user)
    throw invalid("The connection has no user.", "Write Username=… or postgres://user@host/database.");
  if (!raw.database)
    throw invalid("The connection names no database.", "Write Database=… or postgres://user@host/database.");
  const spec: ConnectionSpec = {
    host: raw.host,
    port: readPort(raw.port),
    database: raw.database,
    user,
    tls: raw.tls ?? (isLocalHost(raw.host) ? "disable" : "verify-full"),
  };
  if (password !== undefined) spec.password = password;
  if (raw.applicationName) spec.applicationName = raw.applicationName;
  return spec;
}

interface RawConnection {
  host?: string;
  port?: string;
  database?: string;
  user?: string;
  password?: string;
  tls?: TlsMode;
  applicationName?: string;
}

function invalid(message: string, hint?: string): DomainError {
  return new DomainError("validation", "connection.invalid", message, hint ? { hint } : {});
}

/** Where no TLS is expected when nothing is said about it. */
export function isLocalHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host) || host.startsWith("/");
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 5432;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw invalid("The port is not a number from 1 to 65535.");
  return port;
}

const SSL_MODES: Record<string, TlsMode> = {
  disable: "disable",
  // What would silently fall back to plain text becomes a demand for TLS.
  allow: "require",
  prefer: "require",
  require: "require",
  "no-verify": "require",
  "verify-ca": "verify-ca",
  verifyca: "verify-ca",
  "verify-full": "verify-full",
  verifyfull: "verify-full",
};

function readSslMode(value: string): TlsMode {
  const mode = SSL_MODES[value.toLowerCase().replaceAll(" ", "")];
  if (!mode)
    throw invalid("The TLS mode is unknown.", "Known are: disable, require, verify-ca, verify-full.");
  return mode;
}

function readUrl(text: string): RawConnection {
  const match = /^postgres(?:ql)?:\/\/(.*)$/is.exec(text);
  if (!match) throw invalid("The connection is not a postgres:// URL.");
  // Passwords are pasted with / ? # in them: everything up to the last @ is who, the rest is where.
  const body = match[1] ?? "";
  const at = body.lastIndexOf("@");
  const who = at === -1 ? "" : body.slice(0, at);
  const where = /^(\[[^\]]*\]|[^/?#:]*)(?::([^/?#]*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(
    body.slice(at + 1),
  );
  if (!where) throw invalid("The connection is not a postgres:// URL.");
  const host = decode(where[1] ?? "").replace(/^\[|\]$/g, "");
  if (host.includes(","))
    throw invalid("The connection names several hosts.", "Name the one that takes writes.");
  const colon = who.indexOf(":");
  const raw: RawConnection = { host, database: decode(where[3] ?? "") };
  raw.user = decode(colon === -1 ? who : who.slice(0, colon));
  if (where[2] !== undefined) raw.port = where[2];
  if (colon !== -1) raw.password = decode(who.slice(colon + 1));
  for (const pair of (where[4] ?? "").split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    readUrlParameter(raw, key, equals === -1 ? "" : decode(pair.slice(equals + 1)));
  }
  return raw;
}

function readUrlParameter(raw: RawConnection, key: string, value: string): void {
  switch (key.toLowerCase()) {
    case "sslmode":
      raw.tls = readSslMode(value);
      return;
    case "application_name":
      raw.applicationName = value.slice(0, 63);
      return;
    // Accepted and without effect: SCRAM is negotiated, our own time limit holds, and public is the default.
    case "channel_binding":
    case "connect_timeout":
      return;
    case "schema":
      if (value === "public") return;
  }
  const hint =
    key.toLowerCase() === "sslrootcert"
      ? "Give the certificate itself (in the target's settings, or as `ca` in dbmigrator.json), not a file's name."
      : "Accepted are: sslmode, application_name, connect_timeout, channel_binding.";
  throw invalid(`The parameter ${key.slice(0, 40)} of the connection is not accepted.`, hint);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a password with a bare %
  }
}

const KEYS: Record<string, keyof RawConnection | "trust" | "ignored"> = {
  host: "host",
  server: "host",
  datasource: "host",
  port: "port",
  database: "database",
  initialcatalog: "database",
  db: "database",
  username: "user",
  userid: "user",
  user: "user",
  uid: "user",
  password: "password",
  pwd: "password",
  sslmode: "tls",
  applicationname: "applicationName",
  trustservercertificate: "trust",
  // Of the .NET driver's pool and clock: nothing that concerns us.
  timeout: "ignored",
  commandtimeout: "ignored",
  pooling: "ignored",
  minimumpoolsize: "ignored",
  maximumpoolsize: "ignored",
  keepalive: "ignored",
  includeerrordetail: "ignored",
};

function readPairs(text: string): RawConnection {
  const raw: RawConnection = {};
  let trust = false;
  for (const { key, value } of splitPairs(text)) {
    const field = KEYS[key.toLowerCase().replace(/[\s_]/g, "")];
    if (field === undefined) {
      throw invalid(
        `The key ${key.slice(0, 40)} of the connection is not accepted.`,
        "Accepted are: Host, Port, Database, Username, Password, SSL Mode, Trust Server Certificate, Application Name.",
      );
    }
    if (field === "ignored") continue;
    if (field === "trust") trust = value.toLowerCase() === "true";
    else if (field === "tls") raw.tls = readSslMode(value);
    else raw[field] = value;
  }
  if (trust && raw.tls !== "disable") raw.tls = "require";
  return raw;
}

/** `Key=value;Key="with ; inside"`; quotes are doubled inside quotes, as in ADO.NET. */
function splitPairs(text: string): { key: string; value: string }[] {
  const pairs: { key: string; value: string }[] = [];
  const pattern = /\s*([^=;]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;]*?))\s*(?:;|$)/y;
  let position = 0;
  while (position < text.length) {
    if (/^[\s;]*$/.test(text.slice(position))) break;
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (!match)
      throw invalid("The connection is neither a postgres:// URL nor of the form Host=…;Database=….");
    const value = match[2]?.replaceAll('""', '"') ?? match[3]?.replaceAll("''", "'") ?? match[4] ?? "";
    pairs.push({ key: match[1] ?? "", value });
    position = pattern.lastIndex;
  }
  if (pairs.length === 0) throw invalid("The connection is empty.");
  return pairs;
}
