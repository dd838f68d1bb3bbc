import { oid, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition } from "../types";
import { relationOf } from "./column";
import { ANY_DOMAIN } from "./domain";

/** pg_constraint of domains (checks). */
export const domainConstraintKind: KindDefinition = {
  kind: "domain_constraint",
  keyword: "CONSTRAINT",
  presence: ANY_DOMAIN,
  query:
    () => `SELECT k.oid, quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS domain, quote_ident(k.conname) AS name,
      pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE k.contype = 'c' AND ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `domain_constraint:${text(row, "domain")}.${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: `domain:${text(row, "domain")}`,
    body: { definition: text(row, "definition"), validated: row.validated === true },
    addresses: [{ catalog: "pg_constraint", oid: oid(row) }],
  }),
  create: (fact) => [`ALTER DOMAIN ${relationOf(fact)} ADD CONSTRAINT ${fact.name} ${fact.body.definition}`],
  drop: (fact) => [`ALTER DOMAIN ${relationOf(fact)} DROP CONSTRAINT ${fact.name}`],
  alter: (from, to) => {
    const bare = (value: unknown) => String(value).replace(/ NOT VALID$/, "");
    if (bare(from.body.definition) !== bare(to.body.definition) || from.body.validated) return "replace";
    return [`ALTER DOMAIN ${relationOf(to)} VALIDATE CONSTRAINT ${to.name}`];
  },
  commentOn: (fact) => `CONSTRAINT ${fact.name} ON DOMAIN ${relationOf(fact)}`,
};
