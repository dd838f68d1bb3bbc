import { randomBytes } from "node:crypto";
import pino from "pino";
import { env } from "../env";

const store = globalThis as typeof globalThis & { dbmigratorFailureLog?: pino.Logger };

/** Logs a failure that the caller is not told about. @returns the id that the caller is told instead */
export function logFailure(error: unknown, what: string): string {
  store.dbmigratorFailureLog ??= pino({ level: env().LOG_LEVEL });
  const id = randomBytes(6).toString("hex");
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  store.dbmigratorFailureLog.error({ id, what, name, stack: scrub(stack ?? "") }, scrub(message));
  return id;
}

/** Passwords in connection strings, and our own tokens. */
function scrub(text: string): string {
  return text
    .replaceAll(/(\w+:\/\/[^:/\s]*):[^@\s]+@/g, "$1:***@")
    .replaceAll(/(password|pwd|secret|token)(["']?\s*[=:]\s*["']?)[^\s"';,&]+/gi, "$1$2***")
    .replaceAll(/dbm_[\w-]{8,}/g, "dbm_***");
}
