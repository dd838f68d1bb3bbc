import { randomBytes } from "node:crypto";
import { systemActor } from "../access/actor";
import { DomainError } from "../errors";
import { execute } from "../operations/define";
import { createFirstAdmin } from "../operations/user/create-first-admin";

export interface Login {
  email: string;
  password: string;
}

const EMAIL = "admin@dbmigrator.local";

/**
 * The first administrator with a random password, on a store without people; null when there are some. Done for
 * DATABASE_URL too: an instance that others can reach must not wait on /setup for whoever comes first.
 */
export async function ensureFirstAdmin(): Promise<Login | null> {
  const password = randomPassword();
  try {
    await execute(createFirstAdmin, systemActor, { email: EMAIL, name: "Administrator", password });
    return { email: EMAIL, password };
  } catch (error) {
    if (error instanceof DomainError && error.code === "setup.done") return null;
    throw error;
  }
}

/** 120 random bits in groups that can be read from a terminal. */
export function randomPassword(): string {
  const text = randomBytes(15).toString("base64url").replaceAll(/[-_]/g, "x");
  return (text.match(/.{1,5}/g) ?? []).join("-");
}
