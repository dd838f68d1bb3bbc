import type { BackupStanding } from "../backup/standing";
import type { RunProgress } from "../deployment/views";
import type { TargetRecord } from "./targets";
import type { CellMark, CellNext, MatrixCell } from "./views";

const WAITING = new Set(["checking", "ready", "awaiting_approval", "approved", "queued"]);

export function matrixCell(
  target: TargetRecord,
  progress: ReadonlyMap<string, RunProgress>,
  standing: BackupStanding | undefined,
): MatrixCell {
  const { last, active } = target;
  const mark = markOf(target);
  return {
    targetId: target.id,
    serviceId: target.serviceId,
    environmentId: target.environmentId,
    mark,
    currentVersion: target.currentVersion,
    applied: target.applied,
    pending: target.pending,
    failed: target.failed,
    problems: target.problems,
    syncedAt: target.syncedAt?.toISOString() ?? null,
    syncError: target.syncError,
    serverVersion: target.serverVersion,
    drift: target.drift && {
      state: target.drift.state as NonNullable<MatrixCell["drift"]>["state"],
      changes: target.drift.changes,
    },
    lastDeployment: last && {
      ...{ number: last.number, state: last.state, direction: last.direction, by: last.by },
      at: new Date(last.at).toISOString(),
    },
    active: active && {
      ...{
        number: active.number,
        state: active.state,
        approvals: {
          given: active.given,
          needed: active.needed,
          changesRequested: active.changesRequested,
        },
      },
      progress: active.runId === null ? null : (progress.get(active.runId) ?? null),
    },
    failure:
      last?.state === "failed" && last.failure
        ? {
            message: last.failure.message,
            statement: last.failure.statement ?? null,
            ...(last.failure.own ? { own: last.failure.own } : {}),
          }
        : null,
    backup: backupOf(standing),
    next: nextOf(target, mark),
  };
}

function backupOf(standing: BackupStanding | undefined): MatrixCell["backup"] {
  if (!standing?.last) return null;
  const { at, tested, verified } = standing.last;
  const bad = tested === "failed" || tested === "differs" || verified === "damaged";
  const state = bad ? "bad" : tested === "restores" ? "proven" : "there";
  return { at, state, overdue: standing.overdueSince !== null };
}

/** What is most worth saying about a target. */
function markOf(target: TargetRecord): CellMark {
  const { active, last } = target;
  if (active?.state === "in_doubt") return "in_doubt";
  if (active?.state === "running") return "running";
  if (last?.state === "failed" && !active) return "failed";
  if (target.syncError) return "unreachable";
  if (active && WAITING.has(active.state)) return "waiting";
  if (target.syncedAt === null) return "never_read";
  if (target.problems > 0) return "problem";
  if (target.pending + target.failed > 0) return "pending";
  return target.drift?.state === "drifted" ? "drift" : "up_to_date";
}

function nextOf(target: TargetRecord, mark: CellMark): CellNext {
  const { active, last } = target;
  if (mark === "unreachable" || mark === "never_read") return { kind: "target", targetId: target.id };
  if (active) {
    if (active.state === "in_doubt") return { kind: "settle", number: active.number };
    return {
      kind: active.state === "running" || active.state === "queued" ? "follow" : "review",
      number: active.number,
    };
  }
  if (mark === "failed" && last) return { kind: "open_failed", number: last.number };
  if (last?.state === "blocked") return { kind: "review", number: last.number };
  if (mark === "problem") return { kind: "migrations", serviceId: target.serviceId };
  if (mark === "drift") return { kind: "drift", targetId: target.id };
  return mark === "pending"
    ? { kind: "deploy", targetId: target.id, pending: target.pending + target.failed }
    : { kind: "none" };
}
