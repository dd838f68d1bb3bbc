import { systemActor } from "../access/actor";
import { db } from "../db/client";
import { DomainError } from "../errors";
import { execute } from "../operations/define";
import { resetPassword as resetPasswordOf } from "../operations/user/reset-password";
import { randomPassword } from "./first-admin";
import { openStore } from "./store";

/**
 * `npm start -- --reset-password [E-MAIL]`: a new random password for that account (default: the first
 * administrator), printed once. Needs the machine, and the instance stopped when its server is the embedded one.
 */
export async function resetPassword(email: string | undefined): Promise<void> {
  const store = await openStore();
  try {
    const address = email ?? (await firstAdministrator());
    const password = randomPassword();
    await execute(resetPasswordOf, systemActor, { email: address, password });
    console.log(`\n  New password of ${address}: ${password}\n  Its sessions and one-time codes are gone.\n`);
  } finally {
    await db().$disconnect();
    await store.close();
  }
}

async function firstAdministrator(): Promise<string> {
  const found = await db().user.findFirst({ where: { instanceAdmin: true }, orderBy: { createdAt: "asc" } });
  if (found) return found.email;
  throw new DomainError("not_found", "user.no_admin", "This instance has no administrator yet.", {
    hint: "Start it: the first start makes one and prints its password.",
  });
}
