import type { Db, Tx } from "../db/client";
import { DomainError } from "../errors";
import type { Actor } from "./actor";
import { can, neededRole, type Permission } from "./permissions";
import { hasRole, isRole, narrowRole, type Role } from "./roles";

/**
 * What is no matter of a project. `public`: anybody; `signed_in`: a person or a token; `person`: a person, for their
 * own account; `instance_admin`: a person who administers the instance.
 */
export type GeneralPermission = "public" | "signed_in" | "person" | "instance_admin";

/** A token must not make itself outlive its expiry, so it hands out no access. */
const PERSONS_ONLY = new Set<Permission>(["token.write", "member.write"]);

interface Place {
  projectId: string | null;
  environment?: { id: string; name: string; protected: boolean };
  resource: { type: string; label: string };
}

/** A person's role in a project, narrowed by the grant for the environment; null: none. */
async function personRole(
  db: Db | Tx,
  userId: string,
  projectId: string,
  environmentId?: string,
): Promise<Role | null> {
  const membership = await db.membership.findFirst({
    where: { userId, projectId, project: { archivedAt: null }, user: { disabledAt: null } },
  });
  if (!membership || !isRole(membership.role)) return null;
  if (!environmentId) return membership.role;
  const grant = await db.environmentGrant.findUnique({
    where: { userId_environmentId: { userId, environmentId } },
  });
  return narrowRole(membership.role, grant && isRole(grant.role) ? grant.role : null);
}

/** What the maker of a token has there now: a token is never above it, and falls with it. */
async function tokenRole(
  db: Db | Tx,
  token: { projectId: string; role: Role },
  makerId: string | null,
  projectId: string,
  environmentId?: string,
): Promise<Role | null> {
  if (token.projectId !== projectId || makerId === null) return null;
  const maker = await db.user.findUnique({
    where: { id: makerId },
    select: { instanceAdmin: true, disabledAt: true },
  });
  if (!maker || maker.disabledAt) return null;
  const role = maker.instanceAdmin ? "admin" : await personRole(db, makerId, projectId, environmentId);
  return role === null ? null : narrowRole(token.role, role);
}

/** The actor's role in a project, narrowed by the grant for the environment; null: none. */
export async function roleIn(
  db: Db | Tx,
  actor: Actor,
  projectId: string,
  environmentId?: string,
): Promise<Role | null> {
  if (actor.token) return tokenRole(db, actor.token, actor.userId, projectId, environmentId);
  if (actor.userId === null) return null;
  if (actor.instanceAdmin) return "admin";
  return personRole(db, actor.userId, projectId, environmentId);
}

/** The role in each environment where a grant narrows it; elsewhere `projectRole` holds. */
export async function rolesByEnvironment(
  db: Db | Tx,
  actor: Actor,
  projectId: string,
  projectRole: Role,
): Promise<Map<string, Role>> {
  if (actor.userId === null || (actor.instanceAdmin && !actor.token)) return new Map();
  const grants = await db.environmentGrant.findMany({
    where: { userId: actor.userId, environment: { projectId } },
  });
  return new Map(
    grants.map(({ environmentId, role }) => [
      environmentId,
      narrowRole(projectRole, isRole(role) ? role : null) ?? projectRole,
    ]),
  );
}

/** What the actor's role is in each environment of a project; null: none. */
export async function roleForEnvironments(
  db: Db | Tx,
  actor: Actor,
  projectId: string,
): Promise<(environmentId: string) => Role | null> {
  const role = await roleIn(db, actor, projectId);
  if (role === null) return () => null;
  const narrowed = await rolesByEnvironment(db, actor, projectId, role);
  return (environmentId) => narrowed.get(environmentId) ?? role;
}

/**
 * Nobody hands out a role above their own in any environment: whom a grant keeps out of one would otherwise invite
 * a second account of theirs into it.
 */
export async function mayHandOut(db: Db | Tx, actor: Actor, projectId: string, role: Role): Promise<boolean> {
  if (actor.kind === "system") return true;
  const own = await roleIn(db, actor, projectId);
  if (own === null) return false;
  const narrowed = await rolesByEnvironment(db, actor, projectId, own);
  return [own, ...narrowed.values()].every((one) => hasRole(one, role));
}

/** @throws DomainError forbidden `member.above_own` */
export async function requireNotAbove(
  db: Db | Tx,
  actor: Actor,
  projectId: string,
  role: Role,
): Promise<void> {
  if (await mayHandOut(db, actor, projectId, role)) return;
  throw new DomainError(
    "forbidden",
    "member.above_own",
    `You may not hand out more rights than you have in every environment: ${role}.`,
    { details: { role }, hint: "Ask an admin whose role is not narrowed." },
  );
}

/**
 * The one throwing check.
 * @throws DomainError unauthenticated; not_found when the actor may not even see the project; forbidden with the needed role
 */
export async function requireRole(
  db: Db | Tx,
  actor: Actor,
  permission: Permission | GeneralPermission,
  place: Place,
): Promise<void> {
  if (permission === "public" || actor.kind === "system") return;
  requireKnown(actor, permission);
  if (permission === "signed_in") return;
  if (permission === "person") return requirePerson(actor);
  if (permission === "instance_admin") {
    if (actor.instanceAdmin && !actor.token) return;
    throw new DomainError(
      "forbidden",
      "access.instance_admin",
      "Only an administrator of this instance may do this.",
    );
  }
  if (place.projectId === null) throw new Error(`${permission} was checked without a project`);
  const role = await roleIn(db, actor, place.projectId, place.environment?.id);
  if (role === null) {
    throw new DomainError(
      "not_found",
      "access.not_found",
      `There is no such ${place.resource.type}, or you may not see it.`,
      {
        details: { type: place.resource.type },
      },
    );
  }
  if (PERSONS_ONLY.has(permission)) requirePerson(actor);
  requireCan(role, permission, place.environment);
}

/** @throws DomainError forbidden with the needed role */
export function requireCan(role: Role, permission: Permission, environment?: Place["environment"]): void {
  const isProtected = environment?.protected ?? false;
  if (can(role, permission, isProtected)) return;
  const needed = neededRole(permission, isProtected);
  const where = environment ? ` in ${environment.name}` : "";
  throw new DomainError(
    "forbidden",
    needed ? "access.role_needed" : "access.nobody",
    needed ? `This needs the role ${needed}${where}; yours is ${role}.` : `Nobody may do this${where}.`,
    { details: { permission, needed, role, environment: environment?.name } },
  );
}

/** Before anything is looked up for them: who is not signed in learns nothing about what exists. */
export function requireKnown(actor: Actor, permission: Permission | GeneralPermission): void {
  if (permission === "public" || actor.kind !== "anonymous") return;
  throw new DomainError("unauthenticated", "access.sign_in", "Sign in first.");
}

function requirePerson(actor: Actor): void {
  if (actor.kind === "user") return;
  throw new DomainError(
    "forbidden",
    "access.person_only",
    "An API token may not do this; a person has to sign in.",
  );
}
