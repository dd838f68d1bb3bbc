import { NAME } from "../../../core/schema/sql-text";
import type { RestoreEntry } from "../dump-entries";

/** As pg_dump writes a key that has nothing but columns. */
const KEY = new RegExp(
  `^ALTER TABLE ONLY (${NAME}\\.${NAME})\\s+ADD CONSTRAINT (${NAME}) (PRIMARY KEY|UNIQUE) (\\(${NAME}(?:, ${NAME})*\\));$`,
);

/**
 * A key in two statements: its index, which may be built beside the table's other ones, and the constraint that takes
 * it over at once (docs: ALTER TABLE, ADD table_constraint_using_index). In one, the table would be locked from them.
 * Not for partitioned tables, whose keys PostgreSQL makes in one statement only.
 * @returns null for what is no plain key
 */
export function keyByIndex(entry: RestoreEntry): { index: RestoreEntry; constraint: RestoreEntry } | null {
  const [, table, name, word, columns] = KEY.exec(entry.sql.trim()) ?? [];
  if (name === undefined) return null;
  const say = (sql: string): RestoreEntry => ({ ...entry, sql: `${sql};\n` });
  return {
    index: say(`CREATE UNIQUE INDEX ${name} ON ONLY ${table} USING btree ${columns}`),
    constraint: say(`ALTER TABLE ONLY ${table} ADD CONSTRAINT ${name} ${word} USING INDEX ${name}`),
  };
}
