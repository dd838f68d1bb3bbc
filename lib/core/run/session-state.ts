import { treeOf } from "../sql/parse-script";
import { calledFunctions, walkTree } from "../sql/tree";
import type { Statement } from "../sql/types";
import type { Unit } from "./units";

/** What a statement leaves behind in its session, and in nothing else. */
const KEPT_BY_SESSION = new Set(["PrepareStmt", "DeallocateStmt", "LoadStmt"]);

/**
 * The statements of a script that a new session has to repeat before the rest of the script means to it what it meant
 * to the one that was lost: its search path, its role, its settings, what it prepared. They change no data.
 *
 * @param done how many statements are in effect
 */
export function sessionStatements(units: readonly Unit[], done: number): Statement[] {
  return statementsInEffect(units, done).filter(setsSession);
}

/** Something temporary that is gone with its session, and the statement that still needs it. */
export interface LostTemporary {
  name: string;
  madeBy: Statement;
  neededBy: Statement;
}

/** @param done how many statements are in effect */
export function lostTemporary(units: readonly Unit[], done: number): LostTemporary | null {
  const rest = units.flatMap((unit) => unit.statements).filter(({ index }) => index > done);
  for (const madeBy of statementsInEffect(units, done)) {
    if (!/\btemp/i.test(madeBy.text)) continue;
    for (const name of temporaryNames(madeBy)) {
      const word = new RegExp(`(?<![\\w$])${name.replace(/[^\w]/g, "\\$&")}(?![\\w$])`, "i");
      const neededBy = rest.find(({ text }) => word.test(text));
      if (neededBy) return { name, madeBy, neededBy };
    }
  }
  return null;
}

/** What a block rolled back itself has left nothing. */
function statementsInEffect(units: readonly Unit[], done: number): Statement[] {
  return units
    .filter((unit) => !unit.rolledBack)
    .flatMap((unit) => unit.statements)
    .filter(({ index }) => index <= done);
}

function setsSession(statement: Statement): boolean {
  if (KEPT_BY_SESSION.has(statement.node)) return true;
  if (statement.node !== "VariableSetStmt" && statement.node !== "SelectStmt") return false;
  const tree = treeOf(statement);
  if (tree && "VariableSetStmt" in tree) {
    const { is_local, kind, name } = tree.VariableSetStmt;
    return !is_local && (kind !== "VAR_SET_MULTI" || name === "SESSION CHARACTERISTICS");
  }
  if (!tree || !("SelectStmt" in tree) || tree.SelectStmt.fromClause) return false;
  const called = calledFunctions(tree);
  return called.length > 0 && called.every((name) => name === "set_config");
}

function temporaryNames(statement: Statement): string[] {
  const found: string[] = [];
  walkTree(treeOf(statement), (_, body) => {
    const { relname, relpersistence, schemaname } = body as Record<string, unknown>;
    if (typeof relname === "string" && (relpersistence === "t" || schemaname === "pg_temp"))
      found.push(relname);
    return undefined;
  });
  return found;
}

/** Whether the script itself set this setting of the session before a statement: then it is its author's word. */
export function setsBefore(statements: readonly Statement[], setting: string, index: number): boolean {
  return statements.some(
    (one) => one.index < index && one.text.toLowerCase().includes(setting) && setsSession(one),
  );
}
