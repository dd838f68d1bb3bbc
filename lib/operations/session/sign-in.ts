import { z } from "zod";
import { verifyPassword } from "../../access/password";
import { PASSWORD_MAX } from "../../access/password-rules";
import { clearAttempts, countAttempt } from "../../access/rate-limit";
import { matchTotp } from "../../access/totp";
import type { Db, Tx } from "../../db/client";
import { openSecret } from "../../db/secrets";
import { DomainError } from "../../errors";
import { defineOperation, instanceScope } from "../define";
import { Email } from "../user/fields";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT } from "./limits";
import { startSession } from "./start";

const input = z.object({
  email: Email,
  password: z.string().min(1).max(PASSWORD_MAX),
  /** Six digits of an authenticator app, when the account has one. */
  code: z.string().max(12).optional(),
});

interface Checked {
  user: { id: string; sessionVersion: number; passwordHash: string | null };
  totpStep: bigint | null;
}

/**
 * Signs a person in with e-mail, password and (where set up) a one-time code.
 * @throws DomainError rate_limited; unauthenticated `session.wrong_credentials`, `session.code_needed`, `session.wrong_code`
 */
export const signIn = defineOperation({
  name: "session.sign_in",
  permission: "public",
  input,
  audit: "change",
  async scope({ db, input: { email } }) {
    const user = await db.user.findUnique({ where: { email }, select: { id: true } });
    return instanceScope("user", email, user?.id ?? null);
  },
  async prepare({ db, input: given, actor }) {
    if (actor.ip) await countAttempt(db, ADDRESS_LIMIT, actor.ip);
    await countAttempt(db, ACCOUNT_LIMIT, given.email);
    const checked = await checkCredentials(db, given);
    await clearAttempts(db, ACCOUNT_LIMIT, given.email);
    return checked;
  },
  async run({ ctx, prepared: { user, totpStep } }) {
    await requireSamePassword(ctx.db, user);
    if (totpStep !== null) await takeTotpStep(ctx.db, user.id, totpStep);
    const claims = await startSession(ctx.db, user, ctx.actor);
    ctx.note({
      userId: user.id,
      sessionId: claims.sessionId,
      ...(totpStep === null ? {} : { oneTimeCode: true }),
    });
    return claims;
  },
});

async function checkCredentials(db: Db, given: z.output<typeof input>): Promise<Checked> {
  const user = await db.user.findUnique({ where: { email: given.email } });
  const matches = await verifyPassword(user?.passwordHash, given.password);
  if (!user || !matches || user.disabledAt) throw wrongCredentials();
  if (!user.totpSecret) return { user, totpStep: null };
  if (!given.code) {
    throw new DomainError(
      "unauthenticated",
      "session.code_needed",
      "Enter the code of your authenticator app.",
    );
  }
  const totpStep = matchTotp(openSecret(user.totpSecret, user.id), given.code, user.totpLastStep);
  if (totpStep === null) throw wrongCode();
  return { user, totpStep };
}

/**
 * A password that was changed while it was compared opens nothing: the change ends the sessions that there are, and
 * would miss the one that is made here. @throws DomainError wrong_credentials
 */
async function requireSamePassword(tx: Tx, user: Checked["user"]): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "user" WHERE id = ${user.id}::uuid AND password_hash = ${user.passwordHash}
      AND disabled_at IS NULL FOR NO KEY UPDATE`;
  if (rows.length === 0) throw wrongCredentials();
}

function wrongCredentials(): DomainError {
  return new DomainError(
    "unauthenticated",
    "session.wrong_credentials",
    "The e-mail or the password is wrong.",
  );
}

/** Takes the code's time step; of two sign-ins with the same code one gets it. @throws DomainError wrong_code */
export async function takeTotpStep(db: Pick<Db, "user">, userId: string, step: bigint): Promise<void> {
  const taken = await db.user.updateMany({
    where: { id: userId, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
    data: { totpLastStep: step },
  });
  if (taken.count !== 1) throw wrongCode();
}

export function wrongCode(): DomainError {
  return new DomainError("unauthenticated", "session.wrong_code", "This code is wrong or was used already.", {
    hint: "Wait for the next code of your app, and check the clock of your phone.",
  });
}
