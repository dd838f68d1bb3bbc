import type { Statement } from "../sql/types";

/** A script as this check looks at it. */
export interface SingleTransactionScript {
  filename: string;
  mode: "one" | "none" | "own";
  statements: readonly Statement[];
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
}

const ADD_VALUE = /\badd\s+value\s+(?:if\s+not\s+exists\s+)?'((?:[^']|'')*)'/i;

/**
 * Says beforehand which scripts keep a run from being one transaction: their own BEGIN and COMMIT, statements that
 * PostgreSQL refuses in a transaction, and new values of an enum that are used before their transaction ends
 * (documentation: ALTER TYPE, notes; SQLSTATE 55P04).
 *
 * @param usesInTransaction values that a run elsewhere may use; a literal of the same spelling counts as a use, since
 *   only the server could tell what it is
 */
export function checkSingleTransaction(scripts: readonly SingleTransactionScript[]): SingleTransactionCheck {
  const obstacles: SingleTransactionObstacle[] = [];
  const split: string[][] = [];
  let group: string[] = [];
  let added = new Map<string, string>();
  const close = () => {
    if (group.length > 0) split.push(group);
    group = [];
    added = new Map();
  };
  scripts.forEach((script, index) => {
    const obstacle = ownObstacle(script) ?? enumObstacle(script, added);
    if (obstacle) {
      obstacles.push({ ...obstacle, filename: script.filename, position: index + 1 });
      close();
    }
    if (obstacle && obstacle.reason !== "new_enum_value") {
      split.push([script.filename]);
      return;
    }
    group.push(script.filename);
    for (const value of addedValues(script)) added.set(value, script.filename);
  });
  close();
  return { obstacles, split };
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
  const outside = script.statements.find((statement) => statement.need === "outside");
  const what = outside ? outside.text.split(/\s+/).slice(0, 3).join(" ").toUpperCase() : "transaction=none";
  return {
    reason: "outside_transaction",
    line: outside?.line ?? 1,
    message: `${script.filename} must run outside of a transaction (${what}).`,
  };
}

function addedValues(script: SingleTransactionScript): string[] {
  return script.statements
    .filter((statement) => statement.node === "AlterEnumStmt")
    .flatMap((statement) => ADD_VALUE.exec(statement.text)?.[1] ?? []);
}

function enumObstacle(script: SingleTransactionScript, added: ReadonlyMap<string, string>): Found | null {
  for (const statement of script.statements) {
    if (statement.node === "AlterEnumStmt" || statement.node === "CreateEnumStmt") continue;
    for (const [value, by] of added) {
      if (!statement.text.includes(`'${value}'`)) continue;
      const message = `${script.filename} uses '${value}', a value of an enum that ${by} adds; PostgreSQL allows that only in a later transaction.`;
      return { reason: "new_enum_value", line: statement.line, message };
    }
  }
  return null;
}
