import { alterGrants, parseAcl } from "../grants";
import { notMember, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, Grant, KindDefinition } from "../types";

const ALL: Record<string, string> = {
  TABLE: "arwdDxtm",
  SEQUENCE: "rwU",
  FUNCTION: "X",
  PROCEDURE: "X",
  SCHEMA: "UC",
  TYPE: "U",
  LANGUAGE: "U",
  "FOREIGN DATA WRAPPER": "U",
  "FOREIGN SERVER": "U",
};

/** One catalog: what GRANT calls the object, its access list, and whether it is the system's or an extension's. */
function part(
  catalog: string,
  acl: string,
  word: string,
  name: string,
  usual: string,
  where = "",
  joins = "",
) {
  const row = catalog === "pg_attribute" ? "o.attrelid" : "o.oid";
  const of = catalog === "pg_attribute" ? "pg_class" : catalog;
  const sub = catalog === "pg_attribute" ? "o.attnum" : "0";
  const column = catalog === "pg_attribute" ? "quote_ident(o.attname)" : "NULL::text";
  // Asked first: most objects have no list.
  const [from, given] = catalog === "pg_attribute" ? ["listed", "true"] : [catalog, `o.${acl} IS NOT NULL`];
  return `SELECT ${word} AS word, ${name} AS name, ${column} AS column, coalesce(o.${acl}, ${usual})::text[] AS acl,
      coalesce(i.initprivs, ${usual})::text[] AS initial, quote_ident(m.extname) AS extension, NULL::text AS relation
    FROM ${from} o ${joins} LEFT JOIN pg_init_privs i ON i.classoid = '${of}'::regclass AND i.objoid = ${row} AND i.objsubid = ${sub}
    LEFT JOIN members m ON m.classid = '${of}'::regclass AND m.objid = ${row}
    WHERE ${given} AND o.${acl} IS DISTINCT FROM i.initprivs AND (${row} < 16384 OR m.objid IS NOT NULL)${catalog === "pg_namespace" ? " AND o.nspname <> 'public'" : ""}${where}`;
}

const MEMBERS = `WITH members AS MATERIALIZED (SELECT d.classid, d.objid, e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e')`;

/** Columns with privileges, read once. Only of a column the last REVOKE leaves no list: those that came with one, too. */
const LISTED = `listed AS MATERIALIZED (SELECT a.attrelid, a.attnum, a.attname, a.attacl FROM pg_attribute a WHERE a.attacl IS NOT NULL
  UNION ALL SELECT a.attrelid, a.attnum, a.attname, a.attacl FROM pg_init_privs p JOIN pg_attribute a ON a.attrelid = p.objoid AND a.attnum = p.objsubid
  WHERE p.classoid = 'pg_class'::regclass AND p.objsubid <> 0 AND a.attacl IS NULL)`;

const inSchema = (column: string) => `JOIN pg_namespace n ON n.oid = o.${column}`;

/** `tableoid`, `ctid` … of tables of one's own: no column that is a fact of its own. */
const SYSTEM_COLUMNS = `SELECT 'TABLE', quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(o.attname), o.attacl::text[], '{}'::text[], NULL,
    CASE WHEN c.relkind = 'm' THEN 'materialized_view:' ELSE 'table:' END || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
  FROM listed o JOIN pg_class c ON c.oid = o.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE o.attnum < 0 AND o.attacl IS NOT NULL AND c.relpersistence <> 't' AND ${USER_NAMESPACE} AND ${notMember("pg_class", "c.oid")}`;

/**
 * Privileges on members of extensions and on the system's objects, where they differ from what these came with, and
 * on system columns.
 */
export const privilegesKind: KindDefinition = {
  kind: "privileges",
  keyword: "PRIVILEGES",
  query: () => {
    const parts = [
      part(
        "pg_class",
        "relacl",
        "CASE WHEN o.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END",
        "quote_ident(n.nspname) || '.' || quote_ident(o.relname)",
        "acldefault(CASE WHEN o.relkind = 'S' THEN 's' ELSE 'r' END::\"char\", o.relowner)",
        " AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
        inSchema("relnamespace"),
      ),
      part(
        "pg_attribute",
        "attacl",
        "'TABLE'",
        "quote_ident(n.nspname) || '.' || quote_ident(c.relname)",
        "'{}'",
        "",
        "JOIN pg_class c ON c.oid = o.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
      ),
      part(
        "pg_proc",
        "proacl",
        "CASE WHEN o.prokind = 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END",
        "quote_ident(n.nspname) || '.' || quote_ident(o.proname) || '(' || oidvectortypes(o.proargtypes) || ')'",
        "acldefault('f', o.proowner)",
        "",
        inSchema("pronamespace"),
      ),
      part(
        "pg_type",
        "typacl",
        "'TYPE'",
        "quote_ident(n.nspname) || '.' || quote_ident(o.typname)",
        "acldefault('T', o.typowner)",
        "",
        inSchema("typnamespace"),
      ),
      part("pg_namespace", "nspacl", "'SCHEMA'", "quote_ident(o.nspname)", "acldefault('n', o.nspowner)", ""),
      part(
        "pg_language",
        "lanacl",
        "'LANGUAGE'",
        "quote_ident(o.lanname)",
        "acldefault('l', o.lanowner)",
        "",
      ),
      part(
        "pg_foreign_data_wrapper",
        "fdwacl",
        "'FOREIGN DATA WRAPPER'",
        "quote_ident(o.fdwname)",
        "acldefault('F', o.fdwowner)",
        "",
      ),
      part(
        "pg_foreign_server",
        "srvacl",
        "'FOREIGN SERVER'",
        "quote_ident(o.srvname)",
        "acldefault('S', o.srvowner)",
        "",
      ),
      SYSTEM_COLUMNS,
    ];
    return `${MEMBERS}, ${LISTED}\n${parts.join("\nUNION ALL\n")}`;
  },
  read: (row) => {
    const [word, name, column] = [text(row, "word"), text(row, "name"), optional(row, "column")];
    const extension = optional(row, "extension");
    const initial = parseAcl(row.initial as string[]);
    if (JSON.stringify(initial) === JSON.stringify(parseAcl(row.acl as string[]))) return null;
    return {
      id: `privileges:${word} ${name}${column ? ` (${column})` : ""}`,
      name: `${word} ${name}${column ? ` (${column})` : ""}`,
      schema: null,
      parent: extension ? `extension:${extension}` : optional(row, "relation"),
      body: { on: `${word} ${name}`, word, column, initial },
      addresses: [],
    };
  },
  create: () => [],
  drop: (fact) => {
    const object = { on: String(fact.body.on), all: ALL[String(fact.body.word)] ?? "" };
    return alterGrants(object, fact.acl ?? [], fact.body.initial as Grant[], columnOf(fact));
  },
  alter: () => [],
  // What the object came with is the extension's version to say.
  compared: () => ({}),
  commentOn: () => null,
  grantedOn: (fact) => ({ on: String(fact.body.on), all: ALL[String(fact.body.word)] ?? "" }),
};

/** Suffix of each privilege on a column. */
export function columnOf(fact: Fact): string {
  return typeof fact.body.column === "string" && fact.kind === "privileges" ? ` (${fact.body.column})` : "";
}
