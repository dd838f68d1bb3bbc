import { z } from "zod";
import { requireNotAbove } from "../../access/check";
import { ROLES } from "../../access/roles";
import type { Db, Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, type Scope } from "../define";
import { noSuch, scopeOfEnvironment } from "../project/find";

async function memberScope(db: Db, projectId: string, userId: string): Promise<Scope> {
  const row = await db.membership.findUnique({
    where: { userId_projectId: { userId, projectId } },
    include: { user: { select: { email: true } } },
  });
  if (!row) throw noSuch("member");
  return { projectId, resource: { type: "member", id: userId, label: row.user.email } };
}

/** Holds the project's members still until the commit, so that two changes cannot each take the other's last admin. */
async function lockMembers(tx: Tx, projectId: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR UPDATE`;
}

async function requireAdminRemains(tx: Tx, projectId: string): Promise<void> {
  const left = await tx.membership.count({ where: { projectId, role: "admin", user: { disabledAt: null } } });
  if (left > 0) return;
  throw new DomainError("conflict", "member.last_admin", "The project would be left without an admin.", {
    hint: "Make somebody else admin first.",
  });
}

/** Gives a member another role in the project. */
export const setMemberRole = defineOperation({
  name: "member.set_role",
  permission: "member.write",
  input: z.object({ projectId: z.uuid(), userId: z.uuid(), role: z.enum(ROLES) }),
  audit: "change",
  scope: ({ db, input: { projectId, userId } }) => memberScope(db, projectId, userId),
  async run({ ctx, input: { projectId, userId, role } }) {
    await lockMembers(ctx.db, projectId);
    const key = { userId_projectId: { userId, projectId } };
    const before = await ctx.db.membership.findUniqueOrThrow({ where: key });
    if (before.role !== role) await requireNotAbove(ctx.db, ctx.actor, projectId, role);
    await ctx.db.membership.update({ where: key, data: { role } });
    if (before.role === "admin" && role !== "admin") await requireAdminRemains(ctx.db, projectId);
    ctx.note({ before: before.role, after: role });
  },
});

/** Takes a member out of the project, with their grants, and revokes the tokens they made for it. */
export const removeMember = defineOperation({
  name: "member.remove",
  permission: "member.write",
  input: z.object({ projectId: z.uuid(), userId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { projectId, userId } }) => memberScope(db, projectId, userId),
  async run({ ctx, input: { projectId, userId } }) {
    await lockMembers(ctx.db, projectId);
    const key = { userId_projectId: { userId, projectId } };
    const before = await ctx.db.membership.delete({ where: key });
    if (before.role === "admin") await requireAdminRemains(ctx.db, projectId);
    await ctx.db.environmentGrant.deleteMany({ where: { userId, environment: { projectId } } });
    const tokens = await ctx.db.apiToken.updateMany({
      where: { projectId, createdBy: userId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    const invitations = await ctx.db.invitation.updateMany({
      where: { projectId, invitedBy: userId, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    ctx.note({ role: before.role, revokedTokens: tokens.count, revokedInvitations: invitations.count });
  },
});

/**
 * Narrows a member's role in one environment; null takes the narrowing away. It is judged in that environment, so
 * whom a grant keeps out of it cannot lift the grant.
 */
export const setEnvironmentGrant = defineOperation({
  name: "member.set_grant",
  permission: "member.write",
  input: z.object({ environmentId: z.uuid(), userId: z.uuid(), role: z.enum(ROLES).nullable() }),
  audit: "change",
  async scope({ db, input: { environmentId, userId } }) {
    const { projectId, environment } = await scopeOfEnvironment(db, environmentId);
    const { resource } = await memberScope(db, projectId, userId);
    return { projectId, ...(environment ? { environment } : {}), resource };
  },
  async run({ ctx, input: { environmentId, userId, role } }) {
    const key = { userId_environmentId: { userId, environmentId } };
    const before = await ctx.db.environmentGrant.findUnique({ where: key });
    if (role === null) await ctx.db.environmentGrant.deleteMany({ where: { userId, environmentId } });
    else {
      await ctx.db.environmentGrant.upsert({
        where: key,
        create: { userId, environmentId, role },
        update: { role },
      });
    }
    ctx.note({ before: before?.role ?? null, after: role });
  },
});
