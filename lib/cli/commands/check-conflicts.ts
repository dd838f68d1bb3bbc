import { planUp } from "../../core/plan/plan";
import { computeStatus } from "../../core/plan/state";
import type { Conflict } from "../../core/plan/types";
import { readConfig } from "../config";
import type { JudgedConflict } from "../heads";
import { count, note, paint, print, printJson, withHint } from "../output";
import { type CommonOptions, isJson, readFolder, type Session, withSession } from "../session";
import { findTarget } from "../target";

interface ConflictOptions extends CommonOptions {
  /** --no-replay: whether the order matters is not tried. */
  replay: boolean;
}

type Place = Pick<Session, "migrations" | "ledger"> & { spec: Session["spec"] | null };

/** With a target, its ledger counts too; without one, only what the files alone show. */
export async function checkConflicts(options: ConflictOptions): Promise<number> {
  const target = await findTarget(options, readConfig());
  const conflicts = target
    ? await withSession(options, ({ migrations, ledger, spec }) =>
        judge({ migrations, ledger, spec }, options),
      )
    : await judge({ migrations: readFolder(options).migrations, ledger: [], spec: null }, options);
  if (isJson(options)) printJson({ conflicts: conflicts.map(asJson) });
  else show(conflicts, target !== null);
  return conflicts.length > 0 && options.exitCode ? 2 : 0;
}

async function judge(
  { migrations, ledger, spec }: Place,
  options: ConflictOptions,
): Promise<JudgedConflict[]> {
  const conflicts = conflictsOf(migrations, ledger);
  const matters = conflicts.some((one) => one.code === "out_of_order" || one.code === "duplicate_version");
  if (!options.replay || !matters)
    return conflicts.map((one) => ({ ...one, commutes: null, against: [], order: null }));
  if (!isJson(options)) note("Replaying both orders on a scratch server …");
  const { judgeOrders } = await import("../heads");
  return judgeOrders(conflicts, migrations, ledger, spec);
}

export function conflictsOf(...[migrations, ledger]: Parameters<typeof computeStatus>): Conflict[] {
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

function asJson({ order, ...conflict }: JudgedConflict) {
  const differences = order?.differences.map(({ facts: _, needs: __, ...line }) => line) ?? [];
  return { ...conflict, ...(order ? { order: { ...order, differences } } : {}) };
}

function show(conflicts: readonly JudgedConflict[], withTarget: boolean): void {
  for (const conflict of conflicts) {
    const mark = conflict.blocking ? paint.red("✗ blocks") : paint.yellow("· note  ");
    print(`${mark} ${withHint(conflict)}`);
    const told = verdict(conflict);
    if (told) print(`         ${told}`);
  }
  const where = withTarget ? "" : " in the files; give a target to compare with its ledger";
  print(
    conflicts.length === 0
      ? `${paint.green("✓")} No conflicts${where}.`
      : `${count(conflicts.length, "conflict")}${where}.`,
  );
}

function verdict({ commutes, against, order }: JudgedConflict): string | null {
  if (commutes === null || !order) return null;
  const others =
    against.length === 1 ? against[0] : `${count(against.length, "migration")} applied after its version`;
  if (commutes) return `${paint.green("✓")} Tried: the order with ${others} does not matter.`;
  if (order.failure) return `${paint.red("✗")} Tried: one order fails: ${order.failure.message}`;
  const names = order.differences.slice(0, 5).map((one) => one.name);
  return `${paint.red("✗")} Tried: the order with ${others} matters (${names.join(", ")}); see resolve-conflicts.`;
}
