import type { DeploymentState } from "../run/types";

/** What happens to a deployment. */
export type DeploymentEvent =
  | "check" // somebody asks, or something changed under it
  | "checked_open" // the check found nothing in the way, and nobody has to approve
  | "checked_unapproved"
  | "checked_approved" // approvals of the very same hash are already there
  | "checked_blocked"
  | "approvals_complete"
  | "approvals_lost" // a decision was taken back
  | "enqueue"
  | "start"
  | "stale" // the target is no longer the one that was reviewed; nothing was done
  | "succeed"
  | "fail"
  | "stop"
  | "doubt"
  | "cancel"
  | "settle_succeeded"
  | "settle_failed"
  | "settle_resumed"
  | "settle_cancelled";

/** Every allowed transition; what is not here is refused. */
export const TRANSITIONS: Record<DeploymentState, Partial<Record<DeploymentEvent, DeploymentState>>> = {
  draft: { check: "checking", cancel: "cancelled" },
  checking: {
    check: "checking",
    checked_open: "ready",
    checked_unapproved: "awaiting_approval",
    checked_approved: "approved",
    checked_blocked: "blocked",
    cancel: "cancelled",
  },
  blocked: { check: "checking", cancel: "cancelled" },
  ready: { check: "checking", approvals_lost: "awaiting_approval", enqueue: "queued", cancel: "cancelled" },
  awaiting_approval: { check: "checking", approvals_complete: "approved", cancel: "cancelled" },
  approved: {
    check: "checking",
    approvals_lost: "awaiting_approval",
    enqueue: "queued",
    cancel: "cancelled",
  },
  queued: { start: "running", stale: "checking", cancel: "cancelled" },
  running: {
    stale: "checking",
    succeed: "succeeded",
    fail: "failed",
    stop: "cancelled",
    doubt: "in_doubt",
    settle_succeeded: "succeeded",
    settle_failed: "failed",
    settle_resumed: "queued",
    settle_cancelled: "cancelled",
  },
  in_doubt: {
    settle_succeeded: "succeeded",
    settle_failed: "failed",
    settle_resumed: "checking",
    settle_cancelled: "cancelled",
  },
  succeeded: {},
  // Trying again starts with a new check: the ledger may be another one by now.
  failed: { check: "checking" },
  cancelled: { check: "checking" },
};

/** The state after `event`, or null when it is not allowed there. */
export function nextState(state: DeploymentState, event: DeploymentEvent): DeploymentState | null {
  return TRANSITIONS[state][event] ?? null;
}

/** States in which a deployment may come into `state` by `event`: the WHERE of a guarded update. */
export function statesBefore(event: DeploymentEvent): DeploymentState[] {
  return (Object.keys(TRANSITIONS) as DeploymentState[]).filter(
    (state) => TRANSITIONS[state][event] !== undefined,
  );
}

/** States that hold a place in the queue of the target: whoever comes after waits. */
export const QUEUE_STATES = [
  "checking",
  "ready",
  "awaiting_approval",
  "approved",
  "queued",
  "running",
  "in_doubt",
] as const satisfies readonly DeploymentState[];

/** States in which nothing runs or has run: a review is what there is to see. */
export const BEFORE_RUN: readonly DeploymentState[] = [
  "draft",
  "checking",
  "ready",
  "blocked",
  "awaiting_approval",
  "approved",
];

/** States of what was asked for and is not over. */
export const OPEN_STATES = [...QUEUE_STATES, "blocked"] as const satisfies readonly DeploymentState[];

/** States that nobody has to do anything about any more. */
export const FINISHED_STATES = [
  "succeeded",
  "failed",
  "cancelled",
] as const satisfies readonly DeploymentState[];

export function isFinished(state: string): boolean {
  return (FINISHED_STATES as readonly string[]).includes(state);
}

export function isDeploymentState(value: string): value is DeploymentState {
  return Object.hasOwn(TRANSITIONS, value);
}
