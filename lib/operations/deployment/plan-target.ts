import { readDirectives } from "../../core/migration/directives";
import type { MigrationSource } from "../../core/migration/types";
import { compareVersions, matchesVersion } from "../../core/migration/version";
import { concerns } from "../../core/plan/concerns";
import {
  type Plan as EnginePlan,
  type PlanProblem as EngineProblem,
  planDown,
  planUp,
} from "../../core/plan/plan";
import { computeStatus, isApplied, isUnfinished } from "../../core/plan/state";
import type { LedgerRow, TargetStatus } from "../../core/plan/types";
import type { PlannedMigration } from "../../core/run/types";
import type { Db } from "../../db/client";
import { loadMigrationSources, type StoredMigration } from "../migration/load";
import { noSuch } from "../project/find";
import { keptMigrations } from "../undo/kept";
import { plannedMigration } from "./planned-migration";
import { readTargetLedger } from "./read-ledger";

export interface PlanRequest {
  targetId: string;
  direction: "up" | "down";
  /** up: version or file name, it and everything before. down: what stays applied; "0": nothing. */
  to?: string | undefined;
  /** At most so many migrations. */
  steps?: number | undefined;
  /** File names of drafts to take along; the one that `to` names is taken without being listed. */
  drafts?: readonly string[];
  /** down: migrations whose kept rows return need no down script. */
  putBack?: boolean | undefined;
  /** Only these file names: what a deployment was asked for, and nothing that came later. */
  only?: readonly string[];
}

/** A plan as the engine makes it, with the problems that only a deployment has. */
type Plan = Omit<EnginePlan, "problems"> & { problems: PlanProblem[] };
type PlanProblem = Omit<EngineProblem, "code"> & { code: EngineProblem["code"] | "not_last" };

export interface TargetPlan extends Plan {
  planned: PlannedMigration[];
  status: TargetStatus;
  fromVersion: string | null;
  toVersion: string | null;
  /** Drafts among what is planned. */
  drafts: StoredMigration[];
  /** Drafts that are left out. */
  otherDrafts: StoredMigration[];
}

/** What has to run on a target to get where it is asked to be, by its ledger as it is now. @throws DomainError of openConnection */
export async function planTarget(db: Db, request: PlanRequest): Promise<TargetPlan> {
  const target = await db.target.findUnique({
    where: { id: request.targetId },
    include: { service: true, environment: true },
  });
  if (!target) throw noSuch("target");
  const stored = await loadMigrationSources(db, target.serviceId);
  const taken = (one: StoredMigration) =>
    !one.draft ||
    request.drafts?.includes(one.filename) ||
    (request.to !== undefined && matchesVersion(one, request.to));
  const own = stored.filter(taken);
  const service = target.service.name;
  const ledger = await readTargetLedger(db, target.id);
  const others = await required(db, own, ledger, target);
  const planned =
    request.direction === "up"
      ? planUp([...own, ...others.sources], [...ledger, ...others.ledger], {
          ...limitsOf(request, service),
          environment: target.environment.name,
          named: request.only ?? [],
        })
      : planDown(own, ledger, {
          ...limitsOf(request, service),
          ...onlySteps(request, service, ledger),
          ...(request.putBack
            ? { withoutDown: await keptMigrations(db, request.targetId, service, ledger) }
            : {}),
        });
  const plan = request.only ? withOnly(planned, request.only) : planned;
  const status = computeStatus(
    own,
    ledger.filter((row) => row.service === service),
  );
  const names = new Set(plan.steps.map((step) => step.migration.filename));
  const late = new Set(
    status.migrations.filter(({ state }) => state === "out_of_order").map(({ filename }) => filename),
  );
  return {
    ...plan,
    planned: await Promise.all(
      plan.steps.map((step) =>
        plannedMigration(step, late.has(step.migration.filename) ? status.current : null),
      ),
    ),
    status,
    fromVersion: status.current,
    toVersion: goalOf(plan, status),
    drafts: own.filter((one) => one.draft && names.has(one.filename)),
    otherDrafts: stored.filter((one) => one.draft && !names.has(one.filename)),
  };
}

function limitsOf(request: PlanRequest, service: string) {
  return {
    service,
    ...(request.to === undefined ? {} : { to: request.to }),
    ...(request.steps === undefined ? {} : { steps: request.steps }),
  };
}

/** How many of the named migrations are still in effect: so many steps lead back before them. */
function onlySteps(request: PlanRequest, service: string, ledger: readonly LedgerRow[]): { steps?: number } {
  const { only } = request;
  if (!only) return {};
  return {
    steps: ledger.filter(
      (row) =>
        row.service === service && only.includes(row.filename) && (isApplied(row) || isUnfinished(row)),
    ).length,
  };
}

/** Leaves what was not asked for out of the way up; on the way down it is in the way, which is a problem. */
function withOnly(plan: Plan, only: readonly string[]): Plan {
  const foreign = plan.steps.filter((step) => !only.includes(step.migration.filename));
  const problems = foreign
    .filter((step) => step.direction === "down")
    .map(({ migration }) => ({
      code: "not_last" as const,
      service: migration.service,
      filename: migration.filename,
      message: `${migration.filename} was applied on top of what is to be rolled back.`,
      hint: "Roll that back first.",
    }));
  const steps = plan.steps.filter((step) => only.includes(step.migration.filename));
  const due = steps.map((step) => step.migration);
  return { steps, problems: [...plan.problems.filter((one) => concerns(one, due)), ...problems] };
}

/** The version that is the latest applied one afterwards. */
function goalOf(plan: Plan, status: TargetStatus): string | null {
  const last = plan.steps.filter((step) => step.migration.kind === "versioned").at(-1);
  if (!last) return status.current;
  if (last.direction === "up") {
    const { version } = last.migration;
    return status.current !== null && compareVersions(status.current, version) > 0 ? status.current : version;
  }
  const reverted = new Set(plan.steps.map((step) => step.migration.filename));
  const left = status.migrations.filter(
    (one) => one.appliedAt !== null && one.kind === "versioned" && !reverted.has(one.filename),
  );
  return left.at(-1)?.version ?? null;
}

/**
 * Scripts and ledgers of the services that this one's migrations require, in the same environment: from the same
 * ledger when they share the database, else from their own target.
 */
async function required(
  db: Db,
  own: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
  target: { id: string; environmentId: string; service: { projectId: string; name: string } },
): Promise<{ sources: MigrationSource[]; ledger: LedgerRow[] }> {
  const names = new Set<string>();
  for (const { up } of own) {
    for (const one of readDirectives(up).directives.requires) names.add(one.split("/")[0] ?? "");
  }
  names.delete(target.service.name);
  const sources: MigrationSource[] = [];
  const rows: LedgerRow[] = [];
  for (const name of names) {
    const service = await db.service.findUnique({
      where: { projectId_name: { projectId: target.service.projectId, name } },
      include: { targets: { where: { environmentId: target.environmentId }, select: { id: true } } },
    });
    if (!service) continue;
    sources.push(...(await loadMigrationSources(db, service.id, { drafts: false })));
    const other = service.targets[0];
    if (ledger.some((row) => row.service === name) || !other) continue;
    rows.push(...(await readTargetLedger(db, other.id)).filter((row) => row.service === name));
  }
  return { sources, ledger: rows };
}
