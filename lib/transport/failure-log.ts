import { randomBytes } from "node:crypto";
import { log } from "./log";

/** Logs a failure that the caller is not told about. @returns the id that the caller is told instead */
export function logFailure(error: unknown, what: string): string {
  const id = randomBytes(6).toString("hex");
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log().error({ id, what, name, stack }, message);
  return id;
}
