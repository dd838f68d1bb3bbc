"use server";

import { restoreProject } from "@/lib/operations/project/archive";
import { createProject } from "@/lib/operations/project/create";
import { type ActionResult, runAction } from "@/lib/transport/action";

export async function create(input: {
  name: string;
  slug?: string;
}): Promise<ActionResult<{ id: string; slug: string }>> {
  return runAction(createProject, input);
}

export async function restore(input: { projectId: string }): Promise<ActionResult<void>> {
  return runAction(restoreProject, input);
}
