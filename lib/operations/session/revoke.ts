import { z } from "zod";
import type { Tx } from "../../db/client";
import { defineOperation, instanceScope } from "../define";
import { noSuch } from "../project/find";

/** Ends one of the reader's own sessions; it opens nothing from the next request on. */
export const revokeSession = defineOperation({
  name: "session.revoke",
  permission: "person",
  input: z.object({ sessionId: z.uuid() }),
  audit: "change",
  scope: ({ input: { sessionId }, actor }) => instanceScope("session", actor.label, sessionId),
  async run({ ctx, input: { sessionId } }) {
    const ended = await ctx.db.session.updateMany({
      where: { id: sessionId, userId: ctx.actor.userId ?? "", revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (ended.count === 0) throw noSuch("session");
  },
});

/** Ends all sessions of the reader but this one. @returns how many */
export const revokeOtherSessions = defineOperation({
  name: "session.revoke_others",
  permission: "person",
  input: z.object({}),
  audit: "change",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async run({ ctx }) {
    const ended = await endSessions(ctx.db, ctx.actor.userId ?? "", ctx.actor.sessionId);
    ctx.note({ ended });
    return { ended };
  },
});

/** Ends the sessions of a user, except one. @returns how many */
export async function endSessions(tx: Tx, userId: string, except?: string): Promise<number> {
  const ended = await tx.session.updateMany({
    where: { userId, revokedAt: null, ...(except ? { id: { not: except } } : {}) },
    data: { revokedAt: new Date() },
  });
  return ended.count;
}
