import { type Finding, SEVERITIES, type Severity } from "../../../core/risk/types";
import type { PlannedMigration, TriedStatement } from "../../../core/run/types";
import type { StatementFacts } from "../../../core/sql/types";
import { groupBy } from "../../run/group-by";
import type { StoredCheck } from "../stored-check";
import type { Blocks, RelationSize, StatementGroup, StatementView } from "../views";
import { blocksOf, strongerBlock } from "./locks";

/** Findings as the page lists them: worst first, then in the order of the scripts. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

export function countFindings(findings: readonly Finding[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { safe: 0, notice: 0, warning: 0, danger: 0 };
  for (const finding of findings) if (!finding.ignored) counts[finding.severity]++;
  return counts;
}

/** Every statement of the deployment by migration: what its form says, and what the shadow saw where it was tried. */
export function statementGroups(
  plan: readonly PlannedMigration[],
  check: StoredCheck,
  findings: readonly Finding[],
): StatementGroup[] {
  const tried = new Map(check.dryRun?.statements.map((one) => [keyOf(one.migration, one.statement), one]));
  const sizes = new Map(check.sizes.map((size) => [size.relation, size]));
  const worst = worstFindings(findings);
  const facts = groupBy(check.facts, (one) => one.file ?? "");
  let number = 0;
  return plan.map((migration) => ({
    migration,
    statements: (facts.get(migration.filename) ?? []).map((fact) => {
      const key = keyOf(migration.filename, fact.index);
      number++;
      return statementView(number, fact, tried.get(key), sizes, worst.get(key) ?? null);
    }),
  }));
}

function statementView(
  number: number,
  fact: StatementFacts,
  tried: TriedStatement | undefined,
  sizes: ReadonlyMap<string, RelationSize>,
  finding: StatementView["finding"],
): StatementView {
  const locks = (tried?.tried ? tried.locks : fact.locks).map((lock) => ({
    ...lock,
    blocks: blocksOf(lock.mode),
  }));
  const sizeOf = (relation: string) => sizes.get(relation) ?? { relation, rows: null, bytes: null };
  return {
    number,
    statement: fact.index,
    line: fact.line,
    sql: fact.statement,
    locks,
    blocks: locks.reduce<Blocks>((worst, lock) => strongerBlock(worst, lock.blocks), "nothing"),
    rewrites: (tried?.rewrites ?? []).map(sizeOf),
    scans: (tried?.scans ?? []).map(sizeOf),
    rows: tried?.rows ?? null,
    durationMs: tried?.durationMs ?? null,
    tried: tried?.tried ?? false,
    whyNot: tried?.whyNot ?? null,
    whyNotCode: tried?.whyNotCode ?? null,
    extension: tried?.extension ?? null,
    error: tried?.error ?? null,
    finding,
  };
}

function worstFindings(findings: readonly Finding[]): Map<string, NonNullable<StatementView["finding"]>> {
  const worst = new Map<string, NonNullable<StatementView["finding"]>>();
  findings.forEach((finding, index) => {
    const key = keyOf(finding.file ?? "", finding.statement);
    if (finding.ignored || worst.has(key)) return;
    worst.set(key, { index, code: finding.code, severity: finding.severity, effect: finding.effect });
  });
  return worst;
}

/** Sums over all statements; null where nothing was measured. */
export function totalsOf(groups: readonly StatementGroup[]): {
  statements: number;
  rewriteBytes: number | null;
  durationMs: number | null;
} {
  const all = groups.flatMap((group) => group.statements);
  const rewritten = new Map(all.flatMap((one) => one.rewrites).map((size) => [size.relation, size.bytes]));
  const bytes = [...rewritten.values()].filter((one) => one !== null);
  const times = all.map((one) => one.durationMs).filter((one) => one !== null);
  return {
    statements: all.length,
    rewriteBytes: bytes.length > 0 ? sum(bytes) : null,
    durationMs: times.length > 0 ? sum(times) : null,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function keyOf(migration: string, statement: number): string {
  return `${migration}\n${statement}`;
}
