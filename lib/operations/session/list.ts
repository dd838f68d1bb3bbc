import { z } from "zod";
import { defineOperation, instanceScope } from "../define";

export interface SessionView {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  ip: string | null;
  userAgent: string | null;
  /** The one that asks. */
  current: boolean;
}

/** The reader's own sessions that still open something, the latest first. */
export const listSessions = defineOperation({
  name: "session.list",
  permission: "person",
  input: z.object({}),
  audit: "none",
  scope: ({ actor }) => instanceScope("user", actor.label, actor.userId),
  async run({ ctx }): Promise<SessionView[]> {
    const rows = await ctx.db.session.findMany({
      where: { userId: ctx.actor.userId ?? "", revokedAt: null, expiresAt: { gt: new Date() } },
      orderBy: { lastSeenAt: "desc" },
      take: 100,
    });
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      ip: row.ip,
      userAgent: row.userAgent,
      current: row.id === ctx.actor.sessionId,
    }));
  },
});
