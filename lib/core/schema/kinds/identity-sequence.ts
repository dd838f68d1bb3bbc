import { nameOfId } from "../lookups";
import { oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { persistenceSql } from "./sequence";

/** Sequences that identity columns made: they come and go with the column; grants and comments are their own. */
export const identitySequenceKind: KindDefinition = {
  kind: "identity_sequence",
  keyword: "SEQUENCE",
  query: (
    version,
  ) => `SELECT c.oid, c.relowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS name,
      coalesce(c.relacl, acldefault('s', c.relowner))::text[] AS acl,
      quote_ident(tn.nspname) || '.' || quote_ident(t.relname) AS relation, (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = d.refobjsubid) AS column,
      ${version >= 150000 ? "c.relpersistence = 'u'" : "NULL"} AS unlogged
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' AND c.relpersistence <> 't'
      AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const relation = text(row, "relation");
    return {
      id: `identity_sequence:${name}`,
      name,
      schema: text(row, "schema"),
      parent: `table:${relation}`,
      body: { column: text(row, "column"), unlogged: row.unlogged },
      addresses: [{ catalog: "pg_class", oid: oid(row) }],
      extraDeps: [`column:${relation}.${text(row, "column")}`],
    };
  },
  create: (fact, { to }) => {
    const usual = to.facts.get(fact.parent ?? "")?.body.persistence === "u";
    return isUnlogged(fact) === null || isUnlogged(fact) === usual ? [] : [persistenceSql(fact)];
  },
  drop: () => [],
  alter: (from, to, around) => {
    const owner = `column:${nameOfId(from.parent ?? "")}.${from.body.column}`;
    // It went with its column, and another one has its name.
    if (!around.to.facts.has(owner)) return "replace";
    return isUnlogged(from) === isUnlogged(to) ? [] : [persistenceSql(to)];
  },
  grantedOn: (fact) => ({ on: `SEQUENCE ${fact.name}`, all: "rwU" }),
};

/** null: the server keeps no such thing of sequences (before 15). */
function isUnlogged(fact: Fact): boolean | null {
  return fact.body.unlogged as boolean | null;
}
