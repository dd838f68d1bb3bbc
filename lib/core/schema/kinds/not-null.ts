import { literal, optional } from "../sql-text";
import type { Fact, FactId, Row, Snapshot, Surroundings } from "../types";
import type { ColumnBody } from "./column";

/** PostgreSQL 18 keeps NOT NULL in pg_constraint (docs: "ALTER TABLE", SET NOT NULL); older servers know no names. */
export interface NotNullConstraint {
  name: string;
  noInherit: boolean;
  notValid: boolean;
  comment: string | null;
}

type NotNull = Pick<ColumnBody, "notNull" | "notNullConstraint" | "notNullInherited" | "notNullName">;

/** What the catalog query of columns says of the constraint behind NOT NULL. */
export function readNotNull(
  row: Row,
): Pick<ColumnBody, "notNullConstraint" | "notNullInherited" | "notNullName"> {
  if (!row.notnull_oid) return { notNullConstraint: null, notNullInherited: false, notNullName: null };
  const name = String(row.notnull_name);
  // The name of an inherited one is the parent's business; partitions are dumped with theirs.
  const inherited = row.notnull_own !== true;
  const comment = optional(row, "notnull_comment");
  const unusual =
    (row.notnull_named === true && !inherited) ||
    row.notnull_noinherit === true ||
    row.notnull_notvalid === true ||
    comment !== null;
  const constraint = {
    name,
    noInherit: row.notnull_noinherit === true,
    notValid: row.notnull_notvalid === true,
    comment,
  };
  return { notNullConstraint: unusual ? constraint : null, notNullInherited: inherited, notNullName: name };
}

const notNullNames = new WeakMap<Snapshot, Map<string, FactId[]>>();

/** Whether another column of the schema has this name for its NOT NULL too, or has it still: the server would then choose another. */
export function isSharedName(b: NotNull, table: Fact | undefined, { from, to }: Surroundings): boolean {
  if (b.notNullName === null) return false;
  const key = `${table?.schema} ${b.notNullName}`;
  const before = namesOf(from).get(key) ?? [];
  return (namesOf(to).get(key) ?? []).length > 1 || before.some((one) => one !== table?.id);
}

/** Tables whose columns have a NOT NULL of that name, by schema and name. */
function namesOf(snapshot: Snapshot): Map<string, FactId[]> {
  const known = notNullNames.get(snapshot);
  if (known) return known;
  const names = new Map<string, FactId[]>();
  for (const { kind, parent, body } of snapshot.facts.values()) {
    if (kind !== "column" || parent === null || typeof body.notNullName !== "string") continue;
    const key = `${snapshot.facts.get(parent)?.schema} ${body.notNullName}`;
    const tables = names.get(key);
    if (tables) tables.push(parent);
    else names.set(key, [parent]);
  }
  notNullNames.set(snapshot, names);
  return names;
}

/** As CREATE TABLE and ADD COLUMN write it; what is inherited or not valid comes another way. */
export function notNullClause(b: NotNull, named: boolean): string[] {
  if (b.notNullInherited) return [];
  const c = b.notNullConstraint;
  if (c === null && b.notNull && named) return [`CONSTRAINT ${b.notNullName} NOT NULL`];
  if (c === null) return b.notNull ? ["NOT NULL"] : [];
  return c.notValid ? [] : [`CONSTRAINT ${c.name} NOT NULL${c.noInherit ? " NO INHERIT" : ""}`];
}

/** What CREATE TABLE and ADD COLUMN cannot write of it. */
export function notNullSettings(b: NotNull, table: string, column: string): string[] {
  const c = b.notNullConstraint;
  return [
    ...(c?.notValid && !b.notNullInherited ? [addNotNull(c, `ALTER TABLE ${table}`, column)] : []),
    ...(c?.comment ? [commentNotNull(c, table)] : []),
  ];
}

/**
 * `ALTER TABLE …` from one state to the other.
 * @param alone those that inherit the column say by themselves whether theirs is NOT NULL (before 18)
 * @param inPlace it cannot go for the moment, or nothing below has it from here
 */
export function alterNotNull(
  from: NotNull,
  to: NotNull,
  table: string,
  column: string,
  { named, alone, inPlace }: { named: boolean; alone: boolean; inPlace: boolean },
): string[] {
  const [a, b] = [stateOf(from), stateOf(to)];
  const same = JSON.stringify([a, from.notNullInherited]) === JSON.stringify([b, to.notNullInherited]);
  if (same) return [];
  // It came or comes from a parent, with what was said of it here if it was there already.
  if (b !== null && to.notNullInherited)
    return commented(from.notNullInherited && a !== null ? a.comment : null, b, table);
  const alter = `ALTER TABLE ${table}`;
  const on = `ALTER TABLE ${alone ? "ONLY " : ""}${table} ALTER COLUMN ${column}`;
  if (b === null) return [`${on} DROP NOT NULL`];
  // Said of an inherited one, it becomes the column's own too, or is another one when the parent gives up its own.
  if (a === null || from.notNullInherited) {
    const usual = (to.notNullConstraint === null && !named) || a !== null;
    const said = a?.comment ?? b.comment;
    return [
      usual ? `${on} SET NOT NULL` : addNotNull(b, alter, column),
      ...(said === null ? [] : [commentNotNull(b, table)]),
    ];
  }
  // NOT VALID cannot be taken on by a constraint that exists.
  const inherits = a.noInherit !== b.noInherit;
  if ((inherits && !inPlace) || (b.notValid && !a.notValid)) {
    return [`${on} DROP NOT NULL`, addNotNull(b, alter, column), ...commented(null, b, table)];
  }
  const renamed = a.name !== "" && b.name !== "" && a.name !== b.name;
  return [
    ...(renamed ? [`${alter} RENAME CONSTRAINT ${a.name} TO ${b.name}`] : []),
    ...(a.notValid && !b.notValid ? [`${alter} VALIDATE CONSTRAINT ${b.name}`] : []),
    ...(inherits ? [`${alter} ALTER CONSTRAINT ${b.name} ${b.noInherit ? "NO INHERIT" : "INHERIT"}`] : []),
    ...commented(a.comment, b, table),
  ];
}

/** Its constraint, or the usual one. */
export function stateOf(b: NotNull): NotNullConstraint | null {
  if (b.notNullConstraint) return b.notNullConstraint;
  return b.notNull ? { name: b.notNullName ?? "", noInherit: false, notValid: false, comment: null } : null;
}

function commented(before: string | null, b: NotNullConstraint, table: string): string[] {
  return before === b.comment ? [] : [commentNotNull(b, table)];
}

export function addNotNull(c: NotNullConstraint, alter: string, column: string): string {
  const state = `${c.noInherit ? " NO INHERIT" : ""}${c.notValid ? " NOT VALID" : ""}`;
  return `${alter} ADD CONSTRAINT ${c.name} NOT NULL ${column}${state}`;
}

export function commentNotNull(c: NotNullConstraint, table: string): string {
  return `COMMENT ON CONSTRAINT ${c.name} ON ${table} IS ${c.comment === null ? "NULL" : literal(c.comment)}`;
}
