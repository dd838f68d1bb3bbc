import { BEFORE_RUN } from "../../../core/policy/state-machine";
import type { DeploymentState } from "../../../core/run/types";
import type { ApprovalsView, CheckView, PathStep, RunView } from "../views";

/** The lifecycle at the top of the page: checked, approved, run, compared with the shadow. */
export function lifecyclePath(args: {
  state: DeploymentState;
  check: Pick<CheckView, "startedAt" | "finishedAt">;
  approvals: Pick<ApprovalsView, "given" | "needed" | "decisions">;
  run: RunView | null;
}): PathStep[] {
  return [checkStep(args), approvalStep(args), runStep(args), compareStep(args)];
}

type Args = Parameters<typeof lifecyclePath>[0];

function checkStep({ state, check }: Args): PathStep {
  const took =
    check.startedAt && check.finishedAt ? Date.parse(check.finishedAt) - Date.parse(check.startedAt) : null;
  const mark =
    state === "draft" ? "todo" : state === "checking" ? "now" : state === "blocked" ? "failed" : "done";
  return { key: "check", state: mark, at: check.finishedAt, durationMs: took, count: null };
}

function approvalStep({ state, approvals }: Args): PathStep {
  const last = approvals.decisions.filter((one) => one.current && one.decision === "approved").at(-1);
  const count = approvals.needed > 0 ? { done: approvals.given, of: approvals.needed } : null;
  const before = state === "draft" || state === "checking" || state === "blocked";
  const mark = before
    ? "todo"
    : state === "awaiting_approval"
      ? "now"
      : approvals.needed === 0
        ? "skipped"
        : "done";
  const cancelledBefore = state === "cancelled" && approvals.given < approvals.needed;
  return {
    key: "approval",
    state: cancelledBefore ? "skipped" : mark,
    at: last?.at ?? null,
    durationMs: null,
    count,
  };
}

function runStep({ state, run: last }: Args): PathStep {
  // A run that did not begin, since something had changed, left a new check behind.
  const run = BEFORE_RUN.includes(state) ? null : last;
  const count = run ? { done: run.progress.statements.done, of: run.progress.statements.of } : null;
  return {
    key: "run",
    state: runMark(state, run),
    at: run?.finishedAt ?? run?.startedAt ?? null,
    durationMs: run?.durationMs ?? null,
    count,
  };
}

function runMark(state: DeploymentState, run: RunView | null): PathStep["state"] {
  switch (state) {
    case "queued":
    case "running":
    case "ready":
    case "approved":
      return "now";
    case "succeeded":
      return "done";
    case "failed":
      return "failed";
    case "cancelled":
      return run ? "cancelled" : "skipped";
    case "in_doubt":
      return "in_doubt";
    default:
      return "todo";
  }
}

function compareStep({ state, run }: Args): PathStep {
  const comparison = run?.comparison ?? null;
  const at = comparison ? (run?.finishedAt ?? null) : null;
  const mark =
    state !== "succeeded"
      ? state === "failed" || state === "cancelled"
        ? "skipped"
        : "todo"
      : comparison?.schema === "same"
        ? "done"
        : comparison?.schema === "differs"
          ? "failed"
          : "in_doubt";
  return { key: "compare", state: mark, at, durationMs: null, count: null };
}
