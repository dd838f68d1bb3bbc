import { z } from "zod";
import { hashPassword } from "../../access/password";
import { defineOperation, instanceScope } from "../define";
import { noSuch } from "../project/find";
import { Email, NewPassword } from "./fields";

/**
 * Gives an account a new password, ends its sessions and takes its one-time codes off: for whoever has the machine
 * and lost the login (`npm start -- --reset-password`).
 * @throws DomainError not_found
 */
export const resetPassword = defineOperation({
  name: "user.reset_password",
  permission: "instance_admin",
  input: z.object({ email: Email, password: NewPassword }),
  audit: "change",
  async scope({ db, input: { email } }) {
    const user = await db.user.findUnique({ where: { email }, select: { id: true } });
    if (!user) throw noSuch("user");
    return instanceScope("user", email, user.id);
  },
  prepare: ({ input: { password } }) => hashPassword(password),
  async run({ ctx, scope, prepared: passwordHash }) {
    const id = scope.resource.id ?? "";
    await ctx.db.user.update({
      where: { id },
      data: { passwordHash, totpSecret: null, totpLastStep: null, sessionVersion: { increment: 1 } },
    });
    await ctx.db.session.updateMany({
      where: { userId: id, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    return { id };
  },
});
