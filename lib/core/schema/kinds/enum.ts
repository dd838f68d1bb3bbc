import { list, literal, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

const labels = (fact: Fact) => fact.body.labels as string[];

/** pg_type with typtype e, pg_enum. */
export const enumKind: KindDefinition = {
  kind: "enum",
  keyword: "TYPE",
  query:
    () => `SELECT t.oid, t.typarray, t.typowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(t.typname) AS name,
      coalesce(t.typacl, acldefault('T', t.typowner))::text[] AS acl,
      ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `enum:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { labels: list(row, "labels") },
      addresses: [
        { catalog: "pg_type", oid: oid(row) },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
    };
  },
  create: (fact) => [`CREATE TYPE ${fact.name} AS ENUM (${labels(fact).map(literal).join(", ")})`],
  drop: (fact) => [`DROP TYPE ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [labels(from), labels(to)];
    const kept = b.filter((label) => a.includes(label));
    if (kept.length !== a.length || kept.some((label, i) => label !== a[i])) return "replace";
    return b.flatMap((label, i) => {
      if (a.includes(label)) return [];
      const previous = b[i - 1];
      const next = b.slice(i + 1).find((later) => a.includes(later));
      const place =
        previous !== undefined ? ` AFTER ${literal(previous)}` : next ? ` BEFORE ${literal(next)}` : "";
      return [`ALTER TYPE ${to.name} ADD VALUE ${literal(label)}${place}`];
    });
  },
  ownedAs: (fact) => `TYPE ${fact.name}`,
  grantedOn: (fact) => ({ on: `TYPE ${fact.name}`, all: "U" }),
};
