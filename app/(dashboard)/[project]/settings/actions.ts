"use server";

import { updateDriftPolicy } from "@/lib/operations/drift/policy";
import { createEnvironment } from "@/lib/operations/environment/create";
import { deleteEnvironment } from "@/lib/operations/environment/delete";
import { reorderEnvironments } from "@/lib/operations/environment/reorder";
import { updateEnvironment } from "@/lib/operations/environment/update";
import { archiveProject } from "@/lib/operations/project/archive";
import { updateProject } from "@/lib/operations/project/update";
import { createService } from "@/lib/operations/service/create";
import { deleteService } from "@/lib/operations/service/delete";
import { updateService } from "@/lib/operations/service/update";
import { type ActionResult, runAction } from "@/lib/transport/action";

// biome-ignore lint/suspicious/noExplicitAny: each operation validates what the form sends.
type Form = any;
type Id = ActionResult<{ id: string }>;

export async function changeProject(input: Form): Promise<ActionResult<{ slug: string }>> {
  return runAction(updateProject, input);
}
export async function archive(input: Form): Promise<ActionResult<void>> {
  return runAction(archiveProject, input);
}

export async function addEnvironment(input: Form): Promise<Id> {
  return runAction(createEnvironment, input);
}
export async function changeEnvironment(input: Form): Promise<Id> {
  return runAction(updateEnvironment, input);
}
export async function changeDriftPolicy(input: Form): Promise<ActionResult<{ environmentId: string }>> {
  const { every, ignoreSchemas, ...policy } = input?.drift ?? {};
  return runAction(updateDriftPolicy, {
    environmentId: input?.environmentId,
    policy: {
      ...policy,
      everyMinutes: every === "never" ? null : Number(every),
      ignoreSchemas: schemasOf({ schemas: ignoreSchemas }),
    },
  });
}
export async function orderEnvironments(input: Form): Promise<ActionResult<void>> {
  return runAction(reorderEnvironments, input);
}
export async function removeEnvironment(input: Form): Promise<ActionResult<void>> {
  return runAction(deleteEnvironment, input);
}

export async function addService(input: Form): Promise<Id> {
  return runAction(createService, { ...input, schemas: schemasOf(input) });
}
export async function changeService(input: Form): Promise<Id> {
  return runAction(updateService, { ...input, schemas: schemasOf(input) });
}
export async function removeService(input: Form): Promise<ActionResult<void>> {
  return runAction(deleteService, input);
}

/** Written with commas, as a search_path is. */
function schemasOf(input: { schemas?: unknown } | null): string[] {
  return String(input?.schemas ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}
