import { z } from "zod";

/** Names of settings, with the source documents' aliases. The only place that reads process.env. */
const aliases: Record<string, readonly string[]> = {
  PORT: ["PORT", "MIGRATION_SERVICE_PORT"],
  DATABASE_URL: ["DATABASE_URL", "MIGRATION_SERVICE_MASTER_DB_URL"],
  LOG_LEVEL: ["LOG_LEVEL", "MIGRATION_SERVICE_LOG_LEVEL"],
  BACKUP_STORAGE: ["DBMIGRATOR_BACKUP_STORAGE", "MIGRATION_SERVICE_BACKUP_STORAGE"],
};

const schema = z.object({
  NODE_ENV: z.string().default("production"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  DATABASE_URL: z.string().optional(),
  /** 32 random bytes as base64 or hex; further keys, for decryption only, after commas. */
  DBMIGRATOR_SECRET: z.string().optional(),
  DBMIGRATOR_ROLE: z.enum(["web", "worker", "all"]).default("all"),
  /** Folder for the embedded server, keys and checkpoints. */
  DBMIGRATOR_DATA: z.string().optional(),
  /** A superuser on a server where shadows may be made and dropped; the start program sets it to the embedded one. */
  DBMIGRATOR_SHADOW_URL: z.string().optional(),
  /** The address people use, when it is not http://HOST:PORT. */
  DBMIGRATOR_URL: z.string().optional(),
  /** How many reverse proxies stand in front: that many entries of X-Forwarded-For are believed. */
  DBMIGRATOR_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  OIDC_ISSUER: z.string().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default("Single sign-on"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  BACKUP_STORAGE: z.string().optional(),
});

export type Env = z.infer<typeof schema>;

let cached: Env | undefined;

/** The settings of this process, read and validated once. @throws Error that names the setting */
export function env(): Env {
  if (cached) return cached;
  const raw: Record<string, string | undefined> = {};
  for (const key of Object.keys(schema.shape)) {
    const names = aliases[key] ?? [key];
    raw[key] = names.map((name) => process.env[name]).find((value) => value !== undefined && value !== "");
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`The setting ${issue?.path.join(".")} is not valid: ${issue?.message}`);
  }
  cached = parsed.data;
  return cached;
}

/** Sets what is known only after start: the address of the embedded server and its key. Tests use it too. */
export function setEnv(values: Partial<Record<keyof Env, string>>): void {
  for (const [name, value] of Object.entries(values)) process.env[name] = value;
  cached = undefined;
}

/**
 * Tells next-auth where it lives; it reads this from the environment only. Without DBMIGRATOR_URL it answers
 * under whatever host it was asked by, and redirects stay on that origin.
 */
export function exportAuthAddress(): void {
  const url = env().DBMIGRATOR_URL;
  if (url) process.env.NEXTAUTH_URL = url;
  else process.env.AUTH_TRUST_HOST = "true";
}
