/**
 * Steps that must commit one by one, as a script of their own: the locks of one are let go before the next begins.
 * @param statements without semicolons
 */
export function separateSteps(statements: readonly string[]): string {
  return `-- dbmigrator: transaction=none\n${statements.map((statement) => `${statement};\n`).join("")}`;
}

/** The name PostgreSQL would give, within its 63 bytes. @param kind "fkey", "check", "key" … */
export function constraintName(relation: string, columns: string, kind: string): string {
  const table = relation.split(".").at(-1) ?? relation;
  const room = 63 - kind.length - 1;
  const name = columns === "" ? table : `${table}_${columns}`;
  return `${name.slice(0, room)}_${kind}`;
}

/**
 * The statement with a word put in after its first words, when it begins with them.
 * @returns null when it is written otherwise (comments in between, say)
 */
export function insertAfter(text: string, beginning: RegExp, word: string): string | null {
  const match = beginning.exec(text);
  return match ? `${match[0]} ${word}${text.slice(match[0].length)}` : null;
}
