import { DomainError } from "../../errors";
import type { ConnectionSpec } from "./connection-spec";

interface Cause {
  code: string;
  message: (spec: ConnectionSpec, text: string) => string;
  hint: string;
}

const at = (spec: ConnectionSpec) => `${spec.host}:${spec.port}`;

const CAUSES = {
  away: {
    code: "target.away",
    message: (spec) => `Nothing answers at ${at(spec)}.`,
    hint: "Check host and port, that PostgreSQL runs there, and that a firewall lets this machine through.",
  },
  timeout: {
    code: "target.timeout",
    message: (spec) => `${at(spec)} did not answer in time.`,
    hint: "A firewall that drops packets looks like this; check that this machine may connect.",
  },
  cut: {
    code: "target.connection_lost",
    message: (spec) => `The connection to ${at(spec)} was cut.`,
    hint: "The server was stopped, restarted, or ended the session. Look at its log.",
  },
  starting: {
    code: "target.starting",
    message: (spec) => `PostgreSQL at ${at(spec)} is starting or shutting down.`,
    hint: "Try again in a moment.",
  },
  password: {
    code: "target.password_refused",
    message: (spec) => `${at(spec)} refused the password of ${spec.user}.`,
    hint: "Check user and password; a role without LOGIN or with an expired password is refused in the same words.",
  },
  passwordMissing: {
    code: "target.password_missing",
    message: (spec) => `${at(spec)} asks for the password of ${spec.user}, and none was given.`,
    hint: "Set PGPASSWORD, or enter the password in the target's settings.",
  },
  noRole: {
    code: "target.no_role",
    message: (spec) => `There is no role ${spec.user} at ${at(spec)}.`,
    hint: "Check the user's name, or create the role.",
  },
  noDatabase: {
    code: "target.no_database",
    message: (spec) => `There is no database ${spec.database} at ${at(spec)}.`,
    hint: "Check the name (upper and lower case count), or create the database.",
  },
  notAllowed: {
    code: "target.not_allowed",
    message: (spec) => `${at(spec)} does not let ${spec.user} into ${spec.database} from this machine.`,
    hint: "The server's pg_hba.conf decides this: it needs a line for this user, database and address.",
  },
  noConnect: {
    code: "target.no_connect",
    message: (spec) => `${spec.user} may not connect to the database ${spec.database} at ${at(spec)}.`,
    hint: "Grant it: GRANT CONNECT ON DATABASE … TO …, as the database's owner.",
  },
  tlsRequired: {
    code: "target.tls_required",
    message: (spec) => `${at(spec)} only accepts encrypted connections.`,
    hint: "Set the TLS mode to verify-full, or to require.",
  },
  tlsRefused: {
    code: "target.tls_refused",
    message: (spec) => `${at(spec)} does not offer TLS.`,
    hint: "Turn TLS on at the server, or set the TLS mode to disable when the network is trusted.",
  },
  expired: {
    code: "target.certificate_expired",
    message: (spec) => `The certificate of ${at(spec)} has expired.`,
    hint: "Renew the server's certificate. Until then, TLS mode require encrypts without checking it.",
  },
  notYet: {
    code: "target.certificate_not_yet_valid",
    message: (spec) => `The certificate of ${at(spec)} is not valid yet.`,
    hint: "Compare the clocks of this machine and of the one that made the certificate.",
  },
  unknownIssuer: {
    code: "target.certificate_unknown",
    message: (spec) => `The certificate of ${at(spec)} is signed by nobody who is trusted here.`,
    hint: "Give the certificate of its authority (CA), or use TLS mode require, which encrypts without checking.",
  },
  wrongHost: {
    code: "target.certificate_wrong_host",
    message: (spec) => `The certificate of ${at(spec)} was made for another host name.`,
    hint: "Connect by the name in the certificate, or use TLS mode verify-ca, which does not compare names.",
  },
  tls: {
    code: "target.tls_failed",
    message: (spec) => `TLS with ${at(spec)} could not be agreed on.`,
    hint: "Check that PostgreSQL itself listens there, and which TLS versions it accepts.",
  },
  tooMany: {
    code: "target.too_many_connections",
    message: (spec) => `${at(spec)} has no free connection.`,
    hint: "Close idle sessions, or raise max_connections (or the role's connection limit).",
  },
  memory: {
    code: "target.out_of_memory",
    message: (spec) => `PostgreSQL at ${at(spec)} is out of memory.`,
    hint: "See the server's log; lower work_mem or add memory.",
  },
  disk: {
    code: "target.disk_full",
    message: (spec) => `The disk of ${at(spec)} is full.`,
    hint: "Free space on the server before anything else.",
  },
  pooler: {
    code: "target.pooler",
    message: (spec) =>
      `${at(spec)} is a connection pooler that hands out another session for every transaction.`,
    hint: "Use PostgreSQL's direct address: locks and settings of a session do not hold through such a pooler.",
  },
  readOnly: {
    code: "target.read_only",
    message: (spec) => `${spec.database} at ${at(spec)} is read-only.`,
    hint: "Connect to the primary, or look at default_transaction_read_only of the role and the database.",
  },
  notPostgres: {
    code: "target.not_postgres",
    message: (spec) => `What answers at ${at(spec)} does not speak PostgreSQL's protocol.`,
    hint: "Check the port.",
  },
  refused: {
    code: "target.refused",
    message: (spec, text) => `${at(spec)} refused the connection: ${text}`,
    hint: "See the server's log for more.",
  },
} satisfies Record<string, Cause>;

export type ConnectCause = keyof typeof CAUSES;

/** One of the known causes as an error. */
export function targetError(name: ConnectCause, spec: ConnectionSpec, cause?: unknown): DomainError {
  const found: Cause = CAUSES[name];
  const text = cause instanceof Error ? cause.message : "";
  const details = {
    host: spec.host,
    port: spec.port,
    database: spec.database,
    user: spec.user,
    reason: text,
  };
  const direct = name === "pooler" ? directAddress(spec) : null;
  return new DomainError("target", found.code, found.message(spec, text), {
    details: direct ? { ...details, ...direct } : details,
    hint: (direct && directHint(direct)) ?? found.hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Where the server itself is, as far as the address of a provider's pooler tells. */
interface DirectAddress {
  direct: "host" | "port" | "unknown";
  directHost: string;
}

function directAddress({ host, port }: ConnectionSpec): DirectAddress {
  if (host.includes("-pooler.")) return { direct: "host", directHost: host.replace("-pooler.", ".") };
  return { direct: port === 6543 ? "port" : "unknown", directHost: host };
}

function directHint({ direct, directHost }: DirectAddress): string | null {
  if (direct === "host") return `Use the direct address: ${directHost}.`;
  return direct === "port" ? "Use the direct connection: port 5432." : null;
}

/** By SQLSTATE (documentation: "PostgreSQL Error Codes"). */
const BY_STATE: Record<string, ConnectCause> = {
  "28P01": "password",
  "3D000": "noDatabase",
  "42501": "noConnect",
  "53300": "tooMany",
  "53200": "memory",
  "53100": "disk",
  "57P03": "starting",
  "57P01": "cut",
  "57P02": "cut",
  "57P05": "cut",
  "25006": "readOnly",
};

/** By the code of Node's network and TLS errors. */
const BY_CODE: Record<string, ConnectCause> = {
  ECONNREFUSED: "away",
  EHOSTUNREACH: "away",
  ENETUNREACH: "away",
  EADDRNOTAVAIL: "away",
  EHOSTDOWN: "away",
  ENOENT: "away",
  EACCES: "away",
  ETIMEDOUT: "timeout",
  ECONNRESET: "cut",
  EPIPE: "cut",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "notYet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknownIssuer",
  SELF_SIGNED_CERT_IN_CHAIN: "unknownIssuer",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknownIssuer",
  UNABLE_TO_GET_ISSUER_CERT: "unknownIssuer",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknownIssuer",
  CERT_UNTRUSTED: "unknownIssuer",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrongHost",
};

/** What a failure of node-postgres means; anything unknown keeps the server's own words. */
export function mapConnectError(error: unknown, spec: ConnectionSpec): DomainError {
  if (error instanceof DomainError) return error;
  return targetError(findCause(error), spec, error);
}

function findCause(error: unknown): ConnectCause {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (code === "28000") return causeOfRejection(message);
  const known = BY_STATE[code] ?? BY_CODE[code];
  if (known) return known;
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "tls";
  if (/timeout/i.test(message) && !code) return "timeout";
  if (/does not support SSL/i.test(message)) return "tlsRefused";
  if (/establishing an SSL/i.test(message)) return "notPostgres";
  if (/SASL.*password|password must be a string|no password/i.test(message)) return "passwordMissing";
  if (code === "08P01") return /startup parameter|unsupported/i.test(message) ? "pooler" : "notPostgres";
  if (/terminated unexpectedly|connection (ended|closed)|closed the connection|not queryable/i.test(message))
    return "cut";
  if (/unknown message|unexpected message|message code/i.test(message)) return "notPostgres";
  return "refused";
}

/** SQLSTATE 28000 covers an unknown role and every line of pg_hba.conf. */
function causeOfRejection(message: string): ConnectCause {
  if (/role ".*" does not exist/i.test(message)) return "noRole";
  if (/pg_hba\.conf/i.test(message) && /no encryption|SSL off/i.test(message)) return "tlsRequired";
  return "notAllowed";
}
