import { z } from "zod";
import { hashPassword } from "../../access/password";
import type { Db, Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { Email, NewPassword, PersonName } from "./fields";

/** Serialises the first run: of two that come at once, the second finds a user and is refused. */
const FIRST_RUN_LOCK = 7_126_003;

/** Whether nobody has an account yet, so that /setup is open. */
export async function needsSetup(db: Db | Tx): Promise<boolean> {
  return (await db.user.findFirst({ select: { id: true } })) === null;
}

/**
 * Makes the instance's first administrator; works once.
 * @throws DomainError conflict `setup.done` when any account exists
 */
export const createFirstAdmin = defineOperation({
  name: "user.create_first_admin",
  permission: "public",
  input: z.object({ email: Email, name: PersonName, password: NewPassword }),
  audit: "change",
  scope: ({ input: { email } }) => instanceScope("user", email),
  async prepare({ db, input: { password } }) {
    if (!(await needsSetup(db))) throw setupDone();
    return hashPassword(password);
  },
  async run({ ctx, input: { email, name }, prepared: passwordHash }) {
    await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_RUN_LOCK})`;
    if (!(await needsSetup(ctx.db))) throw setupDone();
    const user = await ctx.db.user.create({
      data: { email, name, passwordHash, instanceAdmin: true, locale: "auto" },
    });
    ctx.note({ userId: user.id });
    return { id: user.id, email: user.email };
  },
});

function setupDone(): DomainError {
  return new DomainError("conflict", "setup.done", "This instance is set up already.", {
    hint: "Sign in instead.",
  });
}
