import { z } from "zod";
import type { Actor } from "../../access/actor";
import { roleIn } from "../../access/check";
import type { Role } from "../../access/roles";
import { OPEN_STATES } from "../../core/policy/state-machine";
import type { Db } from "../../db/client";
import { runningArchives } from "../backup/running";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";

/** What the frame around every page of a project shows. */
export interface FrameView {
  project: { slug: string; name: string };
  /** Projects the reader may open, by name, at most 50. */
  projects: { slug: string; name: string }[];
  role: Role;
  /** Deployments that wait for somebody or are at work. */
  openDeployments: number;
  /** What is at work right now, backups and restores too; the live bell goes on from here. */
  running: number;
  /** Databases that are not what their ledgers say. */
  drifted: number;
}

const AT_WORK = ["checking", "queued", "running"];

/** Project, role and counts for the navigation; read on every page, so it is six small queries and no more. */
export const getFrame = defineOperation({
  name: "frame.get",
  permission: "project.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }): Promise<FrameView> => {
    const projectId = scope.projectId as string;
    const [role, projects, states, drifted, archives] = await Promise.all([
      roleIn(ctx.db, ctx.actor, projectId),
      readableProjects(ctx.db, ctx.actor),
      ctx.db.deployment.groupBy({
        by: ["state"],
        where: { projectId, state: { in: [...OPEN_STATES] } },
        _count: true,
      }),
      ctx.db.targetDrift.count({ where: { state: "drifted", target: { service: { projectId } } } }),
      runningArchives(ctx.db, projectId),
    ]);
    const count = (wanted: readonly string[]) =>
      states.filter((row) => wanted.includes(row.state)).reduce((sum, row) => sum + row._count, 0);
    return {
      project: { slug: input.project, name: scope.resource.label },
      projects,
      role: role ?? "viewer",
      openDeployments: count(OPEN_STATES),
      running: count(AT_WORK) + archives.length,
      drifted,
    };
  },
});

function readableProjects(db: Db, actor: Actor): Promise<{ slug: string; name: string }[]> {
  const mine = actor.instanceAdmin ? {} : { memberships: { some: { userId: actor.userId ?? "" } } };
  return db.project.findMany({
    where: { archivedAt: null, ...mine },
    select: { slug: true, name: true },
    orderBy: { name: "asc" },
    take: 50,
  });
}
