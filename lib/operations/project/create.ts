import { z } from "zod";
import { defineOperation, instanceScope } from "../define";
import { EnvironmentColor, Policy, ProjectName, ShortName, Slug, slugOf } from "./fields";

const NewEnvironment = z.object({
  name: ShortName,
  protected: z.boolean().default(false),
  color: EnvironmentColor.default("development"),
  policy: Policy.default({}),
});

/** What a project starts with unless told otherwise. */
const DEFAULT_ENVIRONMENTS: z.input<typeof NewEnvironment>[] = [
  { name: "development", color: "development" },
  { name: "staging", color: "staging" },
  { name: "production", color: "production", protected: true, policy: { requirePrevious: true } },
];

const input = z
  .object({
    name: ProjectName,
    /** Made of the name when it is left out. */
    slug: Slug.optional(),
    environments: z
      .array(NewEnvironment)
      .max(20)
      .default(DEFAULT_ENVIRONMENTS.map((e) => NewEnvironment.parse(e))),
  })
  .transform((given, ctx) => {
    const slug = Slug.safeParse(given.slug ?? slugOf(given.name));
    if (!slug.success) {
      ctx.addIssue({
        code: "custom",
        path: ["slug"],
        message: slug.error.issues[0]?.message ?? "not usable",
      });
      return z.NEVER;
    }
    return { ...given, slug: slug.data };
  });

/**
 * Makes a project with its environments; whoever makes it becomes its admin. Administrators of the instance only:
 * shadows of its changes run on the instance's own server.
 */
export const createProject = defineOperation({
  name: "project.create",
  permission: "instance_admin",
  input,
  audit: "change",
  scope: ({ input: { name } }) => instanceScope("project", name),
  async run({ ctx, input: { name, slug, environments }, scope }) {
    const project = await ctx.db.project.create({
      data: {
        name,
        slug,
        environments: { create: environments.map((environment, position) => ({ ...environment, position })) },
      },
    });
    if (ctx.actor.userId) {
      await ctx.db.membership.create({
        data: { userId: ctx.actor.userId, projectId: project.id, role: "admin" },
      });
    }
    // Its own trail begins with it.
    scope.projectId = project.id;
    scope.resource.id = project.id;
    ctx.note({ slug, environments: environments.map((e) => e.name) });
    return { id: project.id, slug };
  },
});
