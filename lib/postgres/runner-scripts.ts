import { createHash } from "node:crypto";
import { readDirectives } from "../core/migration/directives";
import type { Directives } from "../core/migration/types";
import type { PlanStep } from "../core/plan/types";
import type { PostgresFailure } from "../core/run/types";
import { splitUnits, type TransactionMode, transactionMode, type Unit } from "../core/run/units";
import { parseScript } from "../core/sql/parse-script";
import type { ScriptProblem, Statement } from "../core/sql/types";

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
const OTHER_ENCODING =
  /^set\s+(?:session\s+|local\s+)?(?:client_encoding\s*(?:=|to)|names)\s*(?!'?(?:utf-?8|unicode|default))\S/i;

/** @param script what readDirectives and the parser make of the direction's text */
export function prepareScript(step: PlanStep): PreparedScript {
  const { migration, direction } = step;
  const text = direction === "up" ? migration.up : (migration.down ?? "");
  const { directives, problems: directiveProblems } = readDirectives(text);
  const parsed = parseScript(text);
  const { units, problems: unitProblems } = splitUnits(parsed, directives);
  const encodings = parsed.statements.filter(
    (one) => one.node === "VariableSetStmt" && OTHER_ENCODING.test(one.text),
  );
  return {
    ...step,
    key: `${migration.service}/${migration.filename}`,
    statements: parsed.statements,
    units,
    mode: transactionMode(parsed, directives),
    directives,
    problems: [...parsed.problems, ...directiveProblems, ...unitProblems, ...encodings.map(otherEncoding)],
    touchesSession:
      parsed.statements.some((one) => SESSION_NODES.has(one.node)) || /\btemp(?:orary)?\b/i.test(text),
    changesRole: /\brole\b|\bauthorization\b/i.test(text),
  };
}

function otherEncoding({ line, column }: Statement): ScriptProblem {
  const message = "The script changes the client's encoding; scripts are read as UTF-8.";
  return { code: "session", line, column, message, hint: "Save it as UTF-8 and remove this line." };
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

/** Scripts above this size are parsed one ahead of the server instead of all before the first runs. */
const PARSE_ALL_BYTES = 100_000;

/**
 * The scripts of a run, parsed before they are needed: a few all at once, so that nothing runs when the last has a
 * mistake; many while the server works on the one before.
 */
export class ScriptQueue {
  private readonly ready: (PreparedScript | undefined)[] = [];

  constructor(private readonly steps: readonly PlanStep[]) {}

  get length(): number {
    return this.steps.length;
  }

  get(index: number): PreparedScript {
    const step = this.steps[index];
    if (!step) throw new RangeError(`no step ${index}`);
    const script = this.ready[index] ?? prepareScript(step);
    this.ready[index] = script;
    return script;
  }

  /** Call while the server is at work. */
  prepare(index: number): void {
    if (index < this.steps.length) this.get(index);
  }

  /** Lets go of what has run. */
  release(index: number): void {
    this.ready[index] = undefined;
  }

  /** Parses everything when it is not too much. @returns the first script that must not run */
  checkAll(): PreparedScript | null {
    const size = this.steps.reduce(
      (sum, { migration }) => sum + migration.up.length + (migration.down?.length ?? 0),
      0,
    );
    if (size > PARSE_ALL_BYTES) return null;
    for (let index = 0; index < this.steps.length; index++) {
      this.prepare(index);
      if (this.ready[index]?.problems.length) return this.ready[index] ?? null;
    }
    return null;
  }
}
