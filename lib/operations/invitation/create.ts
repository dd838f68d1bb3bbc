import { z } from "zod";
import { requireNotAbove } from "../../access/check";
import { newToken } from "../../access/one-time-token";
import { ROLES } from "../../access/roles";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { scopeOfProject } from "../project/find";
import { Email } from "../user/fields";

const DAY_MS = 86_400_000;

/**
 * Invites an address to a project. The token is in the answer and nowhere else; a new invitation for the same
 * address replaces the one before.
 */
export const createInvitation = defineOperation({
  name: "invitation.create",
  permission: "member.write",
  input: z.object({
    projectId: z.uuid(),
    email: Email,
    role: z.enum(ROLES),
    expiresInDays: z.number().int().min(1).max(30).default(7),
  }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId, email, role, expiresInDays } }) {
    await requireNotAbove(ctx.db, ctx.actor, projectId, role);
    const member = await ctx.db.membership.findFirst({ where: { projectId, user: { email } } });
    if (member) {
      throw new DomainError("conflict", "invitation.member", `${email} is a member already.`, {
        details: { email },
      });
    }
    await ctx.db.invitation.updateMany({
      where: { projectId, email, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    const { token, hash } = newToken();
    const row = await ctx.db.invitation.create({
      data: {
        projectId,
        email,
        role,
        tokenHash: hash,
        invitedBy: ctx.actor.userId ?? SYSTEM_ID,
        expiresAt: new Date(Date.now() + expiresInDays * DAY_MS),
      },
    });
    ctx.note({ invitationId: row.id, email, role });
    return { id: row.id, token, expiresAt: row.expiresAt.toISOString() };
  },
});

/** Stands for the instance itself where a person's id belongs. */
export const SYSTEM_ID = "00000000-0000-0000-0000-000000000000";
