import type { Directives } from "../migration/types";
import { splitUnits } from "../run/units";
import { factsOf } from "../sql/facts";
import { type FactCatalog, Knowledge } from "../sql/facts/knowledge";
import { loadParser, parseScript, treeOf } from "../sql/parse-script";
import { Positions } from "../sql/positions";
import type { ParsedScript, Statement, StatementFacts } from "../sql/types";
import { fillText, type Hit, type Rule, type RuleInput } from "./rule";
import { RULES } from "./rules";
import { readTransactions } from "./transactions";
import { type Finding, SEVERITIES, type Severity } from "./types";

export interface AnalyzeOptions {
  /** Major version of the target. */
  serverVersion: number;
  directives?: Pick<Directives, "transaction" | "ignore"> & Partial<Pick<Directives, "batches">>;
  /** Name of the file, for facts and findings. */
  file?: string;
  /** What the target's catalog adds. */
  catalog?: FactCatalog;
  /** Of scripts that run one after another, instead of a catalog: what the earlier ones made is known to the later. */
  knowledge?: Knowledge;
}

export interface Analysis {
  parsed: ParsedScript;
  facts: StatementFacts[];
  /** In the script's order. */
  findings: Finding[];
  /** Of the worst finding that is not ignored. */
  severity: Severity;
  /** Names a person types before it may run: table, table.column, schema. Ignored findings count here. */
  destroys: string[];
}

/** Longer scripts are read twice instead of holding every tree at once. */
const KEEP_TREES = 2 * 1024 * 1024;

/** @see analyzeScript */
export async function analyzeScriptAsync(text: string, options: AnalyzeOptions): Promise<Analysis> {
  await loadParser();
  return analyzeScript(text, options);
}

/**
 * Reads a script and says for each statement what it does, and for each risk what it is and what to write instead.
 * Findings are data: what may run is for lib/core/policy to decide.
 * @throws Error when loadParser() was not awaited
 */
export function analyzeScript(text: string, options: AnalyzeOptions): Analysis {
  const parsed = parseScript(text, { keepTrees: text.length < KEEP_TREES });
  const { transaction: mode = "auto", batches = [] } = options.directives ?? {};
  if (parsed.problems.length === 0)
    parsed.problems.push(...splitUnits(parsed, { transaction: mode, batches }).problems);
  const transactions = readTransactions(parsed.statements, { transaction: mode, batches });
  const knowledge = options.knowledge ?? new Knowledge(options.catalog);
  const positions = new Positions(text);
  const facts: StatementFacts[] = [];
  const hits: { hit: Hit; finding: Finding }[] = [];
  parsed.statements.forEach((statement, i) => {
    const tree = treeOf(statement);
    const own = factsOf(statement, tree, knowledge, options);
    facts.push(own);
    const transaction = transactions[i];
    if (!tree || !transaction) return;
    const input: RuleInput = {
      statement,
      tree,
      facts: own,
      knowledge,
      serverVersion: options.serverVersion,
      transaction,
    };
    for (const rule of RULES) {
      for (const hit of rule.check(input))
        hits.push({ hit, finding: toFinding(rule, hit, statement, positions, options) });
    }
    knowledge.learn(tree, transaction.number);
  });
  const findings = hits.filter(({ hit }) => hit.holds?.(knowledge) !== false).map(({ finding }) => finding);
  knowledge.endScript();
  return { parsed, facts, findings, severity: worst(findings), destroys: destroyed(findings) };
}

/** Severity of the worst finding that no directive covers; `safe` when there is none. */
export function worst(findings: readonly Finding[]): Severity {
  const ranks = findings
    .filter(({ ignored }) => !ignored)
    .map(({ severity }) => SEVERITIES.indexOf(severity));
  return SEVERITIES[Math.max(0, ...ranks)] ?? "safe";
}

/** Names that findings say are lost, each once. */
export function destroyed(findings: readonly Finding[]): string[] {
  return [...new Set(findings.flatMap(({ destroys }) => destroys ?? []))];
}

function toFinding(
  rule: Rule,
  hit: Hit,
  statement: Statement,
  positions: Positions,
  options: AnalyzeOptions,
): Finding {
  const params = hit.params ?? {};
  const start = positions.at(statement.start + (hit.offset ?? 0));
  const ignore = options.directives?.ignore.find(
    ({ rule: code, reason }) => code === rule.code && reason.trim() !== "",
  );
  return {
    code: rule.code,
    severity: hit.severity ?? rule.severity,
    effect: hit.effect ?? rule.effect,
    ...(options.file === undefined ? {} : { file: options.file }),
    statement: statement.index,
    line: start.line,
    column: start.column,
    endLine: positions.at(statement.end).line,
    title: fillText(rule.title, params),
    message: fillText(rule.message, params),
    ...(rule.suggestion === undefined ? {} : { suggestion: fillText(rule.suggestion, params) }),
    ...(hit.fix ? { fix: hit.fix } : {}),
    params,
    ...(ignore ? { ignored: { reason: ignore.reason } } : {}),
    ...(hit.lock ? { lock: hit.lock } : {}),
    ...(hit.relation === undefined ? {} : { relation: hit.relation }),
    ...(hit.destroys ? { destroys: hit.destroys } : {}),
  };
}
