/** Roles per project, weakest first. */
export const ROLES = ["viewer", "developer", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` is at least `needed`. */
export function hasRole(role: Role | null, needed: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The weaker of two roles: a grant per environment narrows and never widens. */
export function narrowRole(role: Role | null, grant: Role | null): Role | null {
  if (role === null || grant === null) return role;
  return hasRole(role, grant) ? grant : role;
}

export function isRole(value: unknown): value is Role {
  return typeof value === "string" && (ROLES as readonly string[]).includes(value);
}
