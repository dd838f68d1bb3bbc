import { z } from "zod";
import { defineOperation, instanceScope } from "../define";

/** Signs the current session out. Ends nothing for a token. */
export const endSession = defineOperation({
  name: "session.end",
  permission: "signed_in",
  input: z.object({}),
  audit: "change",
  scope: ({ actor }) => instanceScope("session", actor.label, actor.sessionId ?? null),
  async run({ ctx }) {
    const id = ctx.actor.sessionId;
    if (id)
      await ctx.db.session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
  },
});
