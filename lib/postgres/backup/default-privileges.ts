import type pg from "pg";
import type { DatabaseGrant } from "../../core/backup/types";
import { quoteName } from "./sql-text";

const KINDS: Record<string, string> = {
  r: "TABLES",
  S: "SEQUENCES",
  f: "FUNCTIONS",
  T: "TYPES",
  n: "SCHEMAS",
  L: "LARGE OBJECTS",
};

type Granted = Pick<DatabaseGrant, "grantee" | "privilege" | "grantable">;

interface DefaultAcl {
  role: string;
  schema: string | null;
  kind: string;
  granted: Granted[];
  /** What PostgreSQL gives by itself; of a schema's, nothing: they come on top. */
  builtIn: Granted[];
}

const grantsOf = (acl: string) => `(
  SELECT coalesce(json_agg(json_build_object('grantee', g.rolname, 'privilege', a.privilege_type,
                                             'grantable', a.is_grantable)), '[]')
    FROM pg_catalog.aclexplode(${acl}) a LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee)`;

/** acldefault's letter of a sequence is small; S is its foreign server (utils/adt/acl.c). */
const BUILT_IN =
  "pg_catalog.acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)";

const QUERY = `
SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text AS role, n.nspname::text AS schema,
       d.defaclobjtype::text AS kind, ${grantsOf("d.defaclacl")} AS granted,
       CASE WHEN d.defaclnamespace <> 0 THEN '[]'::json ELSE ${grantsOf(BUILT_IN)} END AS "builtIn"
  FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
 WHERE CASE WHEN $1 THEN pg_catalog.pg_has_role(d.defaclrole, 'USAGE')
            ELSE d.defaclrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) END`;

/**
 * Takes away the default privileges that what a restore makes would get on top of its own: a dump tells privileges as
 * they are in a new database. In the caller's transaction.
 * @param replaced schemas whose default privileges the archive brings; null: it brings all, of other roles too
 * @returns statements that give back those which the archive does not bring, once everything is made
 */
export async function takeDefaultPrivileges(
  client: pg.Client,
  replaced: readonly string[] | null,
): Promise<string[]> {
  const { rows } = await client.query<DefaultAcl>(QUERY, [replaced === null]);
  const known = rows.filter(({ kind }) => kind in KINDS);
  for (const acl of known) await client.query(change(acl, acl.granted, acl.builtIn));
  if (replaced === null) return [];
  const kept = known.filter(({ schema }) => schema === null || !replaced.includes(schema));
  return kept.map((acl) => change(acl, acl.builtIn, acl.granted));
}

/** Whoever has something loses all of it first, grant options included. */
function change(acl: DefaultAcl, before: readonly Granted[], after: readonly Granted[]): string {
  const on = KINDS[acl.kind];
  const inSchema = acl.schema === null ? "" : ` IN SCHEMA ${quoteName(acl.schema)}`;
  const where = `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteName(acl.role)}${inSchema}`;
  const names = [...new Set(before.map(({ grantee }) => grantee))].map(whom);
  return [
    ...names.map((name) => `${where} REVOKE ALL ON ${on} FROM ${name}`),
    ...after.map(
      ({ grantee, privilege, grantable }) =>
        `${where} GRANT ${privilege} ON ${on} TO ${whom(grantee)}${grantable ? " WITH GRANT OPTION" : ""}`,
    ),
  ].join("; ");
}

const whom = (grantee: string | null): string => (grantee === null ? "PUBLIC" : quoteName(grantee));
