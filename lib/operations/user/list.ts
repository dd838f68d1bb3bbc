import { z } from "zod";
import { defineOperation, instanceScope } from "../define";

export interface UserRow {
  id: string;
  email: string;
  name: string;
  instanceAdmin: boolean;
  hasPassword: boolean;
  hasTotp: boolean;
  disabledAt: string | null;
  createdAt: string;
  lastSeenAt: string | null;
  activeSessions: number;
  projects: { slug: string; name: string; role: string }[];
}

const PAGE = 100;

/** Everybody with an account, by e-mail; the next page begins after `after`. */
export const listUsers = defineOperation({
  name: "user.list",
  permission: "instance_admin",
  input: z.object({ search: z.string().trim().max(200).default(""), after: z.string().max(254).optional() }),
  audit: "none",
  scope: () => instanceScope("users", "users"),
  async run({ ctx, input: { search, after } }): Promise<{ users: UserRow[]; next: string | null }> {
    const text = { contains: search, mode: "insensitive" as const };
    const rows = await ctx.db.user.findMany({
      where: {
        ...(search ? { OR: [{ email: text }, { name: text }] } : {}),
        ...(after ? { email: { gt: after } } : {}),
      },
      include: {
        memberships: { include: { project: { select: { slug: true, name: true } } } },
        sessions: {
          where: { revokedAt: null, expiresAt: { gt: new Date() } },
          orderBy: { lastSeenAt: "desc" },
          select: { lastSeenAt: true },
        },
      },
      orderBy: { email: "asc" },
      take: PAGE + 1,
    });
    const users = rows.slice(0, PAGE).map((row) => ({
      id: row.id,
      email: row.email,
      name: row.name,
      instanceAdmin: row.instanceAdmin,
      hasPassword: row.passwordHash !== null,
      hasTotp: row.totpSecret !== null,
      disabledAt: row.disabledAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.sessions[0]?.lastSeenAt.toISOString() ?? null,
      activeSessions: row.sessions.length,
      projects: row.memberships.map(({ project, role }) => ({ ...project, role })),
    }));
    return { users, next: rows.length > PAGE ? (users.at(-1)?.email ?? null) : null };
  },
});
