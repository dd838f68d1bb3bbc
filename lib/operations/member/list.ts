import { z } from "zod";
import { isRole, type Role } from "../../access/roles";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";

export interface MemberRow {
  userId: string;
  name: string;
  email: string;
  role: Role;
  hasTotp: boolean;
  disabled: boolean;
  since: string;
  /** Where the role is narrowed: environment id → role. */
  grants: Record<string, Role>;
}

/** The people of a project, by name. Administrators of the instance see every project and are not listed. */
export const listMembers = defineOperation({
  name: "member.list",
  permission: "member.read",
  input: z.object({ slug: z.string() }),
  audit: "none",
  scope: ({ db, input: { slug } }) => scopeOfSlug(db, slug),
  async run({ ctx, input: { slug } }): Promise<MemberRow[]> {
    const rows = await ctx.db.membership.findMany({
      where: { project: { slug } },
      include: {
        user: { include: { environmentGrants: { where: { environment: { project: { slug } } } } } },
      },
      orderBy: [{ user: { name: "asc" } }, { user: { email: "asc" } }],
    });
    return rows.map(({ user, role, createdAt }) => ({
      userId: user.id,
      name: user.name,
      email: user.email,
      role: isRole(role) ? role : "viewer",
      hasTotp: user.totpSecret !== null,
      disabled: user.disabledAt !== null,
      since: createdAt.toISOString(),
      grants: Object.fromEntries(
        user.environmentGrants.flatMap((grant) =>
          isRole(grant.role) ? [[grant.environmentId, grant.role]] : [],
        ),
      ),
    }));
  },
});
