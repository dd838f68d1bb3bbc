import type { StoredCheck } from "../stored-check";
import type { LockTimeline, StatementGroup, SummaryPart } from "../views";

const MAX_RELATIONS = 3;

/** What the one sentence at the top says, in order. */
export function summaryParts(args: {
  direction: "up" | "down";
  check: StoredCheck;
  groups: readonly StatementGroup[];
  timelines: readonly LockTimeline[];
}): SummaryPart[] {
  const { check, groups, direction } = args;
  const statements = groups.flatMap((group) => group.statements);
  const parts: SummaryPart[] = [
    {
      kind: "applies",
      migrations: groups.length,
      statements: statements.length,
      done: statements.filter((one) => one.whyNotCode === "in_effect").length,
      direction,
    },
  ];
  if (check.problems.length > 0) parts.push({ kind: "problems", count: check.problems.length });
  const at = statements.findIndex((one) => one.error);
  const failure = statements[at]?.error;
  if (failure) {
    const lacks = statements.slice(0, at).flatMap((one) => one.extension ?? []);
    parts.push({ kind: "fails", failure, lacks: [...new Set(lacks)] });
  }
  parts.push(...blockParts(args.timelines, groups, check));
  if (check.destroys.length > 0) parts.push({ kind: "destroys", names: check.destroys });
  if (check.dryRun && direction === "up") {
    const { proven, reason } = check.dryRun.rollback;
    parts.push({ kind: "rollback", proven, reason });
  }
  if (check.backup) {
    const { seconds, archiveBytes, testRestore } = check.backup;
    parts.push({ kind: "backup", seconds, bytes: archiveBytes, testRestore });
  }
  if (check.dryRunError) {
    parts.push({ kind: "not_tried", ...check.dryRunError, hint: check.dryRunError.hint ?? null });
  }
  return parts;
}

function blockParts(
  timelines: readonly LockTimeline[],
  groups: readonly StatementGroup[],
  check: StoredCheck,
): SummaryPart[] {
  if (timelines.length === 0) return [{ kind: "blocks_nothing" }];
  const rewritten = new Set(
    groups.flatMap((group) => group.statements.flatMap((one) => one.rewrites.map((size) => size.relation))),
  );
  const bytes = new Map(check.sizes.map((size) => [size.relation, size.bytes]));
  return timelines.slice(0, MAX_RELATIONS).map(({ relation, timed, stretches }) => {
    const blocked = stretches.filter((stretch) => stretch.blocks !== "free");
    const what = blocked.some((stretch) => stretch.blocks === "reads_and_writes")
      ? "reads_and_writes"
      : "writes";
    return {
      kind: "blocks",
      what,
      relation,
      times: blocked.length,
      durationMs: timed ? blocked.reduce((total, stretch) => total + stretch.durationMs, 0) : null,
      rewrite: rewritten.has(relation),
      bytes: bytes.get(relation) ?? null,
    };
  });
}
