import type { PlannedStatement, SchemaPlan } from "./plan";

/** One piece of a plan that is committed as a whole, or a statement that PostgreSQL refuses in a transaction. */
export interface PlanScript {
  up: string;
  transaction: boolean;
}

type Statements = Pick<SchemaPlan, "statements">;

/**
 * The plan in pieces, in their order: one transaction where that is possible; more where a new enum value is used
 * by what follows, where `online` asks for it, and around statements that run outside of one.
 */
export function scriptsOf(plan: Statements): PlanScript[] {
  return groupsOf(plan).map(({ statements, transaction }) => ({ up: textOf(statements), transaction }));
}

/**
 * The plan as the text of one migration. More pieces than one are marked `transaction=none`, with BEGIN and COMMIT
 * around those that belong together: the runner takes such a migration step by step and goes on where it stopped.
 */
export function writePlan(plan: Statements): string {
  const scripts = scriptsOf(plan);
  if (scripts.length === 0) return "";
  if (scripts.length === 1 && scripts[0]?.transaction) return scripts[0].up;
  const steps = scripts.map(({ up, transaction }) => (transaction ? `BEGIN;\n${up}COMMIT;\n` : up));
  return `-- dbmigrator: transaction=none\n\n${steps.join("\n")}`;
}

interface Group {
  statements: PlannedStatement[];
  transaction: boolean;
}

function groupsOf({ statements }: Statements): Group[] {
  const groups: Group[] = [];
  let open: Group | null = null;
  for (const statement of valuesFirst(statements)) {
    if (statement.transaction === "outside") {
      groups.push({ statements: [statement], transaction: false });
      open = null;
    } else if (statement.transaction === "alone") {
      groups.push({ statements: [statement], transaction: true });
      open = null;
    } else {
      if (open === null) {
        open = { statements: [], transaction: true };
        groups.push(open);
      }
      open.statements.push(statement);
      if (statement.commitAfter && isLastValue(statement, statements)) open = null;
    }
  }
  return groups;
}

const VALUE = /^ALTER TYPE .* ADD VALUE E?'((?:[^']|'')*)'/s;

/** New values that a later statement names go first and are committed: whatever else fails, nothing is half done. */
function valuesFirst(statements: readonly PlannedStatement[]): readonly PlannedStatement[] {
  const values = statements.filter((one) => one.commitAfter);
  if (!values.some((value) => isUsed(value, statements))) {
    return statements.map((one) => (one.commitAfter ? { ...one, commitAfter: false } : one));
  }
  const renames = statements.filter((one) => one.verb === "rename");
  return [...renames, ...values, ...statements.filter((one) => !one.commitAfter && one.verb !== "rename")];
}

function isUsed(value: PlannedStatement, statements: readonly PlannedStatement[]): boolean {
  const label = VALUE.exec(value.sql)?.[1] ?? "";
  return statements.some((one) => !one.commitAfter && one.sql.includes(label));
}

function isLastValue(value: PlannedStatement, statements: readonly PlannedStatement[]): boolean {
  return statements.filter((one) => one.commitAfter).at(-1) === value;
}

const ROUTINE = /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) /;

const NEEDS_NO_ROWS = "-- Fails where the table has rows: the column has no default.\n";

/** Bodies given as text may name what comes later; they were valid where they come from. */
function textOf(statements: readonly PlannedStatement[]): string {
  const routines = statements.some((one) => ROUTINE.test(one.sql));
  const head = routines ? "SET LOCAL check_function_bodies = off;\n" : "";
  const warned = ({ losesData, needsNoRows, note, sql }: PlannedStatement) =>
    `${note ? `-- ${note}\n` : ""}${losesData ? "-- Loses data.\n" : ""}${needsNoRows ? NEEDS_NO_ROWS : ""}${sql};\n`;
  return `${head}${statements.map(warned).join("")}`;
}
