import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { noSuch, scopeOfSlug } from "../project/find";

export interface InvitationRow {
  id: string;
  email: string;
  role: string;
  invitedBy: string | null;
  createdAt: string;
  expiresAt: string;
  expired: boolean;
}

/** Invitations of a project that nobody has accepted or revoked. */
export const listInvitations = defineOperation({
  name: "invitation.list",
  permission: "member.write",
  input: z.object({ slug: z.string() }),
  audit: "none",
  scope: ({ db, input: { slug } }) => scopeOfSlug(db, slug),
  async run({ ctx, input: { slug } }): Promise<InvitationRow[]> {
    const rows = await ctx.db.invitation.findMany({
      where: { project: { slug }, acceptedAt: null, revokedAt: null },
      orderBy: { createdAt: "desc" },
      take: 500,
    });
    const people = await ctx.db.user.findMany({
      where: { id: { in: rows.map((row) => row.invitedBy) } },
      select: { id: true, name: true },
    });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return rows.map((row) => ({
      id: row.id,
      email: row.email,
      role: row.role,
      invitedBy: names.get(row.invitedBy) ?? null,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      expired: row.expiresAt <= new Date(),
    }));
  },
});

/** Makes an invitation's link useless. */
export const revokeInvitation = defineOperation({
  name: "invitation.revoke",
  permission: "member.write",
  input: z.object({ invitationId: z.uuid() }),
  audit: "change",
  async scope({ db, input: { invitationId } }) {
    const row = await db.invitation.findUnique({ where: { id: invitationId } });
    if (!row) throw noSuch("invitation");
    return { projectId: row.projectId, resource: { type: "invitation", id: row.id, label: row.email } };
  },
  async run({ ctx, input: { invitationId } }) {
    const revoked = await ctx.db.invitation.updateMany({
      where: { id: invitationId, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (revoked.count === 0) {
      throw new DomainError(
        "conflict",
        "invitation.over",
        "This invitation was accepted or revoked already.",
      );
    }
  },
});
