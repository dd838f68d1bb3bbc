import { readDirectives } from "../../core/migration/directives";
import type { PlanStep } from "../../core/plan/types";
import { boundHash, boundScripts } from "../../core/policy/bound-hash";
import type { TargetSettings } from "../../core/policy/types";
import { type Analysis, analyzeScriptAsync, destroyed, worst } from "../../core/risk/analyze";
import type { CheckResult, DryRun } from "../../core/run/types";
import { Knowledge } from "../../core/sql/facts/knowledge";
import type { Db } from "../../db/client";
import { DomainError, keepFailure } from "../../errors";
import {
  type ConnectionSpec,
  closeConnection,
  openConnection,
  serverMajor,
} from "../../postgres/connection/connect";
import { dryRun } from "../../postgres/dry-run/dry-run";
import { fingerprintTarget } from "../../postgres/dump/dump";
import { readFactCatalog } from "../../postgres/fact-catalog";
import { holdsData } from "../../postgres/holds-data";
import { foretellBackup } from "../backup/before-deployment";
import { driftBeforeDeployment, driftProblems } from "../drift/before-deployment";
import { shadowServer } from "../target/shadow-server";
import { targetSpec } from "../target/spec";
import { foretellUndo } from "../undo/foretell";
import { checkPrevious } from "./check-previous";
import type { LoadedDeployment } from "./load";
import { planTarget, type TargetPlan } from "./plan-target";
import { scriptOf } from "./planned-migration";
import { measureRelations, relationsToMeasure } from "./relation-sizes";
import type { PreviousFacts, StoredCheck } from "./stored-check";
import type { CheckProgress } from "./views";

export interface Established {
  plan: TargetPlan;
  check: StoredCheck;
}

/**
 * Everything that a check establishes, from the target as it is now. Writes nothing in the target.
 * @throws DomainError when the target cannot be read at all; the signal's reason when aborted
 */
export async function establish(
  db: Db,
  deployment: LoadedDeployment,
  options: { signal: AbortSignal; report: (progress: CheckProgress) => Promise<void> },
): Promise<Established> {
  const { signal, report } = options;
  await report("ledger");
  const spec = await targetSpec(db, deployment.targetId);
  const only = deployment.plan.map((one) => one.filename);
  await report("plan");
  const plan = await planTarget(db, {
    targetId: deployment.targetId,
    direction: deployment.direction,
    putBack: deployment.putBack,
    only,
  });
  await report("findings");
  const analyses = await analyse(plan.steps, spec);
  const previous = await checkPrevious(db, deployment, plan.planned);
  signal.throwIfAborted();
  await report("shadow");
  const drift = await driftBeforeDeployment(db, deployment.targetId, plan.steps, signal);
  const problems = [...problemsOf(plan, analyses, previous, only), ...driftProblems(drift)];
  const tried = await tryOnShadow(db, deployment, spec, plan, analyses, { signal, report });
  await report("decide");
  const facts = analyses.flatMap(({ analysis }) => analysis.facts);
  const findings = analyses.flatMap(({ analysis }) => analysis.findings);
  const names = destroyed(findings);
  const loses = names.length > 0 && (await holdsData(spec, { guardAddresses: true }));
  const result = {
    facts,
    findings,
    severity: worst(findings),
    // Nobody types the names of what the same plan makes in an empty database.
    destroys: loses ? names : [],
    problems,
    ...tried,
    undo: await foretellUndo(spec, deployment, plan.steps, signal),
  };
  const targetFingerprint =
    tried.dryRun?.targetFingerprint ?? (await fingerprintTarget(spec, { guardAddresses: true, signal }));
  const sizes = await measureRelations(spec, relationsToMeasure(facts, tried.dryRun?.statements ?? []));
  const { severity, destroys } = result;
  const backup = await foretellBackup(db, { targetId: deployment.targetId, severity, destroys });
  const scripts = boundScripts(
    plan.planned,
    plan.steps.map((step) => step.migration),
  );
  const bound = boundHash({ scripts, result, target: { ...spec, fingerprint: targetFingerprint } });
  return {
    plan,
    check: {
      ...result,
      ...{ targetFingerprint, bound, sizes, previous, backup, drift, fromVersion: plan.fromVersion },
    },
  };
}

interface ScriptAnalysis {
  filename: string;
  analysis: Analysis;
}

/** Each script by the target's catalog and what the ones before it make: only then is a table known to be there. */
async function analyse(steps: readonly PlanStep[], spec: ConnectionSpec): Promise<ScriptAnalysis[]> {
  const { serverVersion, catalog } = await readTargetFacts(spec);
  const knowledge = new Knowledge(catalog);
  const analyses: ScriptAnalysis[] = [];
  for (const step of steps) {
    const script = scriptOf(step);
    const { directives } = readDirectives(script);
    const analysis = await analyzeScriptAsync(script, {
      serverVersion,
      directives,
      file: step.migration.filename,
      knowledge,
    });
    analyses.push({ filename: step.migration.filename, analysis });
  }
  return analyses;
}

async function readTargetFacts(spec: ConnectionSpec) {
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator check" },
    { guardAddresses: true },
  );
  try {
    return { serverVersion: serverMajor(client), catalog: await readFactCatalog(client) };
  } finally {
    await closeConnection(client);
  }
}

function problemsOf(
  plan: TargetPlan,
  analyses: readonly ScriptAnalysis[],
  previous: PreviousFacts,
  asked: readonly string[],
): CheckResult["problems"] {
  const problems: CheckResult["problems"] = plan.problems.map(({ code, message, filename }) => ({
    code: `plan.${code}`,
    message,
    ...(filename === undefined ? {} : { migration: filename }),
  }));
  for (const { filename, analysis } of analyses) {
    for (const { code, message, line, column } of analysis.parsed.problems) {
      problems.push({ code: `script.${code}`, message, migration: filename, line, column });
    }
  }
  if (plan.steps.length === 0) {
    problems.push({
      code: "nothing_left",
      message: `Of the ${asked.length} migrations nothing is left to do on this target.`,
    });
  }
  if (previous.demanded && previous.unread) {
    problems.push({
      code: "previous_unread",
      message: `The ledger of ${previous.environment} could not be read (${previous.unread}).`,
    });
  }
  if (previous.demanded) {
    for (const migration of previous.missing) {
      problems.push({
        code: "previous_missing",
        migration,
        message: `${migration} has not succeeded as it is now in ${previous.environment}.`,
      });
    }
  }
  return problems;
}

type Tried = Pick<CheckResult, "dryRun" | "dryRunError">;

/** A script that does not parse or is refused is never run anywhere, not even on a shadow. */
async function tryOnShadow(
  db: Db,
  deployment: LoadedDeployment,
  spec: ConnectionSpec,
  plan: TargetPlan,
  analyses: readonly ScriptAnalysis[],
  { signal, report }: { signal: AbortSignal; report: (progress: CheckProgress) => Promise<void> },
): Promise<Tried> {
  if (plan.steps.length === 0) return { dryRun: null, dryRunError: null };
  if (analyses.some(({ analysis }) => analysis.parsed.problems.length > 0)) {
    return {
      dryRun: null,
      dryRunError: { code: "dry_run.refused", message: "It was not tried: a script is refused." },
    };
  }
  const target = await db.target.findUniqueOrThrow({
    where: { id: deployment.targetId },
    select: { settings: true },
  });
  const { shadow = "auto" } = target.settings as TargetSettings;
  let last: CheckProgress = "shadow";
  try {
    const tried = await dryRun({
      target: spec,
      ...shadowServer(),
      shadow,
      steps: plan.steps.map((step) => ({ ...step, ...doneOf(step, plan) })),
      guardAddresses: true,
      signal,
      onProgress: ({ phase }) => {
        const now: CheckProgress = phase === "copy" || phase === "read" ? "shadow" : "dry_run";
        if (now !== last) void report(now).catch(() => undefined);
        last = now;
      },
    });
    return { dryRun: tried, dryRunError: null };
  } catch (error) {
    if (signal.aborted || !(error instanceof DomainError)) throw error;
    return { dryRun: null, dryRunError: keepFailure(error) };
  }
}

/** What an attempt that stopped has left in effect: the run goes on behind it, and so does the trial. */
function doneOf({ migration, direction }: PlanStep, { status }: TargetPlan): { done?: readonly string[] } {
  const { service, filename } = migration;
  const one = status.migrations.find((known) => known.service === service && known.filename === filename);
  return one?.resumable && one.direction === direction && one.steps ? { done: one.steps.done } : {};
}

/** Whether anything keeps it from running. */
export function isBlocked({
  problems,
  dryRun: tried,
}: {
  problems: readonly unknown[];
  dryRun: DryRun | null;
}): boolean {
  return problems.length > 0 || (tried !== null && !tried.ok);
}
