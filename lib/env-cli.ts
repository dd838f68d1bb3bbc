// Apart from lib/env.ts, so that the command line starts without loading its schema validation.

/** A connection string of the CLI: DB_CONNECTION, or DB_CONNECTION_<NAME>. */
export function connectionFromEnv(name?: string): string | undefined {
  return process.env[name ? `DB_CONNECTION_${name.toUpperCase().replaceAll("-", "_")}` : "DB_CONNECTION"];
}

/** What a terminal says about colours (https://no-color.org); everything else about it is asked of the stream. */
export function colourWish(): "never" | "always" | "auto" {
  if (process.env.NO_COLOR) return "never";
  return process.env.FORCE_COLOR && process.env.FORCE_COLOR !== "0" ? "always" : "auto";
}

/** Who runs a command of the command line, for the ledger's applied_by. */
export function loginName(): string | undefined {
  return process.env.DBMIGRATOR_USER || process.env.USER || process.env.USERNAME || undefined;
}

/** Variables that PostgreSQL's own clients understand. */
export function postgresVariable(name: "PGPASSWORD" | "PGPASSFILE" | "PGUSER"): string | undefined {
  return process.env[name];
}

/** A superuser on a server where scratch databases may be made, instead of the embedded one; as for the dashboard. */
export function scratchFromEnv(): string | undefined {
  return process.env.DBMIGRATOR_SHADOW_URL || undefined;
}

/** What programs that we start get to see: no secret of ours, one language and time zone. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), NODE_ENV: "production", LC_ALL: "C", TZ: "UTC" };
}

/** Where S3 is, by the variables that its own command line reads; keys are read by the SDK itself. */
export function s3FromEnv(): { region: string; endpoint: string | null } {
  return {
    region: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || "us-east-1",
    endpoint: process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || null,
  };
}

/** The S3 client warns of its own future on older Node versions, nine lines at each command; nobody can act on it. */
export function silenceS3ClientWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
}
