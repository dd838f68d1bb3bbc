import { anyIn, oid, optional, text } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_cast, those that a person made. */
export const castKind: KindDefinition = {
  kind: "cast",
  keyword: "CAST",
  presence: anyIn("pg_cast"),
  query:
    () => `SELECT c.oid, format_type(c.castsource, NULL) AS source, format_type(c.casttarget, NULL) AS target,
      CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function, c.castcontext AS context, c.castmethod AS method
    FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = 'pg_cast'::regclass AND m.objid = c.oid AND m.deptype = 'i')`,
  read: (row) => {
    const name = `(${text(row, "source")} AS ${text(row, "target")})`;
    return {
      id: `cast:${name}`,
      name,
      schema: null,
      parent: null,
      body: {
        function: optional(row, "function"),
        context: text(row, "context"),
        method: text(row, "method"),
      },
      addresses: [{ catalog: "pg_cast", oid: oid(row) }],
    };
  },
  create: (fact) => {
    const b = fact.body as Record<string, string | null>;
    const how =
      b.method === "f" ? `WITH FUNCTION ${b.function}` : b.method === "i" ? "WITH INOUT" : "WITHOUT FUNCTION";
    const context = b.context === "a" ? " AS ASSIGNMENT" : b.context === "i" ? " AS IMPLICIT" : "";
    return [`CREATE CAST ${fact.name} ${how}${context}`];
  },
  drop: (fact) => [`DROP CAST ${fact.name}`],
};
