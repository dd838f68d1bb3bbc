import type { Actor } from "../../access/actor";
import type { Db } from "../../db/client";
import { lastBackup } from "../backup/before-deployment";
import { defineOperation } from "../define";
import { runsOfDeployment } from "../run/list";
import { nameReader } from "../user/names";
import { approvalCandidates } from "./approval-count";
import { approvalSubject, type LoadedDeployment, loadDeployment } from "./load";
import { deploymentIdOf, deploymentRef, deploymentScope } from "./scope";
import type { StoredCheck } from "./stored-check";
import { type LiveParts, loadLiveParts, placeOf } from "./view/live-parts";
import { lifecyclePath } from "./view/path";
import { requirementsOf } from "./view/requirements";
import { countFindings, sortFindings, statementGroups, totalsOf } from "./view/statements";
import { summaryParts } from "./view/summary";
import { lockTimelines } from "./view/timelines";
import type { ApprovalsView, ConversationEntry, DeploymentView, PersonView } from "./views";

/** Everything that the page of a deployment shows to this viewer. */
export const getDeployment = defineOperation({
  name: "deployment.get",
  permission: "deployment.read",
  input: deploymentRef,
  audit: "none",
  scope: deploymentScope,
  run: ({ ctx, scope }) => buildDeploymentView(ctx.db, ctx.actor, deploymentIdOf(scope)),
});

async function buildDeploymentView(db: Db, actor: Actor, id: string): Promise<DeploymentView> {
  const deployment = await loadDeployment(db, id);
  const parts = await loadLiveParts(db, actor, deployment);
  const approvals = await approvalsView(db, deployment, parts);
  const row = await loadRow(db, id);
  const backup = await lastBackup(db, deployment.targetId);
  const name = await nameReader(db, [deployment.createdByLabel, ...row.comments.map((one) => one.userLabel)]);
  const { state, direction, severity, fromVersion, toVersion, plan, destroys, number, targetId } = deployment;
  const { service, environment } = placeOf(deployment);
  const { role, check, run, ahead, promoteTo, next, actions, result, unchanged } = parts;
  return {
    ...{
      id,
      number,
      project: row.project,
      service,
      environment,
      targetId,
      direction,
      state,
      severity,
      reason: row.reason,
    },
    version: deployment.updatedAt.getTime(),
    ...{
      fromVersion,
      toVersion,
      plan,
      destroys,
      role,
      check,
      run,
      ahead,
      promoteTo,
      next,
      actions,
      approvals,
    },
    ...(await relatedDeployments(db, deployment)),
    createdBy: name({ id: deployment.createdBy, label: deployment.createdByLabel }),
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    path: lifecyclePath({ state, check, approvals, run }),
    ...reviewOf(deployment, parts),
    requirements: requirementsOf({
      direction,
      check,
      result,
      scriptsUnchanged: unchanged,
      approvals: parts.approvals,
      ahead,
      backup,
    }),
    conversation: conversationOf(
      row.comments.map((one) => ({ ...one, person: name({ id: one.userId, label: one.userLabel }) })),
      parts,
    ),
    runs: await runsOfDeployment(db, id),
  };
}

/** What the check has found, in the shapes of the page. */
function reviewOf(deployment: LoadedDeployment, { result, schemas }: LiveParts) {
  const findings = sortFindings(result?.findings ?? []);
  const statements = result ? statementGroups(deployment.plan, result, findings) : [];
  const timelines = lockTimelines(statements);
  const { before, after } = schemas;
  return {
    ...{
      statements,
      findings,
      timelines: timelines.slice(0, 3),
      totals: totalsOf(statements),
      counts: countFindings(findings),
    },
    summary: result
      ? summaryParts({ direction: deployment.direction, check: result, groups: statements, timelines })
      : [],
    problems: problemsOf(result),
    schemaChange:
      before === null || after === null
        ? null
        : { before, after, changed: before !== after, changes: result?.dryRun?.changes ?? [] },
    rollback: result?.dryRun?.rollback ?? null,
    undo: result?.undo ?? null,
    shadow: result?.dryRun?.shadow ?? null,
    bound: result && deployment.boundHash === result.bound.hash ? result.bound : null,
  };
}

function problemsOf(result: StoredCheck | null): DeploymentView["problems"] {
  return (result?.problems ?? []).map(({ code, message, migration, line, column }) => ({
    ...{ code, message },
    migration: migration ?? null,
    line: line ?? null,
    column: column ?? null,
  }));
}

function loadRow(db: Db, id: string) {
  return db.deployment.findUniqueOrThrow({
    where: { id },
    select: {
      reason: true,
      createdAt: true,
      finishedAt: true,
      project: { select: { id: true, slug: true, name: true } },
      comments: { orderBy: { createdAt: "asc" } },
    },
  });
}

async function approvalsView(
  db: Db,
  deployment: LoadedDeployment,
  { approvals, decisions }: LiveParts,
): Promise<ApprovalsView> {
  const approved = decisions
    .filter((one) => one.current && one.decision === "approved")
    .map((one) => one.person.id);
  const { given, needed, changesRequested, basis, editors } = approvals;
  const candidates =
    needed > given
      ? await approvalCandidates(db, approvalSubject(deployment), [...approved, ...editors])
      : [];
  return { given, needed, changesRequested, basis, decisions, role: "approver", candidates };
}

function conversationOf(
  comments: readonly { id: string; person: PersonView; body: string; createdAt: Date }[],
  { decisions }: LiveParts,
): ConversationEntry[] {
  const said: ConversationEntry[] = comments.map((row) => ({
    kind: "comment",
    id: row.id,
    person: row.person,
    body: row.body,
    at: row.createdAt.toISOString(),
  }));
  const decided: ConversationEntry[] = decisions.map((one) => ({
    kind: one.decision,
    id: `${one.person.id}-${one.at}`,
    person: one.person,
    body: one.comment,
    at: one.at,
    current: one.current,
  }));
  return [...said, ...decided].sort((a, b) => (a.at < b.at ? -1 : 1));
}

async function relatedDeployments(
  db: Db,
  deployment: LoadedDeployment,
): Promise<Pick<DeploymentView, "promotedFrom" | "descendants">> {
  const select = {
    number: true,
    direction: true,
    state: true,
    target: { select: { environment: { select: { id: true, name: true, color: true, protected: true } } } },
  } as const;
  const [from, made] = await Promise.all([
    deployment.promotedFromId
      ? db.deployment.findUnique({ where: { id: deployment.promotedFromId }, select })
      : null,
    db.deployment.findMany({
      where: { promotedFromId: deployment.id },
      orderBy: { number: "desc" },
      take: 20,
      select,
    }),
  ]);
  return {
    promotedFrom: from && { number: from.number, environment: from.target.environment },
    descendants: made.map((one) => ({
      number: one.number,
      environment: one.target.environment,
      direction: one.direction === "down" ? "down" : "up",
      state: one.state as DeploymentView["state"],
    })),
  };
}
