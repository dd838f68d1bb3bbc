import type { Actor } from "../../access/actor";
import { mayHandOut, roleIn } from "../../access/check";
import { can } from "../../access/permissions";
import { hasRole, isRole } from "../../access/roles";
import type { Db, Tx } from "../../db/client";
import type { Invitation } from "../../db/generated/client";
import { SYSTEM_ID } from "./create";

/** Invitations of an address that can still be accepted. */
export async function pendingInvitations(tx: Tx, email: string): Promise<Invitation[]> {
  const found = await tx.invitation.findMany({
    where: {
      email,
      acceptedAt: null,
      revokedAt: null,
      expiresAt: { gt: new Date() },
      project: { archivedAt: null },
    },
  });
  const usable: Invitation[] = [];
  for (const invitation of found) if (await stillInvites(tx, invitation)) usable.push(invitation);
  return usable;
}

/** Whether the maker of an invitation may still invite there, and hand out what it promises. */
export async function stillInvites(
  db: Db | Tx,
  { invitedBy, projectId, role: promised }: Invitation,
): Promise<boolean> {
  if (invitedBy === SYSTEM_ID) return true;
  const user = await db.user.findUnique({ where: { id: invitedBy } });
  if (!user || user.disabledAt) return false;
  const { id, email, instanceAdmin } = user;
  const maker: Actor = { kind: "user", id, label: email, userId: id, instanceAdmin };
  if (!can(await roleIn(db, maker, projectId), "member.write")) return false;
  return isRole(promised) && mayHandOut(db, maker, projectId, promised);
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
