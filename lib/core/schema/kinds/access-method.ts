import { anyIn, oid, text } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_am, those that a person made. */
export const accessMethodKind: KindDefinition = {
  kind: "access_method",
  keyword: "ACCESS METHOD",
  presence: anyIn("pg_am"),
  query:
    () => `SELECT a.oid, quote_ident(a.amname) AS name, a.amtype AS type, a.amhandler::regproc::text AS handler
    FROM pg_am a WHERE a.oid >= 16384`,
  read: (row) => ({
    id: `access_method:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: { type: text(row, "type"), handler: text(row, "handler") },
    addresses: [{ catalog: "pg_am", oid: oid(row) }],
  }),
  create: (fact) => [
    `CREATE ACCESS METHOD ${fact.name} TYPE ${fact.body.type === "t" ? "TABLE" : "INDEX"} HANDLER ${fact.body.handler}`,
  ],
  drop: (fact) => [`DROP ACCESS METHOD ${fact.name}`],
};
