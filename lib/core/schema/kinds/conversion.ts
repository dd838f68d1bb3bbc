import { anyIn, literal, oid, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_conversion. */
export const conversionKind: KindDefinition = {
  kind: "conversion",
  keyword: "CONVERSION",
  presence: anyIn("pg_conversion"),
  query:
    () => `SELECT c.oid, c.conowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.conname) AS name, pg_encoding_to_char(c.conforencoding)::text AS source,
      pg_encoding_to_char(c.contoencoding)::text AS target, c.conproc::regproc::text AS function, c.condefault AS is_default
    FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `conversion:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: {
        source: text(row, "source"),
        target: text(row, "target"),
        function: text(row, "function"),
        isDefault: row.is_default === true,
      },
      addresses: [{ catalog: "pg_conversion", oid: oid(row) }],
    };
  },
  create: (fact) => {
    const b = fact.body as Record<string, string>;
    return [
      `CREATE ${fact.body.isDefault ? "DEFAULT " : ""}CONVERSION ${fact.name} FOR ${literal(b.source ?? "")} TO ${literal(b.target ?? "")} FROM ${b.function}`,
    ];
  },
  drop: (fact) => [`DROP CONVERSION ${fact.name}`],
  ownedAs: (fact) => `CONVERSION ${fact.name}`,
};
