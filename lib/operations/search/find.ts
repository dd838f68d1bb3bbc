import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";

export interface SearchResult {
  migrations: { service: string; filename: string; name: string; version: string; id: string }[];
  deployments: { number: number; service: string; environment: string; state: string }[];
}

/** What the command palette finds in a project by a few typed letters: at most six of each. */
export const findInProject = defineOperation({
  name: "search.find",
  permission: "project.read",
  input: z.object({ project: z.string().min(1).max(100), text: z.string().trim().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }): Promise<SearchResult> => {
    const projectId = scope.projectId as string;
    const number = /^#?(\d{1,9})$/.exec(input.text)?.[1];
    const like = { contains: input.text, mode: "insensitive" as const };
    const [migrations, deployments] = await Promise.all([
      ctx.db.migration.findMany({
        where: { service: { projectId }, filename: like },
        select: { id: true, filename: true, name: true, version: true, service: { select: { name: true } } },
        orderBy: [{ version: "desc" }, { filename: "desc" }],
        take: 6,
      }),
      ctx.db.deployment.findMany({
        where: number
          ? { projectId, number: Number(number) }
          : { projectId, target: { OR: [{ service: { name: like } }, { environment: { name: like } }] } },
        select: {
          number: true,
          state: true,
          target: {
            select: { service: { select: { name: true } }, environment: { select: { name: true } } },
          },
        },
        orderBy: { number: "desc" },
        take: 6,
      }),
    ]);
    return {
      migrations: migrations.map(({ service, ...rest }) => ({ ...rest, service: service.name })),
      deployments: deployments.map((row) => ({
        number: row.number,
        state: row.state,
        service: row.target.service.name,
        environment: row.target.environment.name,
      })),
    };
  },
});
