import { literal, oid, text } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

const body = (fact: Fact) => fact.body as { version: string; schema: string; relocatable: boolean };

/** pg_extension. Its members are left to it. */
export const extensionKind: KindDefinition = {
  kind: "extension",
  keyword: "EXTENSION",
  query:
    () => `SELECT e.oid, quote_ident(e.extname) AS name, e.extversion AS version, quote_ident(n.nspname) AS schema,
      e.extrelocatable AS relocatable FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
  read: (row) => ({
    id: `extension:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      version: text(row, "version"),
      schema: text(row, "schema"),
      relocatable: row.relocatable === true,
    },
    addresses: [{ catalog: "pg_extension", oid: oid(row) }],
  }),
  create: (fact) => [
    `CREATE EXTENSION ${fact.name} WITH SCHEMA ${body(fact).schema} VERSION ${literal(body(fact).version)}`,
  ],
  drop: (fact) => [`DROP EXTENSION ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    if (a.schema !== b.schema && !a.relocatable) return "replace";
    // There are update paths upwards only.
    if (a.version.localeCompare(b.version, "en", { numeric: true }) > 0) return "replace";
    return [
      ...(a.version === b.version ? [] : [`ALTER EXTENSION ${to.name} UPDATE TO ${literal(b.version)}`]),
      ...(a.schema === b.schema ? [] : [`ALTER EXTENSION ${to.name} SET SCHEMA ${b.schema}`]),
    ];
  },
};
