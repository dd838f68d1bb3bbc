import { can, neededRole, type Permission } from "../../../access/permissions";
import type { Role } from "../../../access/roles";
import type { DeploymentState } from "../../../core/run/types";
import type { ApprovalStatus } from "../approval-count";
import type { ActionKind, ActionReason, ActionView, NextAction } from "../views";

/** Everything that decides what this viewer may do now. The operations decide again when it is done. */
export interface ActionFacts {
  state: DeploymentState;
  direction: "up" | "down";
  protected: boolean;
  role: Role | null;
  /** The viewer's role in the environment that promote goes to. */
  nextRole: Role | null;
  nextProtected: boolean;
  viewer: { userId: string | null; isPerson: boolean };
  authorId: string;
  /** The viewer's decision on the current hash. */
  decided: "approved" | "changes_requested" | null;
  approvals: ApprovalStatus;
  scriptsUnchanged: boolean;
  ahead: { number: number } | null;
  destroys: string[];
  hasNext: boolean;
  promoted: boolean;
  /** Versioned migrations that it has applied. */
  applied: number;
  /** Of those; where kept rows are put back without one it counts as there. */
  everyStepHasDown: boolean;
}

type Refusal = { reason: ActionReason; params?: Record<string, string | number> } | null;

const BEFORE_RUN: DeploymentState[] = ["checking", "blocked", "ready", "awaiting_approval", "approved"];
const STATES: Record<Exclude<ActionKind, "comment">, DeploymentState[]> = {
  check: ["draft", "checking", "blocked", "ready", "awaiting_approval", "approved"],
  approve: ["awaiting_approval"],
  request_changes: ["ready", "awaiting_approval", "approved"],
  run: ["ready", "approved"],
  cancel: ["draft", ...BEFORE_RUN, "queued", "running"],
  retry: ["failed", "cancelled"],
  rollback: ["succeeded", "failed", "cancelled"],
  promote: ["succeeded"],
  settle: ["in_doubt"],
};

export function actionsOf(facts: ActionFacts): Record<ActionKind, ActionView> {
  const action = (kind: ActionKind, refusal: Refusal): ActionView => ({
    kind,
    allowed: refusal === null,
    reason: refusal?.reason ?? null,
    params: refusal?.params ?? {},
    confirm: kind === "run" ? facts.destroys : [],
    needsReason: kind === "rollback" && facts.protected,
  });
  return {
    check: action("check", role(facts, "deployment.create") ?? inState(facts, "check")),
    approve: action("approve", role(facts, "deployment.approve") ?? approve(facts)),
    request_changes: action("request_changes", role(facts, "deployment.approve") ?? requestChanges(facts)),
    comment: action("comment", role(facts, "deployment.comment") ?? person(facts)),
    run: action("run", role(facts, runPermission(facts)) ?? run(facts)),
    cancel: action("cancel", role(facts, "deployment.cancel") ?? inState(facts, "cancel")),
    retry: action("retry", role(facts, "deployment.create") ?? inState(facts, "retry")),
    rollback: {
      ...action("rollback", role(facts, "deployment.rollback") ?? rollback(facts)),
      migrations: facts.applied,
    },
    promote: action("promote", promote(facts)),
    settle: action("settle", role(facts, "deployment.settle") ?? inState(facts, "settle")),
  };
}

function runPermission(facts: ActionFacts): Permission {
  return facts.direction === "down" ? "deployment.rollback" : "deployment.run";
}

function role(facts: ActionFacts, permission: Permission): Refusal {
  if (can(facts.role, permission, facts.protected)) return null;
  return {
    reason: "role",
    params: { needed: neededRole(permission, facts.protected) ?? "", role: facts.role ?? "" },
  };
}

function inState(facts: ActionFacts, kind: Exclude<ActionKind, "comment">): Refusal {
  return STATES[kind].includes(facts.state) ? null : { reason: "state" };
}

function person(facts: ActionFacts): Refusal {
  return facts.viewer.isPerson ? null : { reason: "token" };
}

function decision(facts: ActionFacts): Refusal {
  if (facts.viewer.userId === facts.authorId) return { reason: "author" };
  if (facts.approvals.editors.includes(facts.viewer.userId ?? "")) return { reason: "editor" };
  return facts.scriptsUnchanged ? null : { reason: "stale" };
}

function approve(facts: ActionFacts): Refusal {
  if (facts.decided === "approved") return { reason: "already" };
  return inState(facts, "approve") ?? person(facts) ?? decision(facts);
}

function requestChanges(facts: ActionFacts): Refusal {
  if (facts.decided === "changes_requested") return { reason: "already" };
  return inState(facts, "request_changes") ?? person(facts) ?? decision(facts);
}

function run(facts: ActionFacts): Refusal {
  const { given, needed } = facts.approvals;
  if (facts.state === "awaiting_approval") return { reason: "approvals", params: { given, needed } };
  if (facts.state === "blocked") return { reason: "requirements" };
  const wrong = inState(facts, "run");
  if (wrong) return wrong;
  if (!facts.scriptsUnchanged) return { reason: "stale" };
  if (!facts.approvals.complete) return { reason: "approvals", params: { given, needed } };
  return facts.ahead ? { reason: "queue", params: { number: facts.ahead.number } } : null;
}

function rollback(facts: ActionFacts): Refusal {
  const wrong = facts.applied === 0 ? ({ reason: "state" } as const) : inState(facts, "rollback");
  return wrong ?? (facts.everyStepHasDown ? null : { reason: "no_down" });
}

function promote(facts: ActionFacts): Refusal {
  const wrong = facts.direction === "down" ? ({ reason: "state" } as const) : inState(facts, "promote");
  if (wrong) return wrong;
  if (!facts.hasNext) return { reason: "no_next" };
  if (can(facts.nextRole, "deployment.create", facts.nextProtected)) return null;
  return {
    reason: "role",
    params: {
      needed: neededRole("deployment.create", facts.nextProtected) ?? "",
      role: facts.nextRole ?? "",
    },
  };
}

/** The one thing to do next, or whom it waits for. */
export function nextActionOf(facts: ActionFacts, actions: Record<ActionKind, ActionView>): NextAction {
  const stale = !facts.scriptsUnchanged && ["ready", "awaiting_approval", "approved"].includes(facts.state);
  if (stale) return { kind: "check", action: actions.check };
  switch (facts.state) {
    case "draft":
      return { kind: "check", action: actions.check };
    case "checking":
      return { kind: "wait_check", action: actions.cancel };
    case "blocked":
      return { kind: "fix", action: actions.check };
    case "awaiting_approval":
      // One who agrees does not take back what another one asks for.
      if (facts.approvals.changesRequested) return { kind: "changes", action: null };
      return { kind: actions.approve.allowed ? "approve" : "wait_approval", action: actions.approve };
    case "ready":
    case "approved":
      return { kind: actions.run.reason === "queue" ? "wait_queue" : "run", action: actions.run };
    case "queued":
      return { kind: "wait_queue", action: actions.cancel };
    case "running":
      return { kind: "wait_run", action: actions.cancel };
    case "in_doubt":
      return { kind: "settle", action: actions.settle };
    case "failed":
    case "cancelled":
      return { kind: "retry", action: actions.retry };
    case "succeeded":
      return facts.hasNext && !facts.promoted && facts.direction === "up"
        ? { kind: "promote", action: actions.promote }
        : { kind: "none", action: null };
  }
}
