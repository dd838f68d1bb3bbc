import { hasRole, isRole, narrowRole, type Role } from "../../access/roles";
import { type ApprovalCount, approvalsNeeded, countApprovals } from "../../core/policy/approvals";
import type { EnvironmentPolicy } from "../../core/policy/types";
import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";

export interface ApprovalSubject {
  id: string;
  projectId: string;
  boundHash: string | null;
  createdBy: string;
  createdAt: Date;
  serviceId: string;
  plan: readonly { filename: string }[];
  destroys: string[];
  environment: { id: string; protected: boolean; policy: unknown };
}

export interface ApprovalStatus extends ApprovalCount {
  needed: number;
  basis: "protected" | "destructive" | "open";
  /** Who rewrote a script of it since it was asked for: they decide on it as little as the one who asked. */
  editors: string[];
}

/** Counts what holds now: decisions of the current hash by people whose role still allows them, by today's policy. */
export async function approvalStatus(db: Db | Tx, subject: ApprovalSubject): Promise<ApprovalStatus> {
  const decisions = await db.approval.findMany({
    where: { deploymentId: subject.id },
    select: { userId: true, decision: true, boundHash: true },
  });
  const editors = await editorsOf(db, subject);
  const approvers = await approversAmong(db, subject, [...new Set(decisions.map((d) => d.userId))]);
  const { needed, basis } = approvalsNeeded(subject.environment.policy as EnvironmentPolicy, {
    protected: subject.environment.protected,
    destroys: subject.destroys,
  });
  const count = countApprovals({
    decisions: decisions.map((d) => ({
      userId: d.userId,
      boundHash: d.boundHash,
      decision: d.decision === "approved" ? "approved" : "changes_requested",
    })),
    boundHash: subject.boundHash,
    authorIds: [subject.createdBy, ...editors],
    needed,
    mayApprove: (userId) => approvers.has(userId),
  });
  return { ...count, needed, basis, editors };
}

/** Without these, one approver could put a script of their own under somebody else's deployment and approve it. */
export async function editorsOf(db: Db | Tx, subject: ApprovalSubject): Promise<string[]> {
  const edited = await db.migration.findMany({
    where: {
      serviceId: subject.serviceId,
      filename: { in: subject.plan.map((one) => one.filename) },
      updatedAt: { gt: subject.createdAt },
      updatedById: { not: null },
    },
    distinct: ["updatedById"],
    select: { updatedById: true },
  });
  return edited.flatMap(({ updatedById }) => updatedById ?? []);
}

/** Those of the people whose role still lets them approve in an environment. */
export async function approversAmong(
  db: Db | Tx,
  place: { projectId: string; environment: { id: string } },
  userIds: string[],
): Promise<Set<string>> {
  const roles = await rolesOf(db, place, userIds);
  return new Set(userIds.filter((id) => hasRole(roles.get(id) ?? null, "approver")));
}

/** Roles of people in one environment of a project, in one query. */
async function rolesOf(
  db: Db | Tx,
  place: { projectId: string; environment: { id: string } },
  userIds: string[],
): Promise<Map<string, Role>> {
  const roles = new Map<string, Role>();
  if (userIds.length === 0) return roles;
  const users = await db.user.findMany({
    where: { id: { in: userIds }, disabledAt: null },
    select: {
      id: true,
      instanceAdmin: true,
      memberships: { where: { projectId: place.projectId }, select: { role: true } },
      environmentGrants: { where: { environmentId: place.environment.id }, select: { role: true } },
    },
  });
  for (const user of users) {
    const role = user.instanceAdmin ? "admin" : user.memberships[0]?.role;
    const grant = user.instanceAdmin ? undefined : user.environmentGrants[0]?.role;
    const narrowed = narrowRole(isRole(role) ? role : null, isRole(grant) ? grant : null);
    if (narrowed) roles.set(user.id, narrowed);
  }
  return roles;
}

/** Of a deployment `d`, for lists: `given` and `changesRequested` as they were when people decided, roles not asked again. */
export const decisionColumns = Prisma.sql`
  (SELECT count(*)::int FROM approval a WHERE a.deployment_id = d.id AND a.bound_hash = d.bound_hash
     AND a.decision = 'approved' AND a.user_id <> d.created_by) AS given,
  EXISTS (SELECT FROM approval a WHERE a.deployment_id = d.id AND a.bound_hash = d.bound_hash
     AND a.decision = 'changes_requested' AND a.user_id <> d.created_by) AS "changesRequested"`;

/** People who may still approve: everybody with the role here, without its authors and those who have. */
export async function approvalCandidates(
  db: Db,
  subject: ApprovalSubject,
  without: readonly string[],
): Promise<{ id: string; label: string }[]> {
  const members = await db.membership.findMany({
    where: {
      projectId: subject.projectId,
      role: { in: ["approver", "admin"] },
      userId: { notIn: [subject.createdBy, ...without] },
      user: {
        disabledAt: null,
        environmentGrants: {
          none: { environmentId: subject.environment.id, role: { in: ["viewer", "developer"] } },
        },
      },
    },
    select: { user: { select: { id: true, name: true } } },
    orderBy: { user: { name: "asc" } },
    take: 20,
  });
  return members.map(({ user }) => ({ id: user.id, label: user.name }));
}
