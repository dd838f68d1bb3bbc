import { z } from "zod";
import { roleIn } from "../../access/check";
import { can, neededRole, type Permission } from "../../access/permissions";
import { isRole } from "../../access/roles";
import { driftPolicyOf } from "../../core/policy/drift";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { driftRow, ROW_INCLUDE } from "./row";
import type { StoredDrift } from "./store";
import type { DriftAction, DriftHistoryEntry, DriftState, DriftTrigger, DriftView } from "./views";

const HISTORY = 20;

/** A target's last report, or an older one, with what may be done about it. */
export const getDrift = defineOperation({
  name: "drift.get",
  permission: "drift.read",
  input: z.object({ targetId: z.uuid(), reportId: z.uuid().optional() }),
  audit: "none",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, reportId }, scope }): Promise<DriftView> => {
    const target = await ctx.db.target.findUniqueOrThrow({ where: { id: targetId }, include: ROW_INCLUDE });
    const current = driftRow(target);
    const shown = reportId ?? current.reportId;
    const report = shown ? await ctx.db.driftReport.findFirst({ where: { id: shown, targetId } }) : null;
    if (reportId && !report) throw noSuch("report");
    const { environment } = target;
    const [project, ignores, history, role] = await Promise.all([
      ctx.db.project.findUniqueOrThrow({
        where: { id: scope.projectId ?? "" },
        select: { id: true, slug: true },
      }),
      ctx.db.driftIgnore.findMany({
        where: { environmentId: environment.id, OR: [{ serviceId: null }, { serviceId: target.serviceId }] },
        orderBy: { createdAt: "desc" },
      }),
      readHistory(ctx.db, targetId),
      roleIn(ctx.db, ctx.actor, scope.projectId ?? "", environment.id),
    ]);
    const stored = (report?.result ?? EMPTY) as unknown as StoredDrift;
    const row = report && report.id !== current.reportId ? { ...current, ...olderRow(report) } : current;
    const isLatest = row.reportId === current.reportId;
    const action = (permission: Permission, open: boolean): DriftAction =>
      actionOf(role, permission, environment.protected, open && isLatest);
    const drifted = row.state === "drifted";
    return {
      ...row,
      ...stored,
      unfinishedIn: await deploymentOfUnfinished(ctx.db, targetId, row.reason),
      project,
      policy: driftPolicyOf(environment.driftPolicy, environment.protected),
      schemas: target.service.schemas,
      ignores: ignores.map((one) => ({
        id: one.id,
        pattern: one.pattern,
        reason: one.reason,
        by: one.createdBy,
        at: one.createdAt.toISOString(),
      })),
      history,
      actions: {
        check: actionOf(role, "drift.check", environment.protected, true),
        adopt: action("drift.adopt", drifted),
        revert: action("deployment.create", drifted),
        ignore: action("drift.ignore", drifted),
      },
    };
  },
});

/** The deployment that stopped part of the way, when that is why nothing can be told; null for a run of the CLI. */
async function deploymentOfUnfinished(
  db: Db,
  targetId: string,
  reason: DriftView["reason"],
): Promise<number | null> {
  const names = reason?.code === "drift.unfinished" ? reason.details?.names : undefined;
  if (typeof names !== "string") return null;
  const steps = {
    some: { migration: { in: names.split(", ") }, state: { in: ["done", "in_doubt", "running"] } },
  };
  const run = await db.run.findFirst({
    where: { targetId, state: { not: "succeeded" }, steps },
    orderBy: { createdAt: "desc" },
    select: { deployment: { select: { number: true } } },
  });
  return run?.deployment.number ?? null;
}

const EMPTY: StoredDrift = { changes: [], ignored: [], plan: null, blindSpots: [], replayed: null };

function actionOf(
  role: string | null,
  permission: Permission,
  isProtected: boolean,
  open: boolean,
): DriftAction {
  const own = isRole(role) ? role : null;
  if (!can(own, permission, isProtected)) {
    return { allowed: false, reason: "role", params: { needed: neededRole(permission, isProtected) ?? "" } };
  }
  return open
    ? { allowed: true, reason: null, params: {} }
    : { allowed: false, reason: "nothing", params: {} };
}

type StoredReport = {
  id: string;
  state: string;
  at: Date;
  added: number;
  changed: number;
  removed: number;
  ignored: number;
  error: unknown;
};

function olderRow(report: StoredReport) {
  const { added, changed, removed, ignored } = report;
  return {
    reportId: report.id,
    state: report.state as DriftState,
    checkedAt: report.at.toISOString(),
    since: null,
    counts: { added, changed, removed, ignored },
    reason: (report.error ?? null) as DriftView["reason"],
  };
}

async function readHistory(db: Parameters<typeof roleIn>[0], targetId: string): Promise<DriftHistoryEntry[]> {
  const rows = await db.driftReport.findMany({
    where: { targetId },
    orderBy: { at: "desc" },
    take: HISTORY,
    omit: { result: true, error: true },
  });
  return rows.map((row) => ({
    reportId: row.id,
    state: row.state as DriftState,
    trigger: row.trigger as DriftTrigger,
    at: row.at.toISOString(),
    changes: row.added + row.changed + row.removed,
  }));
}
