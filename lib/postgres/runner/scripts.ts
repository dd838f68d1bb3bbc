import { createHash } from "node:crypto";
import { readDirectives } from "../../core/migration/directives";
import type { Directives } from "../../core/migration/types";
import type { PlanStep } from "../../core/plan/types";
import type { PostgresFailure } from "../../core/run/types";
import { splitUnits, type TransactionMode, transactionMode, type Unit } from "../../core/run/units";
import { parseScript } from "../../core/sql/parse-script";
import { checkText } from "../../core/sql/parser";
import type { ScriptProblem, Statement } from "../../core/sql/types";

/** A script as the runner needs it. */
export interface PreparedScript extends PlanStep {
  /** `service/filename`. */
  key: string;
  statements: Statement[];
  units: Unit[];
  mode: TransactionMode;
  directives: Directives;
  problems: ScriptProblem[];
  /** It may leave settings, temporary tables or the like in the session. */
  touchesSession: boolean;
  /** The ledger is to be written under the role of the session, not under the script's. */
  changesRole: boolean;
  /** It may have told the session not to wait for the disk. */
  relaxesCommit: boolean;
}

/** Statements that can change the session, by themselves or through what they call. */
const SESSION_NODES = new Set([
  ...[
    "VariableSetStmt",
    "SelectStmt",
    "DoStmt",
    "CallStmt",
    "PrepareStmt",
    "ListenStmt",
    "DeclareCursorStmt",
  ],
  ...["LoadStmt", "ConstraintsSetStmt", "DiscardStmt", "ExecuteStmt"],
]);
/** @param script what readDirectives and the parser make of the direction's text */
export function prepareScript(step: PlanStep): PreparedScript {
  const { migration } = step;
  const text = textOf(step);
  const { directives, problems: directiveProblems } = readDirectives(text);
  const parsed = parseScript(text);
  const { units, problems: unitProblems } = splitUnits(parsed, directives);
  return {
    ...step,
    key: `${migration.service}/${migration.filename}`,
    statements: parsed.statements,
    units,
    mode: transactionMode(parsed, directives),
    directives,
    problems: [...parsed.problems, ...directiveProblems, ...unitProblems],
    touchesSession:
      parsed.statements.some((one) => SESSION_NODES.has(one.node)) || /\btemp(?:orary)?\b/i.test(text),
    changesRole: /\brole\b|\bauthorization\b/i.test(text),
    relaxesCommit: /synchronous_commit|\breset\s+all\b/i.test(text),
  };
}

/** A script that is refused before it runs, in the words of a failure. */
export function refusalFailure(script: PreparedScript): PostgresFailure | null {
  const problem = script.problems[0];
  if (!problem) return null;
  const { message, hint, line, column } = problem;
  const statement = script.statements.find((one) => one.line === line)?.index;
  return {
    ...{ sqlState: problem.code === "syntax" ? "42601" : "", message, line, column },
    migration: script.migration.filename,
    ...(hint === undefined ? {} : { hint }),
    ...(statement === undefined ? {} : { statement }),
  };
}

/** Recognises a statement again when the migration goes on after an interruption. */
export function hashStatement(statement: Statement): string {
  return createHash("sha256")
    .update(statement.text)
    .update(statement.copyData ?? "")
    .digest("hex")
    .slice(0, 16);
}

/** Up to this size all scripts are prepared before the first runs; beyond it, while the server works. */
const PREPARE_ALL = 100_000;
/** Scripts of a larger plan are checked together, as much text at a time as the parser reads at once. */
const CHECK_AT_ONCE = 512 * 1024;
/** What is checked alone and well is kept up to this size in all. */
const MOST_KEPT = 4 * 1024 * 1024;

/**
 * Words of what is refused though PostgreSQL can read it (refusals, units, directives): such a script is prepared to
 * be sure. That one is missed here costs nothing but time: every script is prepared before it runs.
 */
const NEEDS_A_LOOK =
  /\0|dbmigrator|u&"|\b(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare|discard|reset|session|program|copy|database|names|search_path|client_encoding|standard_conforming_strings|set_config|\w*advisory_unlock\w*)\b/i;

/**
 * The scripts of a run. None runs when any of them has a mistake: all are checked first. Their statements are prepared
 * when they are needed, of many scripts while the server works on the one before.
 */
export class ScriptQueue {
  private constructor(
    private readonly steps: readonly PlanStep[],
    private readonly ready: Map<PlanStep, PreparedScript>,
  ) {}

  static of(steps: readonly PlanStep[]): ScriptQueue {
    return new ScriptQueue(steps, new Map());
  }

  /** The same queue without the steps that `keep` leaves out. */
  only(keep: (step: PlanStep) => boolean): ScriptQueue {
    return new ScriptQueue(this.steps.filter(keep), this.ready);
  }

  get length(): number {
    return this.steps.length;
  }

  /** Of all scripts together, in UTF-16 units. */
  get size(): number {
    return this.steps.reduce((sum, step) => sum + textOf(step).length, 0);
  }

  get(index: number): PreparedScript {
    const step = this.steps[index];
    if (!step) throw new RangeError(`no step ${index}`);
    const script = this.ready.get(step) ?? prepareScript(step);
    this.ready.set(step, script);
    return script;
  }

  /** Call while the server is at work. */
  prepare(index: number): void {
    if (index < this.steps.length) this.get(index);
  }

  /** Lets go of what has run. */
  release(index: number): void {
    const step = this.steps[index];
    if (step) this.ready.delete(step);
  }

  /** The first script that is known to be one that must not run. Complete after checkAll. */
  firstRefused(): PreparedScript | null {
    for (const step of this.steps) {
      const script = this.ready.get(step);
      if (script?.problems.length) return script;
    }
    return null;
  }

  /** Looks at every script before any of them runs. 260 kB in 400 scripts take about 30 ms. */
  checkAll(): void {
    if (this.size <= PREPARE_ALL) {
      for (let index = 0; index < this.steps.length; index++) this.prepare(index);
      return;
    }
    let group: PlanStep[] = [];
    let length = 0;
    for (const step of this.steps) {
      const text = textOf(step);
      if (text.length > CHECK_AT_ONCE || NEEDS_A_LOOK.test(text)) this.checkAlone(step);
      else {
        group.push(step);
        length += text.length;
      }
      if (length < CHECK_AT_ONCE) continue;
      this.checkTogether(group);
      group = [];
      length = 0;
    }
    this.checkTogether(group);
  }

  /** One call of the parser for many scripts: five times as fast as one for each. */
  private checkTogether(group: readonly PlanStep[]): void {
    if (group.length === 0 || checkText(group.map(textOf).join("\n;\n")) === null) return;
    for (const step of group) this.checkAlone(step);
  }

  private checkAlone(step: PlanStep): void {
    const script = prepareScript(step);
    this.kept += textOf(step).length;
    if (script.problems.length > 0 || this.kept <= MOST_KEPT) this.ready.set(step, script);
  }

  private kept = 0;
}

/** The script of a step's direction. */
function textOf({ migration, direction }: PlanStep): string {
  return direction === "up" ? migration.up : (migration.down ?? "");
}
