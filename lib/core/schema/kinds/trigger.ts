import { notMember, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { relationOf } from "./column";

export const ENABLED: Record<string, string> = {
  O: "ENABLE",
  D: "DISABLE",
  R: "ENABLE REPLICA",
  A: "ENABLE ALWAYS",
};

/** pg_trigger, without internal ones and the clones that partitions get from their parent. */
export const triggerKind: KindDefinition = {
  kind: "trigger",
  keyword: "TRIGGER",
  query:
    () => `SELECT t.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, c.relkind AS of, quote_ident(t.tgname) AS name,
      pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS enabled, t.tgconstraint AS constraint_oid
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${USER_NAMESPACE} AND ${notMember("pg_class", "c.oid")} AND ${notMember("pg_trigger", "t.oid")}`,
  read: (row) => {
    const relation = text(row, "relation");
    const name = text(row, "name");
    const addresses = [{ catalog: "pg_trigger", oid: oid(row) }];
    if (Number(row.constraint_oid) !== 0)
      addresses.push({ catalog: "pg_constraint", oid: oid(row, "constraint_oid") });
    return {
      id: `trigger:${relation}.${name}`,
      name,
      schema: null,
      parent: `${text(row, "of") === "v" ? "view" : "table"}:${relation}`,
      body: { definition: text(row, "definition"), enabled: text(row, "enabled") },
      addresses,
    };
  },
  create: (fact) => [String(fact.body.definition), ...(fact.body.enabled === "O" ? [] : [enable(fact)])],
  drop: (fact) => [`DROP TRIGGER ${fact.name} ON ${relationOf(fact)}`],
  alter: (from, to) => (from.body.definition === to.body.definition ? [enable(to)] : "replace"),
  commentOn: (fact) => `TRIGGER ${fact.name} ON ${relationOf(fact)}`,
};

function enable(fact: Fact): string {
  return `ALTER TABLE ${relationOf(fact)} ${ENABLED[String(fact.body.enabled)]} TRIGGER ${fact.name}`;
}
