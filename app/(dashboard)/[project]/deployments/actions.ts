"use server";

import type { z } from "zod";
import { approveDeployment } from "@/lib/operations/deployment/approve";
import { cancelDeployment } from "@/lib/operations/deployment/cancel";
import { checkDeployment } from "@/lib/operations/deployment/check";
import { commentDeployment } from "@/lib/operations/deployment/comment";
import { createDeployment } from "@/lib/operations/deployment/create";
import { planDeployment } from "@/lib/operations/deployment/plan";
import { promoteDeployment } from "@/lib/operations/deployment/promote";
import { requestChanges } from "@/lib/operations/deployment/request-changes";
import { retryDeployment } from "@/lib/operations/deployment/retry";
import { rollbackDeployment } from "@/lib/operations/deployment/rollback";
import { runDeployment } from "@/lib/operations/deployment/run";
import { settleDeployment } from "@/lib/operations/deployment/settle";
import { runAction } from "@/lib/transport/action";

type In<O extends { input: z.ZodType }> = z.input<O["input"]>;

export async function planAction(input: In<typeof planDeployment>) {
  return runAction(planDeployment, input);
}

export async function createAction(input: In<typeof createDeployment>) {
  return runAction(createDeployment, input);
}

export async function checkAction(input: In<typeof checkDeployment>) {
  return runAction(checkDeployment, input);
}

export async function approveAction(input: In<typeof approveDeployment>) {
  return runAction(approveDeployment, input);
}

export async function requestChangesAction(input: In<typeof requestChanges>) {
  return runAction(requestChanges, input);
}

export async function commentAction(input: In<typeof commentDeployment>) {
  return runAction(commentDeployment, input);
}

export async function runDeploymentAction(input: In<typeof runDeployment>) {
  return runAction(runDeployment, input);
}

export async function cancelAction(input: In<typeof cancelDeployment>) {
  return runAction(cancelDeployment, input);
}

export async function retryAction(input: In<typeof retryDeployment>) {
  return runAction(retryDeployment, input);
}

export async function promoteAction(input: In<typeof promoteDeployment>) {
  return runAction(promoteDeployment, input);
}

export async function rollbackAction(input: In<typeof rollbackDeployment>) {
  return runAction(rollbackDeployment, input);
}

export async function settleAction(input: In<typeof settleDeployment>) {
  return runAction(settleDeployment, input);
}
