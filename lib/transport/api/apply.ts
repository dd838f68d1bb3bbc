import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { DeploymentState, PlannedMigration } from "../../core/run/types";
import { execute } from "../../operations/define";
import { createDeployment } from "../../operations/deployment/create";
import { getDeployment } from "../../operations/deployment/get";
import { getDeploymentLive } from "../../operations/deployment/live";
import { runDeployment } from "../../operations/deployment/run";
import type { DeploymentView, RunView } from "../../operations/deployment/views";
import type { Answer, Call, RawInput } from "./endpoint";
import { byNames, namedTarget, parseRequest } from "./named-target";

export const applyRequest = namedTarget.extend({
  to: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe("Version or file name: it and everything pending before it."),
  migration: z.string().min(1).max(300).optional().describe("Another word for to."),
  steps: z.number().int().min(1).max(10_000).optional(),
  drafts: z.array(z.string().max(300)).max(1000).optional(),
  confirm: z
    .array(z.string().max(300))
    .max(1000)
    .default([])
    .describe("Names of everything that the migrations destroy, as the check lists them."),
  wait: z.number().int().min(0).max(300).default(60).describe("Seconds to wait for the check and the run."),
});

/** What applying came to, or for what it waits. */
export interface AppliedView {
  /** Number of the deployment. */
  deployment: number;
  project: string;
  state: DeploymentState;
  migrations: Pick<PlannedMigration, "filename" | "version" | "name">[];
  /** Names of everything that the migrations destroy. */
  destroys: string[];
  approvals: { given: number; needed: number };
  /** null: it has not begun to run. */
  run: RunView | null;
  /** Where the deployment is found. */
  location: string;
}

const POLL_MS = 250;

/**
 * Brings a target to a version: asks for a deployment, waits for its check, and starts it when nobody has to
 * approve it and everything that it destroys was named. 200: it ended; 202: it goes on, or waits for somebody.
 */
export async function applyMigrations(raw: RawInput, call: Call): Promise<Answer<AppliedView>> {
  const { wait, confirm, migration, to, ...rest } = parseRequest(applyRequest, raw);
  const goal = to ?? migration;
  const { actor, signal } = call;
  const input = await byNames({ ...rest, ...(goal === undefined ? {} : { to: goal }) }, call);
  const { id: deploymentId } = await execute(createDeployment, actor, input, { signal });
  const until = Date.now() + wait * 1000;
  await waitWhile(["checking"], deploymentId, until, call);
  const checked = await execute(getDeployment, actor, { deploymentId });
  if ((checked.state !== "ready" && checked.state !== "approved") || !checked.bound)
    return answer(checked, 202);
  if (checked.destroys.some((name) => !confirm.includes(name))) return answer(checked, 202);
  await execute(runDeployment, actor, { deploymentId, boundHash: checked.bound.hash, confirm }, { signal });
  await waitWhile(["queued", "running"], deploymentId, until, call);
  return answer(await execute(getDeployment, actor, { deploymentId }), 202);
}

async function waitWhile(
  states: readonly string[],
  deploymentId: string,
  until: number,
  call: Call,
): Promise<void> {
  while (Date.now() < until && !call.signal.aborted) {
    const { state } = await execute(getDeploymentLive, call.actor, { deploymentId });
    if (!states.includes(state)) return;
    await pause(POLL_MS);
  }
}

const ENDED = ["succeeded", "failed", "cancelled", "in_doubt"];

function answer(view: DeploymentView, otherwise: number): Answer<AppliedView> {
  const status = ENDED.includes(view.state) ? 200 : otherwise;
  const location = `/api/v1/deployments/${view.number}?project=${view.project.slug}`;
  return {
    status,
    headers: { location },
    body: {
      deployment: view.number,
      project: view.project.slug,
      state: view.state,
      migrations: view.plan.map(({ filename, version, name }) => ({ filename, version, name })),
      destroys: view.destroys,
      approvals: { given: view.approvals.given, needed: view.approvals.needed },
      run: view.run,
      location,
    },
  };
}
