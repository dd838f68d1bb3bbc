import type { EnvironmentPolicy } from "./types";

export interface ApprovalFacts {
  protected: boolean;
  destroys: readonly string[];
}

/** How many people other than the author must agree, and why that many. */
export function approvalsNeeded(
  policy: EnvironmentPolicy,
  facts: ApprovalFacts,
): { needed: number; basis: "protected" | "destructive" | "open" } {
  const plain = count(policy.approvals, facts.protected ? 1 : 0);
  if (facts.destroys.length > 0) {
    // A policy that asks for three on anything never asks for fewer because something is destroyed.
    const needed = Math.max(plain, count(policy.approvalsDestructive, facts.protected ? 2 : 0));
    return { needed, basis: needed > plain ? "destructive" : basisOf(facts) };
  }
  return { needed: plain, basis: basisOf(facts) };
}

function basisOf(facts: ApprovalFacts): "protected" | "open" {
  return facts.protected ? "protected" : "open";
}

function count(value: number | undefined, fallback: number): number {
  return value === undefined || !Number.isInteger(value) || value < 0 ? fallback : value;
}

export interface Decision {
  userId: string;
  decision: "approved" | "changes_requested";
  boundHash: string;
}

export interface ApprovalCount {
  given: number;
  /** Somebody who may approve asked for changes on exactly this. */
  changesRequested: boolean;
  complete: boolean;
}

/**
 * Counts the decisions that hold: of the current hash, by people who may approve (`mayApprove` is asked again at
 * every count, so that a role taken away takes its approvals along), each person once, never an author.
 */
export function countApprovals(args: {
  decisions: readonly Decision[];
  boundHash: string | null;
  authorIds: readonly string[];
  needed: number;
  mayApprove: (userId: string) => boolean;
}): ApprovalCount {
  const approved = new Set<string>();
  let changesRequested = false;
  for (const decision of args.decisions) {
    if (args.boundHash === null || decision.boundHash !== args.boundHash) continue;
    if (args.authorIds.includes(decision.userId) || !args.mayApprove(decision.userId)) continue;
    if (decision.decision === "approved") approved.add(decision.userId);
    else changesRequested = true;
  }
  const given = approved.size;
  return { given, changesRequested, complete: given >= args.needed && !changesRequested };
}
