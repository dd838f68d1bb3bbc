import { oid, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_namespace. */
export const schemaKind: KindDefinition = {
  kind: "schema",
  keyword: "SCHEMA",
  query: () => `SELECT n.oid, n.nspowner AS owner, quote_ident(n.nspname) AS name,
      coalesce(n.nspacl, acldefault('n', n.nspowner))::text[] AS acl
    FROM pg_namespace n WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `schema:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {},
    addresses: [{ catalog: "pg_namespace", oid: oid(row) }],
  }),
  create: (fact) => [`CREATE SCHEMA ${fact.name}`],
  drop: (fact) => [`DROP SCHEMA ${fact.name}`],
  alter: () => [],
  ownedAs: (fact) => `SCHEMA ${fact.name}`,
  grantedOn: (fact) => ({ on: `SCHEMA ${fact.name}`, all: "UC" }),
};
