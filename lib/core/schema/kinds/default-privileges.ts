import { alterGrants, parseAcl } from "../grants";
import { anyIn, oid, optional, text } from "../sql-text";
import type { Fact, Grant, KindDefinition } from "../types";

const NOUN: Record<string, { on: string; all: string; letter: string }> = {
  r: { on: "TABLES", all: "arwdDxtm", letter: "r" },
  S: { on: "SEQUENCES", all: "rwU", letter: "s" },
  f: { on: "ROUTINES", all: "X", letter: "f" },
  T: { on: "TYPES", all: "U", letter: "T" },
  n: { on: "SCHEMAS", all: "UC", letter: "n" },
  L: { on: "LARGE OBJECTS", all: "rw", letter: "L" },
};

/** pg_default_acl. Without a schema a missing entry means the built-in defaults, with one it means nothing. */
export const defaultPrivilegesKind: KindDefinition = {
  kind: "default_privileges",
  keyword: "DEFAULT PRIVILEGES",
  presence: anyIn("pg_default_acl"),
  query:
    () => `SELECT d.oid, quote_ident(pg_get_userbyid(d.defaclrole)) AS role, quote_ident(n.nspname) AS schema, d.defaclobjtype AS type, d.defaclacl::text[] AS acl,
      CASE WHEN d.defaclnamespace = 0 THEN acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole)::text[] ELSE '{}' END AS built_in
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`,
  read: (row) => {
    const [role, schema, type] = [text(row, "role"), optional(row, "schema"), text(row, "type")];
    return {
      id: `default_privileges:${role} ${schema ?? "*"} ${type}`,
      name: `FOR ROLE ${role}${schema ? ` IN SCHEMA ${schema}` : ""}`,
      schema: null,
      parent: null,
      body: { type, role, schema, builtIn: row.built_in, grants: parseAcl(row.acl as string[]) },
      addresses: [{ catalog: "pg_default_acl", oid: oid(row) }],
      aclTexts: row.acl as string[],
      extraDeps: schema ? [`schema:${schema}`] : [],
    };
  },
  create: (fact) => change(fact, initial(fact), fact.acl ?? []),
  drop: (fact) => change(fact, fact.acl ?? [], initial(fact)),
  alter: (from, to) => change(to, from.acl ?? [], to.acl ?? []),
  compared: (fact) => ({ grants: fact.body.grants }),
  commentOn: () => null,
};

function initial(fact: Fact): Grant[] {
  return fact.body.builtInGrants as Grant[];
}

function change(fact: Fact, from: Grant[], to: Grant[]): string[] {
  const noun = NOUN[String(fact.body.type)];
  if (!noun) return [];
  return alterGrants({ on: noun.on, all: noun.all }, from, to).map(
    (sql) => `ALTER DEFAULT PRIVILEGES ${fact.name} ${sql}`,
  );
}
