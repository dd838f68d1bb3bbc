import type { Statement } from "../sql/types";

/** A script as this check looks at it. */
export interface SingleTransactionScript {
  filename: string;
  mode: "one" | "none" | "own";
  statements: readonly Statement[];
  /** Lines of `batch` directives. */
  batches?: readonly number[];
}

/** Why a script cannot be part of one transaction over all. */
export interface SingleTransactionObstacle {
  filename: string;
  /** Position in the run, from 1. */
  position: number;
  reason: "own_transaction" | "outside_transaction" | "new_enum_value";
  line: number;
  message: string;
}

export interface SingleTransactionCheck {
  /** Empty: all of it can run in one transaction. */
  obstacles: SingleTransactionObstacle[];
  /** The fewest runs that keep the order: each inner list is one transaction, or one script that makes its own. */
  split: string[][];
  /** The same as runs of the command line: neighbours that make their own transactions are one run. */
  runs: SplitRun[];
}

/** One run of the split, from the script after the former run's last one up to and including `to`. */
export interface SplitRun {
  /** `single_transaction`: all of it or nothing; `each`: no transaction over all is possible. */
  mode: "single_transaction" | "each";
  from: string;
  to: string;
  count: number;
}

const NAME = String.raw`((?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)`;
const ADD_VALUE = new RegExp(
  String.raw`^alter\s+type\s+${NAME}\s+add\s+value\s+(?:if\s+not\s+exists\s+)?'((?:[^']|'')*)'`,
  "i",
);
const CREATE_ENUM = new RegExp(String.raw`^create\s+type\s+${NAME}\s+as\s+enum\b`, "i");
const RENAME_TYPE = new RegExp(String.raw`^alter\s+type\s+${NAME}\s+rename\s+to\s+${NAME}`, "i");

/** Since this version a type that the same transaction made takes new values at once. */
const OWN_TYPES_SINCE = 17;

/** What the transaction that is put together has done so far. */
interface Group {
  filenames: string[];
  /** Enum types that it made, by name. */
  types: Set<string>;
  /** Values that may not be used before it ends, and the script that adds each. */
  values: Map<string, string>;
}

const emptyGroup = (): Group => ({ filenames: [], types: new Set(), values: new Map() });

/**
 * Says beforehand which scripts keep a run from being one transaction: their own BEGIN and COMMIT, statements that
 * PostgreSQL refuses in a transaction, and new values of an enum that are used before their transaction ends
 * (documentation: ALTER TYPE, notes; SQLSTATE 55P04). A literal spelt like a new value counts as a use of it: only
 * the server could tell what it is.
 *
 * @param serverMajor major version of the target
 */
export function checkSingleTransaction(
  scripts: readonly SingleTransactionScript[],
  serverMajor = OWN_TYPES_SINCE,
): SingleTransactionCheck {
  const obstacles: SingleTransactionObstacle[] = [];
  const split: string[][] = [];
  const alone = new Set<string>();
  let group = emptyGroup();
  const close = () => {
    if (group.filenames.length > 0) split.push(group.filenames);
    group = emptyGroup();
  };
  scripts.forEach((script, index) => {
    const place = { filename: script.filename, position: index + 1 };
    const own = ownObstacle(script) ?? valueObstacle(script, emptyGroup(), serverMajor);
    const obstacle = own ?? valueObstacle(script, group, serverMajor);
    if (obstacle) {
      obstacles.push({ ...obstacle, ...place });
      close();
    }
    if (own) {
      split.push([script.filename]);
      alone.add(script.filename);
    } else {
      group.filenames.push(script.filename);
      follow(script, group, serverMajor);
    }
  });
  close();
  return { obstacles, split, runs: joinRuns(split, alone) };
}

function joinRuns(split: readonly string[][], alone: ReadonlySet<string>): SplitRun[] {
  const runs: SplitRun[] = [];
  for (const group of split) {
    const [from = "", to = from] = [group[0], group.at(-1)];
    const mode = alone.has(from) ? "each" : "single_transaction";
    const last = runs.at(-1);
    // A single script is one transaction in either mode.
    if (last?.mode === "each" && (mode === "each" || group.length === 1)) {
      last.to = to;
      last.count += group.length;
    } else runs.push({ mode: group.length === 1 ? "each" : mode, from, to, count: group.length });
  }
  return runs;
}

type Found = Pick<SingleTransactionObstacle, "reason" | "line" | "message">;

function ownObstacle(script: SingleTransactionScript): Found | null {
  if (script.mode === "own") {
    const line = script.statements.find((statement) => statement.need === "control")?.line ?? 1;
    return {
      reason: "own_transaction",
      line,
      message: `${script.filename} begins and commits a transaction of its own.`,
    };
  }
  if (script.mode === "one") return null;
  const [batch] = script.batches ?? [];
  if (batch !== undefined) {
    const message = `${script.filename} repeats a statement in batches, each a transaction of its own.`;
    return { reason: "outside_transaction", line: batch, message };
  }
  const outside = script.statements.find((statement) => statement.need === "outside");
  const what = outside ? outside.text.split(/\s+/).slice(0, 3).join(" ").toUpperCase() : "transaction=none";
  return {
    reason: "outside_transaction",
    line: outside?.line ?? 1,
    message: `${script.filename} must run outside of a transaction (${what}).`,
  };
}

/** Adds to a group what a script makes of types and values, statement by statement. */
function follow(script: SingleTransactionScript, group: Group, serverMajor: number): void {
  for (const statement of script.statements) followStatement(statement, script.filename, group, serverMajor);
}

function followStatement({ text }: Statement, filename: string, group: Group, serverMajor: number): void {
  const made = CREATE_ENUM.exec(text)?.[1];
  if (made) group.types.add(nameOf(made));
  const [, from, to] = RENAME_TYPE.exec(text) ?? [];
  if (from && to && group.types.delete(nameOf(from))) group.types.add(nameOf(to));
  const [, type, value] = ADD_VALUE.exec(text) ?? [];
  if (type === undefined || value === undefined) return;
  if (serverMajor < OWN_TYPES_SINCE || !group.types.has(nameOf(type))) group.values.set(value, filename);
}

/** The last part of a name, as PostgreSQL folds it; the schema may be written or left out. */
function nameOf(written: string): string {
  const last = /(?:"((?:[^"]|"")+)"|([\w$]+))$/.exec(written);
  return last?.[1] ?? last?.[2]?.toLowerCase() ?? written;
}

/** Follows a copy of the group through the script, and looks for a use of a value that is too new. */
function valueObstacle(script: SingleTransactionScript, group: Group, serverMajor: number): Found | null {
  const now: Group = { filenames: [], types: new Set(group.types), values: new Map(group.values) };
  for (const statement of script.statements) {
    if (statement.node !== "AlterEnumStmt" && statement.node !== "CreateEnumStmt") {
      for (const [value, by] of now.values) {
        if (!statement.text.includes(`'${value}'`)) continue;
        const message = `${script.filename} uses '${value}', a value of an enum that ${by} adds; PostgreSQL allows that only in a later transaction.`;
        return { reason: "new_enum_value", line: statement.line, message };
      }
    }
    followStatement(statement, script.filename, now, serverMajor);
  }
  return null;
}
