import { anyIn, oid, optional, text } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_language, those that no extension brought. */
export const languageKind: KindDefinition = {
  kind: "language",
  keyword: "LANGUAGE",
  presence: anyIn("pg_language"),
  query:
    () => `SELECT l.oid, l.lanowner AS owner, quote_ident(l.lanname) AS name, l.lanpltrusted AS trusted, coalesce(l.lanacl, acldefault('l', l.lanowner))::text[] AS acl,
      nullif(l.lanplcallfoid, 0)::regproc::text AS handler, nullif(l.laninline, 0)::regproc::text AS inline, nullif(l.lanvalidator, 0)::regproc::text AS validator
    FROM pg_language l WHERE l.oid >= 16384 AND l.lanispl`,
  read: (row) => ({
    id: `language:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      trusted: row.trusted === true,
      handler: optional(row, "handler"),
      inline: optional(row, "inline"),
      validator: optional(row, "validator"),
    },
    addresses: [{ catalog: "pg_language", oid: oid(row) }],
  }),
  create: (fact) => {
    const b = fact.body as Record<string, string | null>;
    const parts = [
      `CREATE ${fact.body.trusted ? "TRUSTED " : ""}LANGUAGE ${fact.name}`,
      `HANDLER ${b.handler}`,
    ];
    if (b.inline) parts.push(`INLINE ${b.inline}`);
    if (b.validator) parts.push(`VALIDATOR ${b.validator}`);
    return [parts.join(" ")];
  },
  drop: (fact) => [`DROP LANGUAGE ${fact.name}`],
  ownedAs: (fact) => `LANGUAGE ${fact.name}`,
  grantedOn: (fact) => ({ on: `LANGUAGE ${fact.name}`, all: "U" }),
};
