import type { Actor } from "../../access/actor";
import { verifyPassword } from "../../access/password";
import { clearAttempts, countAttempt } from "../../access/rate-limit";
import type { Db } from "../../db/client";
import type { User } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { noSuch } from "../project/find";
import { CONFIRM_LIMIT } from "../session/limits";

/**
 * The reader's account, after they gave its password once more. Accounts that only sign in through a provider
 * have none to give.
 * @throws DomainError rate_limited; validation `user.wrong_password`
 */
export async function confirmPassword(db: Db, actor: Actor, password: string | undefined): Promise<User> {
  const user = await db.user.findUnique({ where: { id: actor.userId ?? "" } });
  if (!user) throw noSuch("user");
  if (user.passwordHash === null) return user;
  await countAttempt(db, CONFIRM_LIMIT, user.id);
  if (!(await verifyPassword(user.passwordHash, password ?? ""))) {
    const message = "This is not your password.";
    throw new DomainError("validation", "user.wrong_password", message, {
      details: { fields: [{ field: "currentPassword", message }] },
    });
  }
  await clearAttempts(db, CONFIRM_LIMIT, user.id);
  return user;
}
