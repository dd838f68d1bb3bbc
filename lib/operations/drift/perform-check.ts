import type { Db } from "../../db/client";
import { specOf } from "../target/spec";
import { detectDrift } from "./detect";
import { loadDriftTarget } from "./load";
import { saveReport } from "./store";
import type { DriftTrigger } from "./views";

/** Looks at one target and writes down what it found. Nothing when the target is gone. */
export async function performDriftCheck(
  db: Db,
  { targetId, trigger }: { targetId: string; trigger: DriftTrigger },
  signal: AbortSignal,
): Promise<void> {
  if ((await db.target.count({ where: { id: targetId } })) === 0) return;
  const startedAt = new Date();
  const { target, rules } = await loadDriftTarget(db, targetId);
  try {
    const detected = await detectDrift(specOf(target), rules, signal);
    await saveReport(db, targetId, detected, { trigger, startedAt });
  } catch (error) {
    // Whoever asked must not wait for ever for what a fault of ours kept from being told.
    await db.targetDrift.updateMany({ where: { targetId }, data: { askedAt: null } });
    throw error;
  }
}
