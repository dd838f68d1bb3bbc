import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";

export interface ProjectPlaces {
  services: { id: string; name: string }[];
  environments: { id: string; name: string; color: string; protected: boolean }[];
  targets: {
    id: string;
    serviceId: string;
    environmentId: string;
    currentVersion: string | null;
    pending: number;
  }[];
}

/** Services, environments and where they meet, for filters and choices. */
export const getPlaces = defineOperation({
  name: "frame.places",
  permission: "project.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<ProjectPlaces> => {
    const projectId = scope.projectId as string;
    const [services, environments, targets] = await Promise.all([
      ctx.db.service.findMany({
        where: { projectId },
        select: { id: true, name: true },
        orderBy: { name: "asc" },
      }),
      ctx.db.environment.findMany({
        where: { projectId },
        select: { id: true, name: true, color: true, protected: true },
        orderBy: { position: "asc" },
      }),
      ctx.db.target.findMany({
        where: { service: { projectId } },
        select: {
          id: true,
          serviceId: true,
          environmentId: true,
          currentVersion: true,
          pendingCount: true,
          failedCount: true,
        },
        // The first environment with something to do is what a new deployment proposes.
        orderBy: [{ environment: { position: "asc" } }, { service: { name: "asc" } }],
      }),
    ]);
    return {
      services,
      environments,
      // One that did not go through waits as those do that were never tried.
      targets: targets.map(({ pendingCount, failedCount, ...target }) => ({
        ...target,
        pending: pendingCount + failedCount,
      })),
    };
  },
});
