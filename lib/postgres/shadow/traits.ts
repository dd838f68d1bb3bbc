import type pg from "pg";
import { KNOWS_LZ4 } from "../dump/text";

/** What a scratch copy has to have in common with its target. */
export interface TargetTraits {
  /** "18.4". */
  serverVersion: string;
  major: number;
  database: string;
  role: string;
  superuser: boolean;
  canCreateDatabase: boolean;
  canCreateRole: boolean;
  encoding: string;
  collate: string;
  ctype: string;
  /** `c` libc, `i` ICU, `b` builtin. */
  localeProvider: string;
  locale: string | null;
  extensions: TargetExtension[];
  /** Names of pg_available_extensions: what a script could install. */
  available: string[];
  /** Roles that own or are granted something in the database. */
  roles: string[];
  /** Every role of the target's server, without PostgreSQL's own: scripts may name them. */
  allRoles: string[];
  /** Whether the server can compress with lz4, and whether columns of the database ask for it. */
  lz4: { known: boolean; used: boolean };
  /** Settings that change what a script does, as they hold for a new session of the role in this database. */
  settings: Record<string, string>;
}

export interface TargetExtension {
  name: string;
  schema: string;
  version: string;
}

/** What a server was built or installed with, beside its version. */
export interface ServerParts {
  /** Names in pg_available_extensions. */
  extensions: Set<string>;
  /** Whether it can compress with lz4. */
  lz4: boolean;
}

export async function readServerParts(client: pg.Client): Promise<ServerParts> {
  const { rows } = await client.query<{ names: string[] | null; lz4: boolean }>(
    `SELECT array_agg(name::text) AS names, ${KNOWS_LZ4} AS lz4 FROM pg_available_extensions`,
  );
  return { extensions: new Set(rows[0]?.names ?? []), lz4: rows[0]?.lz4 ?? false };
}

/** Documentation: "Client Connection Defaults". What only limits or logs is left out. */
const COPIED_SETTINGS = [
  "search_path",
  "TimeZone",
  "DateStyle",
  "IntervalStyle",
  "bytea_output",
  "check_function_bodies",
  "default_transaction_isolation",
  "default_transaction_deferrable",
  "default_toast_compression",
  "lc_monetary",
  "lc_numeric",
  "lc_time",
  "default_text_search_config",
  "xmloption",
  "transform_null_equals",
  "array_nulls",
  "backslash_quote",
  "escape_string_warning",
  "row_security",
];

/**
 * Reads pg_database, pg_roles, pg_extension, pg_shdepend and pg_settings of the target in two round trips.
 * @param client a fresh session on the target, as its role
 */
export async function readTraits(client: pg.Client): Promise<TargetTraits> {
  const { rows } = await client.query<TraitsRow>(TRAITS, [COPIED_SETTINGS]);
  const row = rows[0] as TraitsRow;
  return {
    serverVersion: row.server_version.split(" ")[0] ?? row.server_version,
    major: Math.trunc(row.version_num / 10_000),
    database: row.database,
    role: row.role,
    superuser: row.rolsuper,
    canCreateDatabase: row.rolsuper || row.rolcreatedb,
    canCreateRole: row.rolsuper || row.rolcreaterole,
    encoding: row.encoding,
    collate: row.datcollate,
    ctype: row.datctype,
    localeProvider: row.locale.datlocprovider ?? "c",
    locale: row.locale.datlocale ?? row.locale.daticulocale ?? null,
    extensions: row.extensions,
    available: row.available,
    roles: row.roles,
    allRoles: row.all_roles,
    lz4: row.lz4,
    settings: row.settings,
  };
}

interface TraitsRow {
  server_version: string;
  version_num: number;
  database: string;
  role: string;
  rolsuper: boolean;
  rolcreatedb: boolean;
  rolcreaterole: boolean;
  encoding: string;
  datcollate: string;
  datctype: string;
  locale: { datlocprovider?: string; datlocale?: string | null; daticulocale?: string | null };
  extensions: TargetExtension[];
  available: string[];
  roles: string[];
  all_roles: string[];
  lz4: { known: boolean; used: boolean };
  settings: Record<string, string>;
}

// to_jsonb of the row reads the locale columns of whichever version this is (their names changed in 15 and 17).
const TRAITS = `
SELECT current_setting('server_version') AS server_version,
       current_setting('server_version_num')::int AS version_num,
       d.datname::text AS database, current_user::text AS role, r.rolsuper, r.rolcreatedb, r.rolcreaterole,
       pg_encoding_to_char(d.encoding) AS encoding, d.datcollate::text, d.datctype::text,
       jsonb_build_object('datlocprovider', to_jsonb(d)->'datlocprovider', 'datlocale', to_jsonb(d)->'datlocale',
                          'daticulocale', to_jsonb(d)->'daticulocale') AS locale,
       coalesce((SELECT jsonb_agg(jsonb_build_object('name', e.extname, 'schema', n.nspname, 'version', e.extversion)
                                  ORDER BY e.oid)
                   FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                  WHERE e.extname <> 'plpgsql'), '[]') AS extensions,
       coalesce((SELECT jsonb_agg(a.name) FROM pg_available_extensions a), '[]') AS available,
       coalesce((SELECT jsonb_agg(DISTINCT o.rolname)
                   FROM pg_shdepend s JOIN pg_roles o ON o.oid = s.refobjid
                  WHERE s.dbid = d.oid AND s.refclassid = 'pg_authid'::regclass), '[]') AS roles,
       coalesce((SELECT jsonb_agg(o.rolname) FROM pg_roles o WHERE o.rolname !~ '^pg_'), '[]') AS all_roles,
       jsonb_build_object('known', ${KNOWS_LZ4}, 'used', EXISTS (SELECT FROM pg_attribute WHERE attcompression = 'l')) AS lz4,
       coalesce((SELECT jsonb_object_agg(p.name, p.reset_val) FROM pg_settings p
                  WHERE p.name = ANY ($1::text[]) AND p.reset_val IS NOT NULL), '{}') AS settings
  FROM pg_database d, pg_roles r
 WHERE d.datname = current_database() AND r.rolname = current_user`;
