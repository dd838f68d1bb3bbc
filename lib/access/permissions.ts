import { hasRole, type Role } from "./roles";

/**
 * What each permission needs: in an unprotected environment (or where no environment is meant), and in a
 * protected one. This table serves the throwing check and the interface alike.
 */
export const PERMISSIONS = {
  "project.read": { open: "viewer", protected: "viewer" },
  "project.write": { open: "admin", protected: "admin" },
  "member.read": { open: "viewer", protected: "viewer" },
  "member.write": { open: "admin", protected: "admin" },
  "token.read": { open: "admin", protected: "admin" },
  "token.write": { open: "admin", protected: "admin" },
  "environment.write": { open: "admin", protected: "admin" },
  "service.write": { open: "admin", protected: "admin" },
  "target.read": { open: "viewer", protected: "viewer" },
  "target.write": { open: "admin", protected: "admin" },
  "migration.read": { open: "viewer", protected: "viewer" },
  "migration.write": { open: "developer", protected: "developer" },
  "deployment.read": { open: "viewer", protected: "viewer" },
  "deployment.create": { open: "developer", protected: "developer" },
  "deployment.rollback": { open: "developer", protected: "admin" },
  "deployment.approve": { open: "approver", protected: "approver" },
  "deployment.run": { open: "developer", protected: "developer" },
  "deployment.cancel": { open: "developer", protected: "developer" },
  "deployment.comment": { open: "viewer", protected: "viewer" },
  "deployment.settle": { open: "approver", protected: "admin" },
  "sql.read": { open: "viewer", protected: "developer" },
  // Nobody writes by hand in a protected environment: that is what deployments are for.
  "sql.write": { open: "developer", protected: null },
  "backup.read": { open: "viewer", protected: "viewer" },
  "backup.create": { open: "developer", protected: "approver" },
  // Reads the archive and a scratch copy; changes nothing that anybody works with.
  "backup.verify": { open: "developer", protected: "developer" },
  "backup.delete": { open: "developer", protected: "admin" },
  // Everything that the database holds, as a file.
  "backup.export": { open: "developer", protected: "admin" },
  "backup.restore": { open: "developer", protected: "admin" },
  "backup.approve": { open: "approver", protected: "approver" },
  "backup.configure": { open: "admin", protected: "admin" },
  "schema.compare": { open: "viewer", protected: "viewer" },
  "drift.read": { open: "viewer", protected: "viewer" },
  "drift.check": { open: "developer", protected: "developer" },
  "drift.adopt": { open: "developer", protected: "developer" },
  // What is left out of a comparison hides a change from everybody.
  "drift.ignore": { open: "developer", protected: "approver" },
  "drift.policy": { open: "admin", protected: "admin" },
  // Writes into the ledger that something is applied without having run it.
  "baseline.stamp": { open: "developer", protected: "admin" },
  "audit.read": { open: "admin", protected: "admin" },
} as const satisfies Record<string, { open: Role; protected: Role | null }>;

export type Permission = keyof typeof PERMISSIONS;

/** The role that `permission` needs; null: nobody has it there. */
export function neededRole(permission: Permission, protectedEnvironment: boolean): Role | null {
  const row = PERMISSIONS[permission];
  return protectedEnvironment ? row.protected : row.open;
}

/** For the interface and the check alike: may this role do that here? */
export function can(role: Role | null, permission: Permission, protectedEnvironment = false): boolean {
  const needed = neededRole(permission, protectedEnvironment);
  return needed !== null && hasRole(role, needed);
}
