import { anyIn, list, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition } from "../types";

const other = (
  column: string,
) => `CASE WHEN o.${column} <> 0 THEN (SELECT 'OPERATOR(' || quote_ident(xn.nspname) || '.' || x.oprname || ')'
  FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.${column}) END`;

/** What stands in for operators that were named and never made: without anything but types that it keeps from being dropped. */
const SHELLS = `ARRAY(SELECT quote_ident(xn.nspname) || '.' || x.oprname || ' (' || CASE WHEN x.oprleft <> 0 THEN format_type(x.oprleft, NULL) ELSE 'NONE' END || ', ' || format_type(x.oprright, NULL) || ')'
  FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid IN (o.oprcom, o.oprnegate) AND x.oprcode::oid = 0 ORDER BY 1)`;

/** pg_operator. */
export const operatorKind: KindDefinition = {
  kind: "operator",
  keyword: "OPERATOR",
  presence: anyIn("pg_operator"),
  query:
    () => `SELECT o.oid, o.oprowner AS owner, quote_ident(n.nspname) AS schema, o.oprname AS name, o.oprcode::regproc::text AS function,
      CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END AS "left", format_type(o.oprright, NULL) AS "right",
      ${other("oprcom")} AS commutator, ${other("oprnegate")} AS negator, nullif(o.oprrest::oid, 0)::regproc::text AS restrict,
      nullif(o.oprjoin::oid, 0)::regproc::text AS "join", o.oprcanhash AS hashes, o.oprcanmerge AS merges, ${SHELLS} AS shells
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode::oid <> 0 AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const signature = `${name} (${optional(row, "left") ?? "NONE"}, ${text(row, "right")})`;
    const keys = ["function", "left", "right", "commutator", "negator", "restrict", "join"];
    return {
      id: `operator:${signature}`,
      name: signature,
      schema: text(row, "schema"),
      parent: null,
      body: {
        operator: name,
        ...Object.fromEntries(keys.map((key) => [key, optional(row, key)])),
        hashes: row.hashes === true,
        merges: row.merges === true,
        shells: list(row, "shells"),
      },
      addresses: [{ catalog: "pg_operator", oid: oid(row) }],
    };
  },
  create: (fact) => {
    const b = fact.body as Record<string, string | boolean | null>;
    const parts = [`FUNCTION = ${b.function}`];
    if (b.left) parts.push(`LEFTARG = ${b.left}`);
    parts.push(`RIGHTARG = ${b.right}`);
    for (const key of ["commutator", "negator", "restrict", "join"])
      if (b[key]) parts.push(`${key.toUpperCase()} = ${b[key]}`);
    if (b.hashes) parts.push("HASHES");
    if (b.merges) parts.push("MERGES");
    return [`CREATE OPERATOR ${b.operator} (${parts.join(", ")})`];
  },
  drop: (fact) => [
    `DROP OPERATOR ${fact.name}`,
    ...(fact.body.shells as string[]).map((shell) => `DROP OPERATOR IF EXISTS ${shell}`),
  ],
  compared: (fact) => ({ ...fact.body, shells: undefined }),
  alter: (from, to) => {
    const changed = Object.keys(to.body).filter((key) => key !== "shells" && from.body[key] !== to.body[key]);
    if (!changed.every((key) => key === "restrict" || key === "join")) return "replace";
    const parts = changed.map((key) => `${key.toUpperCase()} = ${to.body[key] ?? "NONE"}`);
    return [`ALTER OPERATOR ${to.name} SET (${parts.join(", ")})`];
  },
  ownedAs: (fact) => `OPERATOR ${fact.name}`,
};
