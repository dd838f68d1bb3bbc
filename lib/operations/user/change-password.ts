import { z } from "zod";
import { hashPassword } from "../../access/password";
import { PASSWORD_MAX } from "../../access/password-rules";
import { defineOperation, instanceScope } from "../define";
import { endSessions } from "../session/revoke";
import { confirmPassword } from "./confirm-password";
import { NewPassword } from "./fields";

/** Sets the reader's own password and ends their other sessions. */
export const changePassword = defineOperation({
  name: "user.change_password",
  permission: "person",
  input: z.object({ currentPassword: z.string().max(PASSWORD_MAX).optional(), password: NewPassword }),
  audit: "change",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async prepare({ db, input: { currentPassword, password }, actor }) {
    const user = await confirmPassword(db, actor, currentPassword);
    return { userId: user.id, passwordHash: await hashPassword(password) };
  },
  async run({ ctx, prepared: { userId, passwordHash } }) {
    await ctx.db.user.update({ where: { id: userId }, data: { passwordHash } });
    const endedSessions = await endSessions(ctx.db, userId, ctx.actor.sessionId);
    ctx.note({ endedSessions });
    return { endedSessions };
  },
});
