import { anyIn, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { shellAgain } from "./base-type";

/** Under another name, with its multirange and the functions that make values of both. */
export function setRangeAside(fact: Fact, name: string): string[] {
  const { subtype, multiname } = fact.body as Record<string, string>;
  const functions = [
    ...[`${subtype}, ${subtype}`, `${subtype}, ${subtype}, text`].map((of) => [`${fact.name}(${of})`, name]),
    ...["", fact.name, `${fact.name}[]`].map((of) => [`${multiname}(${of})`, `${name}_multi`]),
  ];
  return [
    ...functions.map(([signature, other]) => `ALTER FUNCTION ${signature} RENAME TO ${other}`),
    `ALTER TYPE ${multiname} RENAME TO ${name}_multi`,
    `ALTER TYPE ${fact.name} RENAME TO ${name}`,
  ];
}

/** pg_type with typtype r, pg_range. */
export const rangeKind: KindDefinition = {
  kind: "range",
  keyword: "TYPE",
  presence: anyIn("pg_range", "rngtypid"),
  query:
    () => `SELECT t.oid, t.typarray, r.rngmultitypid AS multirange, mt.typarray AS multiarray, t.typowner AS owner,
      quote_ident(n.nspname) AS schema, quote_ident(t.typname) AS name,
      coalesce(t.typacl, acldefault('T', t.typowner))::text[] AS acl, format_type(r.rngsubtype, NULL) AS subtype,
      CASE WHEN NOT oc.opcdefault THEN quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END AS opclass,
      CASE WHEN r.rngcollation <> st.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END AS collation,
      nullif(r.rngcanonical::oid, 0)::regproc::text AS canonical, nullif(r.rngsubdiff::oid, 0)::regproc::text AS subdiff,
      quote_ident(mn.nspname) || '.' || quote_ident(mt.typname) AS multiname
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_type st ON st.oid = r.rngsubtype JOIN pg_opclass oc ON oc.oid = r.rngsubopc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
    JOIN pg_type mt ON mt.oid = r.rngmultitypid JOIN pg_namespace mn ON mn.oid = mt.typnamespace
    LEFT JOIN pg_collation co ON co.oid = r.rngcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `range:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: {
        subtype: text(row, "subtype"),
        opclass: optional(row, "opclass"),
        collation: optional(row, "collation"),
        canonical: optional(row, "canonical"),
        subdiff: optional(row, "subdiff"),
        multiname: text(row, "multiname"),
      },
      addresses: ["oid", "typarray", "multirange", "multiarray"].map((key) => ({
        catalog: "pg_type",
        oid: oid(row, key),
      })),
    };
  },
  create: (fact) => {
    const b = fact.body as Record<string, string | null>;
    const parts = [`subtype = ${b.subtype}`, `multirange_type_name = ${b.multiname}`];
    if (b.opclass) parts.push(`subtype_opclass = ${b.opclass}`);
    if (b.collation) parts.push(`collation = ${b.collation}`);
    if (b.canonical) parts.push(`canonical = ${b.canonical}`);
    if (b.subdiff) parts.push(`subtype_diff = ${b.subdiff}`);
    return [`CREATE TYPE ${fact.name} AS RANGE (${parts.join(", ")})`];
  },
  // With a canonical function they need one another, as base types and theirs do.
  drop: (fact, around) => {
    if (fact.body.canonical === null) return [`DROP TYPE ${fact.name}`];
    return [`DROP TYPE ${fact.name} CASCADE`, ...shellAgain(fact, around)];
  },
  compared: (fact) => ({ ...fact.body, routines: undefined }),
  ownedAs: (fact) => `TYPE ${fact.name}`,
  grantedOn: (fact) => ({ on: `TYPE ${fact.name}`, all: "U" }),
};
