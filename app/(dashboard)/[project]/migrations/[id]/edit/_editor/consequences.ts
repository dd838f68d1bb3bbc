import type { TriedStatement } from "@/lib/core/run/types";
import type { LockMode } from "@/lib/core/sql/types";
import type { LintResult } from "@/lib/operations/migration/views";

/** What a lock keeps others from doing; null: nothing that an application does. */
export function blockedBy(mode: LockMode): "all" | "writes" | "changes" | null {
  if (mode === "ACCESS EXCLUSIVE") return "all";
  if (mode === "EXCLUSIVE" || mode === "SHARE ROW EXCLUSIVE" || mode === "SHARE") return "writes";
  return mode === "SHARE UPDATE EXCLUSIVE" ? "changes" : null;
}

/** The strongest lock of a statement decides what its line says. */
export interface StatementLine {
  line: number;
  blocks: "all" | "writes" | "changes" | null;
  relations: string[];
  mode: LockMode | null;
  rewrites: boolean;
  /** On an empty copy; null: not tried. */
  durationMs: number | null;
  error: string | null;
}

const ORDER = ["all", "writes", "changes", null];
const STRONG: readonly LockMode[] = [
  "ACCESS EXCLUSIVE",
  "EXCLUSIVE",
  "SHARE ROW EXCLUSIVE",
  "SHARE",
  "SHARE UPDATE EXCLUSIVE",
  "ROW EXCLUSIVE",
  "ROW SHARE",
  "ACCESS SHARE",
];

function strongest(
  locks: readonly { relation: string; mode: LockMode }[],
): Pick<StatementLine, "blocks" | "relations" | "mode"> {
  const mode = STRONG.find((one) => locks.some((lock) => lock.mode === one)) ?? null;
  const relations = [...new Set(locks.filter((lock) => lock.mode === mode).map((lock) => lock.relation))];
  return { mode, relations, blocks: mode === null ? null : blockedBy(mode) };
}

/** By its form alone, while nothing was tried. */
export function linesOfFacts(result: LintResult): StatementLine[] {
  return result.facts.map((fact) => ({
    ...{ line: fact.line, ...strongest(fact.locks), rewrites: fact.rewrite === "yes" },
    ...{ durationMs: null, error: null },
  }));
}

/** As it was seen on the shadow. */
export function linesOfTry(statements: readonly TriedStatement[], filename: string): StatementLine[] {
  return statements
    .filter((statement) => statement.migration === filename)
    .map((statement) => ({
      ...{ line: statement.line, ...strongest(statement.locks), rewrites: statement.rewrites.length > 0 },
      ...{ durationMs: statement.durationMs, error: statement.error?.message ?? null },
    }));
}

/** What the sentence at the top says: relations by what is blocked on them, and what is rewritten. */
export function sumUp(lines: readonly StatementLine[]): {
  all: string[];
  writes: string[];
  rewrites: string[];
} {
  const worst = new Map<string, StatementLine["blocks"]>();
  const rewrites = new Set<string>();
  for (const line of lines) {
    for (const relation of line.relations) {
      const known = worst.get(relation) ?? null;
      if (ORDER.indexOf(line.blocks) < ORDER.indexOf(known)) worst.set(relation, line.blocks);
      if (line.rewrites) rewrites.add(relation);
    }
  }
  const those = (kind: StatementLine["blocks"]) =>
    [...worst].filter(([, blocks]) => blocks === kind).map(([name]) => name);
  return { all: those("all"), writes: those("writes"), rewrites: [...rewrites] };
}
