import { planUp } from "../../core/plan/plan";
import { computeStatus } from "../../core/plan/state";
import type { Conflict } from "../../core/plan/types";
import { readConfig } from "../config";
import { count, paint, print, printJson } from "../output";
import { type CommonOptions, isJson, readFolder, withSession } from "../session";
import { findTarget } from "../target";

/** With a target, its ledger counts too; without one, only what the files alone show. */
export async function checkConflicts(options: CommonOptions): Promise<number> {
  const target = await findTarget(options, readConfig());
  const conflicts = target
    ? await withSession(options, async ({ migrations, ledger }) => conflictsOf(migrations, ledger))
    : conflictsOf(readFolder(options).migrations, []);
  if (isJson(options)) printJson({ conflicts });
  else show(conflicts, target !== null);
  const blocking = conflicts.some((one) => one.blocking);
  if (conflicts.length > 0 && options.exitCode) return 2;
  return blocking ? 1 : 0;
}

function conflictsOf(...[migrations, ledger]: Parameters<typeof computeStatus>): Conflict[] {
  const { conflicts } = computeStatus(migrations, ledger);
  const told = new Set(conflicts.map((one) => one.code));
  const more = planUp(migrations, ledger).problems.flatMap((problem): Conflict[] => {
    const { code, service, filename } = problem;
    if (code !== "requires_missing" && code !== "requires_cycle") return [];
    if (told.has(code) || service === undefined || filename === undefined) return [];
    return [{ ...problem, code, service, filename, blocking: true }];
  });
  return [...conflicts, ...more];
}

function show(conflicts: readonly Conflict[], withTarget: boolean): void {
  for (const conflict of conflicts) {
    const mark = conflict.blocking ? paint.red("✗ blocks") : paint.yellow("· note  ");
    print(`${mark} ${conflict.message}${conflict.hint ? ` ${conflict.hint}` : ""}`);
  }
  const where = withTarget ? "" : " in the files; give a target to compare with its ledger";
  print(
    conflicts.length === 0
      ? `${paint.green("✓")} No conflicts${where}.`
      : `${count(conflicts.length, "conflict")}${where}.`,
  );
}
