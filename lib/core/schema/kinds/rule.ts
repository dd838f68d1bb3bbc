import { anyIn, notMember, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { relationOf } from "./column";
import { ENABLED } from "./trigger";
import { comparedText, meaningOf } from "./view";

/** pg_rewrite, without the rules that make a view. */
export const ruleKind: KindDefinition = {
  kind: "rule",
  keyword: "RULE",
  presence: anyIn("pg_rewrite", "oid", "NOT (rulename = '_RETURN' AND ev_type = '1')"),
  query:
    () => `SELECT r.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, c.relkind AS of, quote_ident(r.rulename) AS name,
      pg_get_ruledef(r.oid) AS definition, r.ev_enabled AS enabled
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT (r.rulename = '_RETURN' AND r.ev_type = '1') AND ${USER_NAMESPACE} AND ${notMember("pg_rewrite", "r.oid")}`,
  read: (row) => ({
    id: `rule:${text(row, "relation")}.${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: `${text(row, "of") === "v" ? "view" : "table"}:${text(row, "relation")}`,
    body: { definition: text(row, "definition"), enabled: text(row, "enabled") },
    addresses: [{ catalog: "pg_rewrite", oid: oid(row) }],
  }),
  create: (fact) => [...made(fact), ...(fact.body.enabled === "O" ? [] : [enable(fact)])],
  drop: (fact) => [`DROP RULE ${fact.name} ON ${relationOf(fact)}`],
  alter: (from, to) => {
    if (meaningOf(from) === meaningOf(to)) return [enable(to)];
    return [
      bare(to).replace(/^CREATE RULE/, "CREATE OR REPLACE RULE"),
      ...(from.body.enabled === to.body.enabled ? [] : [enable(to)]),
    ];
  },
  compared: (fact) => ({ ...fact.body, ...comparedText(fact) }),
  commentOn: (fact) => `RULE ${fact.name} ON ${relationOf(fact)}`,
};

function bare(fact: Fact): string {
  return String(fact.body.definition).replace(/;\s*$/, "");
}

/** The name of views' own rules is refused by CREATE RULE, and was not by RENAME (until 18.4 and its siblings). */
function made(fact: Fact): string[] {
  if (fact.name !== '"_RETURN"') return [bare(fact)];
  const on = `ON ${relationOf(fact)} RENAME TO "_RETURN"`;
  return [
    bare(fact).replace(/^CREATE RULE "_RETURN"/, 'CREATE RULE "_RETURN_"'),
    `ALTER RULE "_RETURN_" ${on}`,
  ];
}

function enable(fact: Fact): string {
  return `ALTER TABLE ${relationOf(fact)} ${ENABLED[String(fact.body.enabled)]} RULE ${fact.name}`;
}
