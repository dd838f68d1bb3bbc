import { hasRole, isRole } from "../../access/roles";
import type { Tx } from "../../db/client";
import type { Invitation } from "../../db/generated/client";

/** Invitations of an address that can still be accepted. */
export function pendingInvitations(tx: Tx, email: string): Promise<Invitation[]> {
  return tx.invitation.findMany({
    where: {
      email,
      acceptedAt: null,
      revokedAt: null,
      expiresAt: { gt: new Date() },
      project: { archivedAt: null },
    },
  });
}

/** Makes the memberships that the invitations promise; a stronger role that the person has already stays. */
export async function acceptInvitations(tx: Tx, userId: string, invitations: Invitation[]): Promise<void> {
  for (const { id, projectId, role } of invitations) {
    if (!isRole(role)) continue;
    const key = { userId_projectId: { userId, projectId } };
    const known = await tx.membership.findUnique({ where: key });
    if (!known) await tx.membership.create({ data: { userId, projectId, role } });
    else if (!isRole(known.role) || !hasRole(known.role, role)) {
      await tx.membership.update({ where: key, data: { role } });
    }
    await tx.invitation.update({ where: { id }, data: { acceptedAt: new Date() } });
  }
}
