import { z } from "zod";
import type { Db } from "../../db/client";
import { readComparison } from "../comparison/compare";
import { ComparisonOptionsInput } from "../comparison/fields";
import type { BlindSpot, ChangeView } from "../comparison/views";
import { defineOperation, type OperationContext } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { specOf } from "../target/spec";
import { detectDrift } from "./detect";
import { type LoadedDriftTarget, loadDriftTarget } from "./load";
import { saveReport, storedDrift } from "./store";
import type { DriftReason, DriftState } from "./views";

/** What `GET /migrations/diff` answers. */
export interface SchemaDiff {
  service: string;
  environment: string;
  /** The environment that it was compared with; null: with what its own ledger says. */
  against: string | null;
  state: DriftState;
  identical: boolean;
  counts: { added: number; changed: number; removed: number };
  /** From the ledger's state (or `environment`) to what is there (or `against`). */
  changes: ChangeView[];
  /** Adopts the changes elsewhere, or turns `environment` into `against`. */
  up: string;
  down: string;
  cannotBringBack: string[];
  blindSpots: BlindSpot[];
  notes: string[];
  /** Why it is unknown. */
  reason: DriftReason | null;
}

/** Looks at a target now: against what its ledger says, or against another environment of its service. */
export const diffTarget = defineOperation({
  name: "drift.diff",
  permission: "schema.compare",
  input: z.object({ targetId: z.uuid(), against: z.string().min(1).max(100).optional() }),
  audit: "target",
  intent: ({ against }) => (against === undefined ? {} : { against }),
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, against }, scope }): Promise<SchemaDiff> => {
    const loaded = await loadDriftTarget(ctx.db, targetId);
    const diff = against
      ? await againstEnvironment(ctx, scope.projectId ?? "", loaded, against)
      : await againstLedger(ctx, loaded);
    ctx.note({ state: diff.state, ...diff.counts });
    return diff;
  },
});

type Context = OperationContext<"target"> & { db: Db };

async function againstLedger(ctx: Context, { target, view, rules }: LoadedDriftTarget): Promise<SchemaDiff> {
  const startedAt = new Date();
  const detected = await detectDrift(specOf(target), rules, ctx.signal);
  await saveReport(ctx.db, target.id, detected, { trigger: "asked", startedAt });
  const { changes, plan, blindSpots, replayed } = storedDrift(detected);
  return {
    service: view.service.name,
    environment: view.environment.name,
    against: null,
    state: detected.state,
    identical: detected.state === "none",
    counts: countOf(changes),
    changes,
    up: plan?.up ?? "",
    down: plan?.down ?? "",
    cannotBringBack: plan?.cannotBringBack ?? [],
    blindSpots,
    notes: replayed?.notes ?? [],
    reason: detected.reason,
  };
}

async function againstEnvironment(
  ctx: Context,
  projectId: string,
  { target, view, rules }: LoadedDriftTarget,
  against: string,
): Promise<SchemaDiff> {
  const other = await ctx.db.target.findFirst({
    where: { serviceId: view.service.id, environment: { name: against } },
    select: { id: true },
  });
  if (!other) throw noSuch("target");
  const read = await readComparison(ctx, projectId, {
    source: { kind: "target", targetId: target.id },
    target: { kind: "target", targetId: other.id },
    options: ComparisonOptionsInput.parse({ schemas: rules.schemas }),
  });
  const { changes, plan, blindSpots, notes } = read.view(performance.now());
  return {
    service: view.service.name,
    environment: view.environment.name,
    against,
    state: changes.length > 0 ? "drifted" : "none",
    identical: changes.length === 0,
    counts: countOf(changes),
    changes,
    up: plan.up,
    down: plan.down,
    cannotBringBack: plan.cannotBringBack,
    blindSpots,
    notes,
    reason: null,
  };
}

function countOf(changes: readonly ChangeView[]): SchemaDiff["counts"] {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { change } of changes) counts[change]++;
  return counts;
}
