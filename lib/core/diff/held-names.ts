import type { PlannedStatement } from "./plan";

const RENAME = /^ALTER TABLE (\S+) RENAME CONSTRAINT (\S+) TO (\S+)$/;

/**
 * Constraints of a table that exchange names, or hand them on in a ring: the one that still has the name is set aside
 * when another one takes it.
 */
export function exchangeNames(statements: readonly PlannedStatement[]): PlannedStatement[] {
  const later = new Map<string, number>();
  for (const [i, { sql }] of statements.entries()) {
    const [, table, old] = RENAME.exec(sql) ?? [];
    if (table !== undefined) later.set(`${table} ${old}`, i);
  }
  if (later.size < 2) return [...statements];
  const aside = new Map<number, string>();
  return statements.flatMap((statement, i) => {
    const [, table, old = "", name = ""] = RENAME.exec(statement.sql) ?? [];
    if (table === undefined) return [statement];
    const from = aside.get(i) ?? old;
    const holder = later.get(`${table} ${name}`);
    const rename = (a: string, b: string) => ({
      ...statement,
      sql: `ALTER TABLE ${table} RENAME CONSTRAINT ${a} TO ${b}`,
    });
    // Renames that are done at once, first of all, give way to one another already (see renameStatements).
    const inOrder = statement.verb === "rename" && statements[holder ?? i]?.verb === "rename";
    if (holder === undefined || holder <= i || inOrder) return [rename(from, name)];
    const waiting = `dbmigrator_name_${aside.size + 1}`;
    aside.set(holder, waiting);
    return [rename(name, waiting), rename(from, name)];
  });
}
