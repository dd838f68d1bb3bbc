import { type ColumnBody, relationOf } from "../schema/kinds/column";
import type { Action } from "./actions";
import { mark } from "./online";

/**
 * NOT NULL without a scan under a lock that blocks everybody: PostgreSQL 18 validates the constraint itself, older
 * ones trust a validated check, which is dropped afterwards (docs: ALTER TABLE, SET NOT NULL).
 * @param version server_version_num
 */
export function notNullOnline(action: Action, version: number): string[] {
  const { fact } = action;
  const b = fact.body as unknown as ColumnBody;
  const table = relationOf(fact);
  const set = `ALTER TABLE ${table} ALTER COLUMN ${fact.name} SET NOT NULL`;
  const name = b.notNullConstraint?.name ?? b.notNullName;
  const add = `ALTER TABLE ${table} ADD CONSTRAINT ${name} NOT NULL ${fact.name}`;
  return action.sql.flatMap((sql) => {
    const named = sql.startsWith(add) && !sql.endsWith(" NOT VALID");
    if (version >= 180000 && name !== null && (sql === set || named)) {
      const statement = named ? sql : add;
      return [
        `${statement} NOT VALID`,
        mark(action, `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`, "alone"),
      ];
    }
    if (sql !== set || version >= 180000) return [sql];
    const check = `"dbmigrator_${b.position}_not_null"`;
    return [
      `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${fact.name} IS NOT NULL) NOT VALID`,
      mark(action, `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check}`, "alone"),
      sql,
      `ALTER TABLE ${table} DROP CONSTRAINT ${check}`,
    ];
  });
}
