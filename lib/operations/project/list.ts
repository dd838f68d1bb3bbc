import { z } from "zod";
import type { Actor } from "../../access/actor";
import { isRole, type Role } from "../../access/roles";
import type { Db } from "../../db/client";
import { defineOperation, instanceScope } from "../define";
import type { ProjectSummary } from "./views";

/** The projects that the actor may see, by name; archived ones only for administrators of the instance who ask. */
export const listProjects = defineOperation({
  name: "project.list",
  permission: "signed_in",
  input: z.object({ archived: z.boolean().default(false) }),
  audit: "none",
  scope: () => instanceScope("projects", "projects"),
  async run({ ctx, input: { archived } }): Promise<ProjectSummary[]> {
    const roles = await rolesOf(ctx.db, ctx.actor);
    const everything = ctx.actor.instanceAdmin && !ctx.actor.token;
    const rows = await ctx.db.project.findMany({
      where: {
        ...(everything ? {} : { id: { in: [...roles.keys()] } }),
        ...(archived && everything ? {} : { archivedAt: null }),
      },
      include: { _count: { select: { environments: true, services: true, memberships: true } } },
      orderBy: [{ name: "asc" }, { slug: "asc" }],
    });
    return rows.map(({ id, slug, name, archivedAt, _count }) => ({
      id,
      slug,
      name,
      role: everything ? "admin" : (roles.get(id) ?? "viewer"),
      environments: _count.environments,
      services: _count.services,
      members: _count.memberships,
      archived: archivedAt !== null,
    }));
  },
});

async function rolesOf(db: Db, actor: Actor): Promise<Map<string, Role>> {
  if (actor.token) return new Map([[actor.token.projectId, actor.token.role]]);
  if (actor.userId === null) return new Map();
  const rows = await db.membership.findMany({ where: { userId: actor.userId } });
  return new Map(rows.flatMap(({ projectId, role }) => (isRole(role) ? [[projectId, role] as const] : [])));
}
