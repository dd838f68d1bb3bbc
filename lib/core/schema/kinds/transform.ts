import { anyIn, oid, optional, text } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_transform. */
export const transformKind: KindDefinition = {
  kind: "transform",
  keyword: "TRANSFORM",
  presence: anyIn("pg_transform"),
  query: () => `SELECT t.oid, format_type(t.trftype, NULL) AS type, quote_ident(l.lanname) AS language,
      nullif(t.trffromsql::oid, 0)::regprocedure::text AS from_sql, nullif(t.trftosql::oid, 0)::regprocedure::text AS to_sql
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384`,
  read: (row) => {
    const name = `FOR ${text(row, "type")} LANGUAGE ${text(row, "language")}`;
    return {
      id: `transform:${name}`,
      name,
      schema: null,
      parent: null,
      body: { from: optional(row, "from_sql"), to: optional(row, "to_sql") },
      addresses: [{ catalog: "pg_transform", oid: oid(row) }],
    };
  },
  create: (fact) => {
    const { from, to } = fact.body;
    const parts = [
      ...(from ? [`FROM SQL WITH FUNCTION ${from}`] : []),
      ...(to ? [`TO SQL WITH FUNCTION ${to}`] : []),
    ];
    return [`CREATE TRANSFORM ${fact.name} (${parts.join(", ")})`];
  },
  drop: (fact) => [`DROP TRANSFORM ${fact.name}`],
};
