"use server";

import { getDeployment } from "@/lib/operations/deployment/get";
import { runAction } from "@/lib/transport/action";
import { FindingItems } from "./findings";
import type { PartAnswer } from "./later-part";
import { findingParts, statementParts } from "./parts";
import { onlyRelation, StatementTable } from "./statements";

/** Draws one more stretch of a long review. Anybody may call it: what it shows is what `deployment.get` allows. */
export async function loadPart(
  deploymentId: string,
  kind: "statement" | "finding",
  index: number,
): Promise<PartAnswer> {
  const answer = await runAction(getDeployment, { deploymentId });
  if (!answer.ok) return { ok: false, message: answer.error.message };
  const view = answer.data;
  if (kind === "finding") {
    const part = findingParts(view.findings)[index];
    return { ok: true, part: part ? <FindingItems view={view} part={part} /> : null };
  }
  const part = statementParts(view.statements)[index];
  return {
    ok: true,
    part: part ? <StatementTable view={view} groups={part.rows} only={onlyRelation(view)} headless /> : null,
  };
}
