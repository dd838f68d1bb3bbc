import type { Actor } from "../../access/actor";
import { roleForEnvironments } from "../../access/check";
import type { Db } from "../../db/client";
import { loadStandings } from "../backup/standing";
import { defineOperation } from "../define";
import { projectRef, projectRefScope } from "../deployment/project-ref";
import type { EnvironmentView } from "../deployment/views";
import { progressOfRuns } from "../run/rows";
import { loadActivity } from "./activity";
import { backupNeeds, loadWaitingRestores } from "./backup-needs";
import { matrixCell } from "./cells";
import { loadDurations, loadWeeks } from "./charts";
import { byUrgency, loadOpenDeployments, needsYou } from "./needs-you";
import { loadTargets } from "./targets";
import type { OverviewView } from "./views";

/** The first page of a project: where everything stands, what waits for the viewer, what happened. */
export const getOverview = defineOperation({
  name: "overview.get",
  permission: "project.read",
  input: projectRef,
  audit: "none",
  scope: projectRefScope,
  run: ({ ctx, scope }) => buildOverview(ctx.db, ctx.actor, scope.projectId ?? ""),
});

async function buildOverview(db: Db, actor: Actor, projectId: string): Promise<OverviewView> {
  const [project, environments, services, targets, open, weeks, durations, standings, waiting] =
    await Promise.all([
      db.project.findUniqueOrThrow({
        where: { id: projectId },
        select: { id: true, slug: true, name: true },
      }),
      loadEnvironments(db, projectId),
      loadServices(db, projectId),
      loadTargets(db, projectId),
      loadOpenDeployments(db, projectId, actor.userId),
      loadWeeks(db, projectId, new Date()),
      loadDurations(db, projectId),
      loadStandings(db, projectId),
      loadWaitingRestores(db, projectId),
    ]);
  const byId = new Map(environments.map((one) => [one.id, one]));
  const running = targets.flatMap((target) =>
    target.active?.runId ? [{ id: target.active.runId, outcome: null }] : [],
  );
  const [progress, activity, roles] = await Promise.all([
    progressOfRuns(db, running),
    loadActivity(db, projectId, byId),
    roleForEnvironments(db, actor, projectId),
  ]);
  const viewer = { userId: actor.userId, roleIn: roles };
  return {
    ...{ project, environments, services, weeks, durations, activity },
    cells: targets.map((target) => matrixCell(target, progress, standings.get(target.id))),
    readAt: oldest(targets.map((target) => target.syncedAt)),
    needsYou: [
      ...needsYou(viewer, open, targets, byId),
      ...backupNeeds({ viewer, targets, environments: byId, standings, waiting }),
    ].sort(byUrgency),
  };
}

function loadEnvironments(db: Db, projectId: string): Promise<EnvironmentView[]> {
  return db.environment.findMany({
    where: { projectId },
    orderBy: { position: "asc" },
    select: { id: true, name: true, color: true, protected: true },
  });
}

async function loadServices(db: Db, projectId: string): Promise<OverviewView["services"]> {
  return db.$queryRaw<OverviewView["services"]>`
    SELECT s.id, s.name, count(m.id)::int AS migrations, count(m.id) FILTER (WHERE m.draft)::int AS drafts
    FROM service s LEFT JOIN migration m ON m.service_id = s.id
    WHERE s.project_id = ${projectId}::uuid GROUP BY s.id ORDER BY s.name`;
}

function oldest(dates: readonly (Date | null)[]): string | null {
  const known = dates.filter((date) => date !== null).map((date) => date.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known)).toISOString();
}
