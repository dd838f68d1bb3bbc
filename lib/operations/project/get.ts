import { z } from "zod";
import { roleIn, rolesByEnvironment } from "../../access/check";
import { driftPolicyOf } from "../../core/policy/drift";
import type { EnvironmentPolicy } from "../../core/policy/types";
import { defineOperation } from "../define";
import { noSuch, scopeOfSlug } from "./find";
import type { ProjectDetail } from "./views";

/** A project with its environments, services and the reader's roles. */
export const getProject = defineOperation({
  name: "project.get",
  permission: "project.read",
  input: z.object({ slug: z.string() }),
  audit: "none",
  scope: ({ db, input: { slug } }) => scopeOfSlug(db, slug),
  async run({ ctx, input: { slug } }): Promise<ProjectDetail> {
    const project = await ctx.db.project.findUnique({
      where: { slug },
      include: {
        environments: {
          orderBy: [{ position: "asc" }, { name: "asc" }],
          include: { _count: { select: { targets: true } } },
        },
        services: {
          orderBy: { name: "asc" },
          include: { _count: { select: { targets: true, migrations: true } } },
        },
      },
    });
    const role = project && (await roleIn(ctx.db, ctx.actor, project.id));
    if (!project || !role) throw noSuch("project");
    const roles = await rolesByEnvironment(ctx.db, ctx.actor, project.id, role);
    return {
      id: project.id,
      slug: project.slug,
      name: project.name,
      role,
      environments: project.environments.map((row) => ({
        id: row.id,
        name: row.name,
        position: row.position,
        protected: row.protected,
        color: row.color,
        policy: row.policy as EnvironmentPolicy,
        driftPolicy: driftPolicyOf(row.driftPolicy, row.protected),
        role: roles.get(row.id) ?? role,
        targets: row._count.targets,
      })),
      services: project.services.map((row) => ({
        id: row.id,
        name: row.name,
        description: row.description,
        schemas: row.schemas,
        migrations: row._count.migrations,
        targets: row._count.targets,
      })),
    };
  },
});
