import type { Actor } from "../../../access/actor";
import { roleIn } from "../../../access/check";
import type { Role } from "../../../access/roles";
import type { Db } from "../../../db/client";
import type { KeptFailure } from "../../../errors";
import { loadRunView } from "../../run/load-view";
import { nameReader } from "../../user/names";
import { appliedBy } from "../applied-by";
import { type ApprovalStatus, approvalStatus } from "../approval-count";
import { approvalSubject, type LoadedDeployment } from "../load";
import { nextTarget, type PromotionTarget } from "../promote";
import { deploymentAhead } from "../queue-position";
import { scriptsUnchanged } from "../scripts-unchanged";
import { readStoredCheck, type StoredCheck } from "../stored-check";
import type {
  ActionKind,
  ActionView,
  ApprovalView,
  CheckProgress,
  CheckView,
  NextAction,
  RunView,
} from "../views";
import { actionsOf, nextActionOf } from "./actions";

export interface LiveParts {
  role: Role | null;
  check: CheckView;
  result: StoredCheck | null;
  schemas: { before: string | null; after: string | null };
  approvals: ApprovalStatus;
  decisions: ApprovalView[];
  unchanged: boolean;
  ahead: Awaited<ReturnType<typeof deploymentAhead>>;
  promoteTo: PromotionTarget | null;
  run: RunView | null;
  actions: Record<ActionKind, ActionView>;
  next: NextAction;
}

/** States in which a changed script matters; later ones run or ran what was checked. */
const REVIEWED = new Set(["ready", "awaiting_approval", "approved"]);

/** What both the page and its live stream rest on; what changes after `deployment` was read has a newer version. */
export async function loadLiveParts(
  db: Db,
  actor: Actor,
  deployment: LoadedDeployment,
  afterLog: bigint | null = null,
): Promise<LiveParts> {
  const { environment, projectId, serviceId } = deployment;
  const { latest, finished } = await loadChecks(db, deployment.id);
  const result = readStoredCheck(finished?.result);
  const run = await loadRunView(db, {
    deploymentId: deployment.id,
    place: placeOf(deployment),
    plan: deployment.plan,
    check: result,
    afterLog,
  });
  const [role, approvals, decisions, ahead, promoteTo, unchanged, applied] = await Promise.all([
    roleIn(db, actor, projectId, environment.id),
    approvalStatus(db, approvalSubject(deployment)),
    loadDecisions(db, deployment, actor.userId),
    deploymentAhead(db, deployment),
    nextTarget(db, { serviceId, projectId, position: environment.position }),
    REVIEWED.has(deployment.state) ? scriptsUnchanged(db, deployment, result) : true,
    appliedBy(db, deployment),
  ]);
  const facts = {
    ...{ state: deployment.state, direction: deployment.direction, protected: environment.protected, role },
    nextRole: promoteTo ? await roleIn(db, actor, projectId, promoteTo.environment.id) : null,
    nextProtected: promoteTo?.environment.protected ?? false,
    viewer: { userId: actor.userId, isPerson: actor.kind === "user" },
    authorId: deployment.createdBy,
    decided: decisions.find((one) => one.current && one.self)?.decision ?? null,
    ...{
      approvals,
      scriptsUnchanged: unchanged,
      ahead,
      destroys: deployment.destroys,
      hasNext: promoteTo !== null,
    },
    promoted: promoteTo !== null && (await wasPromoted(db, deployment.id, promoteTo.targetId)),
    applied: applied.length,
    everyStepHasDown: await everyStepHasDown(db, deployment, applied),
  };
  const actions = actionsOf(facts);
  return {
    ...{ role, result, approvals, decisions, unchanged, ahead, promoteTo, run, actions },
    check: checkView(latest, result),
    schemas: { before: finished?.schemaBefore ?? null, after: finished?.schemaAfter ?? null },
    next: nextActionOf(facts, actions),
  };
}

async function loadChecks(db: Db, deploymentId: string) {
  const latest = await db.deploymentCheck.findFirst({
    where: { deploymentId },
    orderBy: { attempt: "desc" },
  });
  if (!latest || latest.result !== null) return { latest, finished: latest };
  // While it is checked again, the page goes on showing what is known.
  const before = await db.deploymentCheck.findMany({
    where: { deploymentId, finishedAt: { not: null }, attempt: { lt: latest.attempt } },
    orderBy: { attempt: "desc" },
    take: 5,
  });
  return { latest, finished: before.find((one) => one.result !== null) ?? null };
}

function checkView(
  latest: Awaited<ReturnType<typeof loadChecks>>["latest"],
  result: StoredCheck | null,
): CheckView {
  const withHint = (error: KeptFailure | null) => error && { ...error, hint: error.hint ?? null };
  return {
    attempt: latest?.attempt ?? 0,
    startedAt: latest?.startedAt.toISOString() ?? null,
    finishedAt: latest?.finishedAt?.toISOString() ?? null,
    progress: latest?.finishedAt ? null : ((latest?.progress ?? null) as CheckProgress | null),
    error: withHint((latest?.error ?? null) as KeptFailure | null),
    dryRunError: withHint(result?.dryRunError ?? null),
  };
}

async function loadDecisions(
  db: Db,
  deployment: LoadedDeployment,
  viewer: string | null,
): Promise<ApprovalView[]> {
  const rows = await db.approval.findMany({
    where: { deploymentId: deployment.id },
    orderBy: { createdAt: "asc" },
  });
  const name = await nameReader(
    db,
    rows.map((row) => row.userLabel),
  );
  return rows.map((row) => ({
    person: name({ id: row.userId, label: row.userLabel }),
    decision: row.decision === "approved" ? "approved" : "changes_requested",
    comment: row.comment,
    at: row.createdAt.toISOString(),
    current: row.boundHash === deployment.boundHash,
    self: row.userId === viewer,
  }));
}

async function wasPromoted(db: Db, deploymentId: string, targetId: string): Promise<boolean> {
  const found = await db.deployment.findFirst({
    where: { promotedFromId: deploymentId, targetId, direction: "up", state: { not: "cancelled" } },
    select: { id: true },
  });
  return found !== null;
}

async function everyStepHasDown(
  db: Db,
  deployment: LoadedDeployment,
  applied: readonly string[],
): Promise<boolean> {
  if (applied.length === 0) return true;
  const without = await db.migration.findMany({
    where: {
      serviceId: deployment.serviceId,
      down: null,
      filename: { in: [...applied] },
    },
    select: { filename: true },
  });
  if (without.length === 0) return true;
  // Where rows were kept they can be put back without a script; whether they still are there the target will say.
  const kept = await db.runLog.findMany({
    where: { run: { deploymentId: deployment.id }, code: "undo_kept" },
    select: { data: true },
  });
  const names = new Set(kept.map(({ data }) => (data as { migration?: string } | null)?.migration));
  return without.every(({ filename }) => names.has(filename));
}

export function placeOf(deployment: LoadedDeployment) {
  const { id, name, color, protected: isProtected } = deployment.environment;
  return {
    deploymentNumber: deployment.number,
    direction: deployment.direction,
    service: { id: deployment.serviceId, name: deployment.serviceName },
    environment: { id, name, color, protected: isProtected },
  };
}
