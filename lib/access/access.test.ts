import { describe, expect, it } from "vitest";
import { can, neededRole, PERMISSIONS, type Permission } from "./permissions";
import { narrowRole, ROLES, type Role } from "./roles";

/** The weakest role in an open and in a protected environment, written down a second time on purpose. */
const WANTED: Record<Permission, [Role, Role | null]> = {
  "project.read": ["viewer", "viewer"],
  "project.write": ["admin", "admin"],
  "member.read": ["viewer", "viewer"],
  "member.write": ["admin", "admin"],
  "token.read": ["admin", "admin"],
  "token.write": ["admin", "admin"],
  "environment.write": ["admin", "admin"],
  "service.write": ["admin", "admin"],
  "target.read": ["viewer", "viewer"],
  "target.write": ["admin", "admin"],
  "migration.read": ["viewer", "viewer"],
  "migration.write": ["developer", "developer"],
  "deployment.read": ["viewer", "viewer"],
  "deployment.create": ["developer", "developer"],
  "deployment.rollback": ["developer", "admin"],
  "deployment.approve": ["approver", "approver"],
  "deployment.run": ["developer", "developer"],
  "deployment.cancel": ["developer", "developer"],
  "deployment.comment": ["viewer", "viewer"],
  "deployment.settle": ["approver", "admin"],
  "sql.read": ["viewer", "developer"],
  "sql.write": ["developer", null],
  "backup.read": ["viewer", "viewer"],
  "backup.create": ["developer", "approver"],
  "backup.verify": ["developer", "developer"],
  "backup.delete": ["developer", "admin"],
  "backup.export": ["developer", "admin"],
  "backup.restore": ["developer", "admin"],
  "backup.approve": ["approver", "approver"],
  "backup.configure": ["admin", "admin"],
  "schema.compare": ["viewer", "viewer"],
  "drift.read": ["viewer", "viewer"],
  "drift.check": ["developer", "developer"],
  "drift.adopt": ["developer", "developer"],
  "drift.ignore": ["developer", "approver"],
  "drift.policy": ["admin", "admin"],
  "baseline.stamp": ["developer", "admin"],
  "audit.read": ["admin", "admin"],
};

describe("permissions", () => {
  it.each(Object.keys(PERMISSIONS) as Permission[])(
    "%s is held by the role that was decided and by every stronger one",
    (permission) => {
      const [open, guarded] = WANTED[permission];
      expect([neededRole(permission, false), neededRole(permission, true)]).toEqual([open, guarded]);
      for (const role of ROLES) {
        expect(can(role, permission)).toBe(ROLES.indexOf(role) >= ROLES.indexOf(open));
        expect(can(role, permission, true)).toBe(
          guarded !== null && ROLES.indexOf(role) >= ROLES.indexOf(guarded),
        );
      }
      expect(can(null, permission)).toBe(false);
    },
  );
});

describe("a grant in an environment", () => {
  it.each(ROLES.flatMap((role) => ROLES.map((grant) => [role, grant] as const)))(
    "leaves %s with the grant %s no more than either",
    (role, grant) => {
      const narrowed = narrowRole(role, grant);
      expect(ROLES.indexOf(narrowed as Role)).toBe(Math.min(ROLES.indexOf(role), ROLES.indexOf(grant)));
    },
  );
});
