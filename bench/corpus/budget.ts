import type { PlannedStatement } from "../../lib/core/diff/plan";

/** What the form of a plan must and must not be: `alter:column`, `replacement:view` (dropped and made anew). */
export interface Budget {
  require?: string[];
  forbid?: string[];
}

/**
 * Roles belong to the cluster: the pair's own are copied before the plan is made, and plans rename no roles. What a
 * budget demands on top of such a rename cannot be judged.
 */
export function isAboutRoles(budget: Budget | undefined): boolean {
  return (budget?.require ?? []).some((token) => token.endsWith(":role"));
}

/** "" or which of the budget's demands the plan does not meet. */
export function breachesOf(budget: Budget | undefined, statements: readonly PlannedStatement[]): string {
  const forms = formsOf(statements);
  const named = (tokens: string[] = []) => tokens.map((token) => [token, snakeCase(token)] as const);
  const missing = named(budget?.require).filter(([, form]) => !forms.has(form));
  const forbidden = named(budget?.forbid).filter(([, form]) => forms.has(form));
  return [
    ...missing.map(([token]) => `the plan lacks ${token}`),
    ...forbidden.map(([token]) => `the plan holds ${token}`),
  ].join("; ");
}

function formsOf(statements: readonly PlannedStatement[]): Set<string> {
  const made = new Set(statements.filter(({ verb }) => verb === "create").map(({ id }) => id));
  return new Set(
    statements.map(({ verb, id }) => {
      const kind = id.slice(0, id.indexOf(":"));
      return verb === "drop" && made.has(id) ? `replacement:${kind}` : `${verb}:${kind}`;
    }),
  );
}

function snakeCase(token: string): string {
  return token.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
