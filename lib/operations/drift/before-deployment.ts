import { readDirectives } from "../../core/migration/directives";
import type { PlanStep } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { specOf } from "../target/spec";
import { detectDrift } from "./detect";
import { loadDriftTarget } from "./load";
import { saveReport, storedDrift } from "./store";
import type { CheckDrift } from "./views";

/** More of them are on the page about drift. */
const SHOWN = 100;

/**
 * Whether a target still is what its ledger says, before something is built on it. Null where the environment does not
 * want to know, where nothing is recorded yet, and for what takes drift back.
 * @throws the signal's reason when aborted
 */
export async function driftBeforeDeployment(
  db: Db,
  targetId: string,
  steps: readonly PlanStep[],
  signal: AbortSignal,
): Promise<CheckDrift | null> {
  const startedAt = new Date();
  const { target, rules } = await loadDriftTarget(db, targetId);
  const { beforeDeployment } = rules.policy;
  if (beforeDeployment === "off") return null;
  if (steps.some(({ migration }) => readDirectives(migration.up).directives.revertsDrift)) return null;
  const detected = await detectDrift(specOf(target), rules, signal);
  await saveReport(db, targetId, detected, { trigger: "deployment", startedAt });
  if (detected.state === "unmanaged") return null;
  const { changes, ignored } = storedDrift(detected);
  const counts = { added: 0, changed: 0, removed: 0, ignored: ignored.length };
  for (const one of changes) counts[one.change]++;
  return {
    state: detected.state,
    policy: beforeDeployment,
    counts,
    changes: changes.slice(0, SHOWN).map(({ change, kind, name, relation, before, after }) => ({
      ...{ change, kind, name, relation, before, after },
    })),
    reason: detected.reason,
  };
}

/** What keeps a deployment from running, by the policy of its environment. */
export function driftProblems(drift: CheckDrift | null): { code: string; message: string }[] {
  if (drift?.state !== "drifted" || drift.policy !== "block") return [];
  const { added, changed, removed } = drift.counts;
  const names = drift.changes.slice(0, 5).map((one) => one.name);
  const message = `The database is not what its ledger says: ${added + changed + removed} differences (${names.join(", ")}).`;
  return [{ code: "drift", message }];
}
