import { dependantsOf } from "../lookups";
import { anyIn, literal, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, FactId, KindDefinition, Snapshot } from "../types";

interface Body {
  type: string;
  collation: string | null;
  default: string | null;
  notNull: boolean;
  /** PostgreSQL 17 and later: name of the constraint behind NOT NULL; null: the usual one. */
  notNullName: string | null;
  notNullComment: string | null;
  usualName: string;
}
const body = (fact: Fact) => fact.body as unknown as Body;

export const ANY_DOMAIN = anyIn("pg_type", "oid", "typtype = 'd'");

function notNull(b: Body, on: string): string {
  if (!b.notNull) return `${on} DROP NOT NULL`;
  return b.notNullName ? `${on} ADD CONSTRAINT ${b.notNullName} NOT NULL` : `${on} SET NOT NULL`;
}

function commented(before: string | null, b: Body, domain: string): string[] {
  if (!b.notNull || before === b.notNullComment) return [];
  const words = b.notNullComment === null ? "NULL" : literal(b.notNullComment);
  return [`COMMENT ON CONSTRAINT ${b.notNullName ?? b.usualName} ON DOMAIN ${domain} IS ${words}`];
}

/**
 * Whether values of the domain lie inside of arrays, rows or ranges: PostgreSQL does not look for them there and
 * refuses what they would have to be checked against ("cannot alter type … because column … uses it").
 */
export function isWithinStored(id: FactId, snapshot: Snapshot): boolean {
  return dependantsOf(snapshot, id).some((user) => {
    if (/^(composite|range):/.test(user)) return dependantsOf(snapshot, user).length > 0;
    if (user.startsWith("domain:")) return isWithinStored(user, snapshot);
    return user.startsWith("column:") && String(snapshot.facts.get(user)?.body.type).endsWith("[]");
  });
}

/** pg_type with typtype d. Its checks are facts of their own (domain_constraint). */
export const domainKind: KindDefinition = {
  kind: "domain",
  keyword: "DOMAIN",
  presence: ANY_DOMAIN,
  query: (
    version,
  ) => `SELECT t.oid, t.typarray, t.typowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(t.typname) AS name,
      coalesce(t.typacl, acldefault('T', t.typowner))::text[] AS acl, format_type(t.typbasetype, t.typtypmod) AS type,
      CASE WHEN t.typcollation <> b.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END AS collation,
      coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) AS default, t.typnotnull AS notnull,
      quote_ident(left(t.typname || '_not_null', 63)) AS usual_name, ${version >= 170000 ? "CASE WHEN nn.conname <> left(t.typname || '_not_null', 63) THEN quote_ident(nn.conname) END" : "NULL"} AS notnull_name,
      ${version >= 170000 ? "obj_description(nn.oid, 'pg_constraint')" : "NULL"} AS notnull_comment
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_collation co ON co.oid = t.typcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace${version >= 170000 ? " LEFT JOIN pg_constraint nn ON nn.contypid = t.oid AND nn.contype = 'n'" : ""}
    WHERE t.typtype = 'd' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `domain:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: {
        type: text(row, "type"),
        collation: optional(row, "collation"),
        default: optional(row, "default"),
        notNull: row.notnull === true,
        notNullName: optional(row, "notnull_name"),
        notNullComment: optional(row, "notnull_comment"),
        usualName: text(row, "usual_name"),
      },
      addresses: [
        { catalog: "pg_type", oid: oid(row) },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
    };
  },
  create: (fact) => {
    const b = body(fact);
    const parts = [`CREATE DOMAIN ${fact.name} AS ${b.type}`];
    if (b.collation) parts.push(`COLLATE ${b.collation}`);
    if (b.default !== null) parts.push(`DEFAULT ${b.default}`);
    if (b.notNull) parts.push(b.notNullName ? `CONSTRAINT ${b.notNullName} NOT NULL` : "NOT NULL");
    return [parts.join(" "), ...commented(null, b, fact.name)];
  },
  drop: (fact) => [`DROP DOMAIN ${fact.name}`],
  alter: (from, to, around) => {
    const [a, b] = [body(from), body(to)];
    if (a.type !== b.type || a.collation !== b.collation) return "replace";
    if (!a.notNull && b.notNull && isWithinStored(from.id, around.from)) return "replace";
    const on = `ALTER DOMAIN ${to.name}`;
    return [
      ...(a.default === b.default
        ? []
        : [b.default === null ? `${on} DROP DEFAULT` : `${on} SET DEFAULT ${b.default}`]),
      ...(a.notNull === b.notNull ? [] : [notNull(b, on)]),
      ...(a.notNull && b.notNull && a.notNullName !== b.notNullName
        ? [`${on} RENAME CONSTRAINT ${a.notNullName ?? a.usualName} TO ${b.notNullName ?? b.usualName}`]
        : []),
      ...commented(a.notNull ? a.notNullComment : null, b, to.name),
    ];
  },
  compared: (fact) => ({ ...fact.body, usualName: undefined }),
  ownedAs: (fact) => `DOMAIN ${fact.name}`,
  grantedOn: (fact) => ({ on: `DOMAIN ${fact.name}`, all: "U" }),
};
