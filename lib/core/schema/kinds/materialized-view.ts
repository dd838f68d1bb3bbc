import { alterOptions, anyIn, list, oid, optional, storageOptions, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { comparedText, meaningOf } from "./view";

interface Body {
  definition: string;
  options: string[];
  accessMethod: string | null;
  populated: boolean;
  clusterIndex: string | null;
}
const body = (fact: Fact) => fact.body as unknown as Body;

/** pg_class with relkind m. */
export const materializedViewKind: KindDefinition = {
  kind: "materialized_view",
  keyword: "MATERIALIZED VIEW",
  presence: anyIn("pg_class", "oid", "relkind = 'm'"),
  query:
    () => `SELECT c.oid, r.oid AS rule, c.reltype AS type, t.typarray, c.relowner AS owner, quote_ident(n.nspname) AS schema,
      quote_ident(c.relname) AS name, coalesce(c.relacl, acldefault('r', c.relowner))::text[] AS acl, pg_get_viewdef(c.oid) AS definition,
      c.reloptions AS options, tc.reloptions AS toast_options, quote_ident(am.amname) AS access_method, c.relispopulated AS populated,
      (SELECT quote_ident(ic.relname) FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid WHERE x.indrelid = c.oid AND x.indisclustered) AS cluster_index
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = c.reltype LEFT JOIN pg_am am ON am.oid = c.relam
    LEFT JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN' LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid
    WHERE c.relkind = 'm' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const view: Body = {
      definition: text(row, "definition"),
      options: [...list(row, "options"), ...list(row, "toast_options").map((option) => `toast.${option}`)],
      accessMethod: optional(row, "access_method"),
      populated: row.populated === true,
      clusterIndex: optional(row, "cluster_index"),
    };
    return {
      id: `materialized_view:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { ...view },
      addresses: [
        { catalog: "pg_class", oid: oid(row) },
        { catalog: "pg_rewrite", oid: oid(row, "rule") },
        { catalog: "pg_type", oid: oid(row, "type") },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
    };
  },
  create: (fact) => {
    const b = body(fact);
    const using = b.accessMethod && b.accessMethod !== "heap" ? ` USING ${b.accessMethod}` : "";
    const options = b.options.length > 0 ? ` WITH (${storageOptions(b.options)})` : "";
    const data = b.populated ? "" : "\n WITH NO DATA";
    return [
      `CREATE MATERIALIZED VIEW ${fact.name}${using}${options} AS\n${b.definition.replace(/;\s*$/, "")}${data}`,
    ];
  },
  drop: (fact) => [`DROP MATERIALIZED VIEW ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    if (meaningOf(from) !== meaningOf(to)) return "replace";
    const on = `ALTER MATERIALIZED VIEW ${to.name}`;
    return [
      ...(a.accessMethod === b.accessMethod ? [] : [`${on} SET ACCESS METHOD ${b.accessMethod ?? "heap"}`]),
      ...alterOptions(on, a.options, b.options),
    ];
  },
  // Whether it holds rows is data, not schema.
  compared: (fact) => ({
    ...fact.body,
    ...comparedText(fact),
    populated: undefined,
    clusterIndex: undefined,
  }),
  ownedAs: (fact) => `MATERIALIZED VIEW ${fact.name}`,
  grantedOn: (fact) => ({ on: `TABLE ${fact.name}`, all: "arwdDxtm" }),
};
