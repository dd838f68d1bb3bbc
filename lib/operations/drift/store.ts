import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import { countChanges } from "../../core/comparison/compare-schemas";
import { planBothWays } from "../../core/comparison/plan-sql";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { tellUnreplayed } from "../../postgres/replay/tell-unreplayed";
import { blindSpotsOf, changeViews, planView } from "../comparison/view";
import type { BlindSpot, ChangeView, PlanView } from "../comparison/views";
import { scopeOfTarget } from "../project/find";
import type { DetectedDrift } from "./detect";
import type { DriftTrigger, DriftView, IgnoredChange } from "./views";

/** What a report keeps as JSON. */
export interface StoredDrift {
  changes: ChangeView[];
  ignored: IgnoredChange[];
  plan: PlanView | null;
  blindSpots: BlindSpot[];
  replayed: DriftView["replayed"];
}

/** A found drift as pages show it. */
export function storedDrift({ comparison, expected, actual }: DetectedDrift): StoredDrift {
  if (!comparison || !expected || !actual)
    return { changes: [], ignored: [], plan: null, blindSpots: [], replayed: null };
  const ways = planBothWays(comparison);
  const notes = expected.notes.map((one) => one.message);
  const left = tellUnreplayed(expected.unreplayed);
  return {
    changes: changeViews(comparison.lines, ways),
    ignored: comparison.ignored.map(({ line: { facts: _, ...line }, rule }) => ({
      change: { ...line, losesData: false },
      rule,
    })),
    plan: planView(ways),
    blindSpots: blindSpotsOf("target", actual),
    replayed: {
      migrations: expected.migrations,
      serverVersion: expected.serverVersion,
      notes: [...new Set([...notes, ...left])],
      durationMs: expected.durationMs,
    },
  };
}

/** Keeps this many reports of a target; the newest always. */
const KEPT = 50;

/**
 * Writes a report and what lists show of it. That a target drifted, or is in order again, is an event of its own.
 * @returns the report's id
 */
export async function saveReport(
  db: Db,
  targetId: string,
  detected: DetectedDrift,
  { trigger, startedAt }: { trigger: DriftTrigger; startedAt: Date },
): Promise<string> {
  const stored = storedDrift(detected);
  const counts = { ...countChanges(stored.changes), ignored: stored.ignored.length };
  const scope = await scopeOfTarget(db, targetId);
  return db.$transaction(async (tx) => {
    const before = await tx.targetDrift.findUnique({ where: { targetId } });
    const report = await tx.driftReport.create({
      data: {
        targetId,
        trigger,
        state: detected.state,
        ...counts,
        result: stored as unknown as Prisma.InputJsonValue,
        error: detected.reason ? { ...detected.reason } : Prisma.DbNull,
      },
    });
    const since = detected.state === "drifted" ? (before?.since ?? report.at) : null;
    const askedAt = before?.askedAt && before.askedAt > startedAt ? before.askedAt : null;
    const data = { reportId: report.id, state: detected.state, checkedAt: report.at, since, askedAt };
    await tx.targetDrift.upsert({ where: { targetId }, create: { targetId, ...data }, update: data });
    await forgetOld(tx, targetId);
    if (before?.state !== detected.state && (before?.state === "drifted" || detected.state === "drifted")) {
      const operation = detected.state === "drifted" ? "drift.found" : "drift.gone";
      await recordAudit(tx, {
        actor: systemActor,
        operation,
        scope,
        outcome: "ok",
        details: { ...counts, trigger },
      });
    }
    return report.id;
  });
}

async function forgetOld(tx: Prisma.TransactionClient, targetId: string): Promise<void> {
  const old = await tx.driftReport.findMany({
    where: { targetId },
    orderBy: { at: "desc" },
    skip: KEPT,
    select: { id: true },
  });
  if (old.length > 0) await tx.driftReport.deleteMany({ where: { id: { in: old.map((one) => one.id) } } });
}
