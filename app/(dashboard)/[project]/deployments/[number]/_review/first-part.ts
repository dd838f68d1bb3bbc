import type { DeploymentView } from "@/lib/operations/deployment/views";

/** Beyond these a review is long to draw and to read; the rest is one link away. */
export const FIRST_STATEMENTS = 100;
export const FIRST_FINDINGS = 100;

type Evidence = Pick<DeploymentView, "statements" | "findings">;

/** The first migrations, and whichever later one holds a danger: that is never left out. */
export function firstGroups({ statements, findings }: Evidence): DeploymentView["statements"] {
  let count = 0;
  return statements.filter((group) => {
    const fits = count < FIRST_STATEMENTS;
    count += group.statements.length;
    return (
      fits ||
      group.statements.some(({ finding }) => finding && findings[finding.index]?.severity === "danger")
    );
  });
}

/** Findings come worst first; every danger is among the first. */
export function firstFindings({ findings }: Pick<Evidence, "findings">): DeploymentView["findings"] {
  const lastDanger = findings.findLastIndex((finding) => finding.severity === "danger");
  return findings.slice(0, Math.max(FIRST_FINDINGS, lastDanger + 1));
}
