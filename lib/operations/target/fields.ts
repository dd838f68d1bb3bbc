import { z } from "zod";

export const TLS_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;

/** A name PostgreSQL takes: 1 to 63 bytes (NAMEDATALEN - 1), without NUL. */
const Identifier = z
  .string()
  .min(1)
  .refine((name) => new TextEncoder().encode(name).length <= 63, "at most 63 bytes")
  .refine((name) => !name.includes("\0"), "no NUL");

/** A host name or an address; a path would be a local socket, which a form must not open. */
const Host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_.:-]+$|^\[[0-9A-Fa-f:.]+\]$/, "a host name or an IP address, without scheme or port")
  // As an address bar has it; the name server knows no brackets.
  .overwrite((host) => host.replace(/^\[(.*)\]$/, "$1"));

const Timeout = z.number().int().min(100).max(86_400_000);

/** TargetSettings of lib/core/policy; durations in milliseconds. */
export const TargetSettingsInput = z
  .object({
    lockTimeoutMs: Timeout.optional(),
    statementTimeoutMs: Timeout.optional(),
    attempts: z.number().int().min(1).max(100).optional(),
    shadow: z.enum(["auto", "target_server", "embedded"]).optional(),
  })
  .strict();

/** How a database is reached, field by field: a connection string could name files and options of its own. */
export const connectionFields = {
  host: Host,
  port: z.number().int().min(1).max(65_535).default(5432),
  database: Identifier,
  username: Identifier,
  /** Left out: the stored one, as long as it goes to the same place. */
  password: z.string().max(1000).optional(),
  tlsMode: z.enum(TLS_MODES).default("require"),
  /** PEM of the authority that signed the server's certificate. */
  caCertificate: z
    .string()
    .trim()
    .max(100_000)
    .refine((pem) => pem === "" || pem.includes("-----BEGIN CERTIFICATE-----"), "a certificate in PEM form")
    .optional(),
};

export const ConnectionFields = z.object(connectionFields);
export type ConnectionInput = z.output<typeof ConnectionFields>;
