import { notMember, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition } from "../types";

const named = (name: string, schema = "n.nspname") => `quote_ident(${schema}) || '.' || quote_ident(${name})`;

/** One catalog: the word and name that ALTER takes, and the fact that it is. */
function part(catalog: string, word: string, name: string, object: string, joins: string, where: string) {
  return `SELECT ${word} || ' ' || ${name} AS name, ${object} AS object, quote_ident(n.nspname) AS schema, quote_ident(e.extname) AS extension
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid JOIN ${catalog} o ON o.oid = d.objid ${joins}
    WHERE d.deptype = 'x' AND d.classid = '${catalog}'::regclass AND d.refclassid = 'pg_extension'::regclass
      AND ${USER_NAMESPACE} AND ${notMember(catalog, "o.oid")}${where}`;
}

const ROUTINE = `${named("o.proname")} || '(' || oidvectortypes(o.proargtypes) || ')'`;
const TABLE = named("c.relname", "cn.nspname");

/** Objects that go with an extension (pg_depend, deptype x; docs: ALTER FUNCTION, INDEX … "DEPENDS ON EXTENSION"). */
export const extensionDependencyKind: KindDefinition = {
  kind: "extension_dependency",
  keyword: "EXTENSION DEPENDENCY",
  presence: "EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'x')",
  query: () =>
    [
      part(
        "pg_proc",
        "CASE WHEN o.prokind = 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END",
        ROUTINE,
        `'function:' || ${ROUTINE}`,
        "JOIN pg_namespace n ON n.oid = o.pronamespace",
        "",
      ),
      part(
        "pg_class",
        "CASE WHEN o.relkind = 'm' THEN 'MATERIALIZED VIEW' ELSE 'INDEX' END",
        named("o.relname"),
        `CASE WHEN o.relkind = 'm' THEN 'materialized_view:' || ${named("o.relname")}
          WHEN k.oid IS NULL THEN 'index:' || ${named("o.relname")} ELSE 'constraint:' || ${TABLE} || '.' || quote_ident(k.conname) END`,
        `JOIN pg_namespace n ON n.oid = o.relnamespace
          LEFT JOIN pg_constraint k ON k.conindid = o.oid AND k.contype IN ('p', 'u', 'x')
          LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_namespace cn ON cn.oid = c.relnamespace`,
        " AND o.relkind IN ('m', 'i', 'I')",
      ),
      part(
        "pg_trigger",
        "'TRIGGER'",
        `quote_ident(o.tgname) || ' ON ' || ${named("c.relname")}`,
        `'trigger:' || ${named("c.relname")} || '.' || quote_ident(o.tgname)`,
        "JOIN pg_class c ON c.oid = o.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
        "",
      ),
    ].join("\nUNION ALL\n"),
  read: (row) => {
    const [name, extension] = [text(row, "name"), text(row, "extension")];
    return {
      id: `extension_dependency:${name} ${extension}`,
      name: `${name} ${extension}`,
      schema: text(row, "schema"),
      parent: text(row, "object"),
      body: { on: name, extension },
      addresses: [],
      extraDeps: [`extension:${extension}`],
    };
  },
  create: ({ body }) => [`ALTER ${body.on} DEPENDS ON EXTENSION ${body.extension}`],
  drop: ({ body }) => [`ALTER ${body.on} NO DEPENDS ON EXTENSION ${body.extension}`],
  commentOn: () => null,
};
