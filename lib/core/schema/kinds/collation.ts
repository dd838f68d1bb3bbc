import { anyIn, literal, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

interface Body {
  provider: string;
  collate: string | null;
  ctype: string | null;
  locale: string | null;
  rules: string | null;
  deterministic: boolean;
}
const PROVIDERS: Record<string, string> = { c: "libc", i: "icu", b: "builtin" };

function localeColumn(version: number): string {
  if (version >= 170000) return "c.colllocale";
  return version >= 150000 ? "c.colliculocale" : "CASE WHEN c.collprovider = 'i' THEN c.collcollate END";
}

/** pg_collation. */
export const collationKind: KindDefinition = {
  kind: "collation",
  keyword: "COLLATION",
  presence: anyIn("pg_collation"),
  query: (
    version,
  ) => `SELECT c.oid, c.collowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.collname) AS name,
      c.collprovider AS provider, c.collcollate AS collate, c.collctype AS ctype, ${localeColumn(version)} AS locale,
      ${version >= 160000 ? "c.collicurules" : "NULL"} AS rules, c.collisdeterministic AS deterministic
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const body: Body = {
      provider: text(row, "provider"),
      collate: optional(row, "collate"),
      ctype: optional(row, "ctype"),
      locale: optional(row, "locale"),
      rules: optional(row, "rules"),
      deterministic: row.deterministic === true,
    };
    return {
      id: `collation:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { ...body },
      addresses: [{ catalog: "pg_collation", oid: oid(row) }],
    };
  },
  create: (fact: Fact) => {
    const b = fact.body as unknown as Body;
    const parts = [`provider = ${PROVIDERS[b.provider] ?? "libc"}`];
    if (b.locale !== null) parts.push(`locale = ${literal(b.locale)}`);
    else if (b.collate === b.ctype && b.collate !== null) parts.push(`locale = ${literal(b.collate)}`);
    else parts.push(`lc_collate = ${literal(b.collate ?? "")}`, `lc_ctype = ${literal(b.ctype ?? "")}`);
    if (b.rules !== null) parts.push(`rules = ${literal(b.rules)}`);
    if (!b.deterministic) parts.push("deterministic = false");
    return [`CREATE COLLATION ${fact.name} (${parts.join(", ")})`];
  },
  drop: (fact) => [`DROP COLLATION ${fact.name}`],
  ownedAs: (fact) => `COLLATION ${fact.name}`,
};
