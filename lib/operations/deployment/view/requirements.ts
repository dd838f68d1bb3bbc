import type { DeploymentBackup } from "../../backup/before-deployment";
import type { ApprovalStatus } from "../approval-count";
import type { StoredCheck } from "../stored-check";
import type { CheckView, Requirement } from "../views";
import { countFindings } from "./statements";

/** What must be true before it may run, and whether it is. */
export function requirementsOf(args: {
  direction: "up" | "down";
  check: CheckView;
  result: StoredCheck | null;
  scriptsUnchanged: boolean;
  approvals: ApprovalStatus;
  ahead: { number: number } | null;
  backup: DeploymentBackup | null;
}): Requirement[] {
  const { check, result, approvals, ahead } = args;
  const at = check.finishedAt;
  if (!result) return [{ key: "checked", state: check.error ? "unmet" : "unknown", at, params: {} }];
  const list: Requirement[] = [{ key: "checked", state: "met", at, params: {} }];
  if (result.problems.length > 0)
    list.push({ key: "no_problems", state: "unmet", at, params: { count: result.problems.length } });
  list.push(findings(result, at), tried(result, at));
  list.push(...previous(result, at));
  list.push(...drift(result, at));
  list.push({ key: "unchanged", state: args.scriptsUnchanged ? "met" : "unmet", at, params: {} });
  if (args.direction === "up") list.push(rollback(result, at));
  list.push(...lastBackup(result, args.backup));
  if (approvals.needed > 0 || approvals.changesRequested) {
    const params = {
      given: approvals.given,
      needed: approvals.needed,
      changesRequested: approvals.changesRequested ? 1 : 0,
    };
    list.push({ key: "approvals", state: approvals.complete ? "met" : "unmet", at: null, params });
  }
  if (ahead) list.push({ key: "queue", state: "unmet", at: null, params: { number: ahead.number } });
  return list;
}

/** That there is one which restores, or that a risky change has none: nothing that keeps it from running. */
function lastBackup(result: StoredCheck, backup: DeploymentBackup | null): Requirement[] {
  const tested = backup?.tested.state ?? "untested";
  if (tested === "untested" && !result.backup) return [];
  const state = tested === "restores" ? "met" : "warning";
  const kind = backup === null ? "none" : tested;
  const at = backup === null ? null : (backup.tested.at ?? backup.finishedAt);
  // A first backup, or one that nobody has tested yet, is about to get a companion: no warning.
  const planned = tested === "untested" && result.backup;
  return [{ key: "backup", state: planned ? "met" : state, at, params: { kind } }];
}

function findings(result: StoredCheck, at: string | null): Requirement {
  const { danger, warning } = countFindings(result.findings);
  return {
    key: "findings",
    state: danger + warning > 0 ? "warning" : "met",
    at,
    params: { dangers: danger, warnings: warning },
  };
}

function tried(result: StoredCheck, at: string | null): Requirement {
  if (!result.dryRun)
    return { key: "tried", state: "warning", at, params: { code: result.dryRunError?.code ?? "" } };
  return {
    key: "tried",
    state: result.dryRun.ok ? "met" : "unmet",
    at,
    params: { kind: result.dryRun.shadow.kind },
  };
}

function previous({ previous }: StoredCheck, at: string | null): Requirement[] {
  if (previous.environment === null) return [];
  const met = previous.missing.length === 0 && previous.unread === null;
  const params = {
    environment: previous.environment,
    missing: previous.missing.length,
    ...(previous.targetId ? { targetId: previous.targetId } : {}),
    ...(previous.unread ? { unread: previous.unread } : {}),
  };
  return [{ key: "previous", state: met ? "met" : previous.demanded ? "unmet" : "warning", at, params }];
}

function drift({ drift: found }: StoredCheck, at: string | null): Requirement[] {
  if (!found) return [];
  const { added, changed, removed } = found.counts;
  const params = { count: added + changed + removed, state: found.state };
  if (found.state === "none") return [{ key: "drift", state: "met", at, params }];
  const blocks = found.state === "drifted" && found.policy === "block";
  return [{ key: "drift", state: blocks ? "unmet" : "warning", at, params }];
}

function rollback(result: StoredCheck, at: string | null): Requirement {
  const reason = result.dryRun?.rollback.reason ?? "not_tried";
  return {
    key: "rollback",
    state: result.dryRun?.rollback.proven ? "met" : "warning",
    at,
    params: { reason },
  };
}
