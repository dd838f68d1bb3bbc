import { hash, verify } from "@node-rs/argon2";

/** argon2id as OWASP's password storage cheat sheet gives it: 19 MiB, two passes, one lane (the library's default). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

let decoy: Promise<string> | undefined;

/** Compares with the stored hash; an account without one costs the same time and never matches. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const matches = await verify(stored ?? (await decoy), password.normalize("NFKC"));
  return matches && stored !== null && stored !== undefined;
}
