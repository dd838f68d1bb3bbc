import { hideSecrets, withSecretNote } from "../secrets";
import { alterForeignOptions, anyIn, foreignOptions, list, literal, oid, optional, text } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

const options = (fact: Fact) => (fact.body.options as string[]) ?? [];

/** pg_foreign_data_wrapper. */
export const foreignDataWrapperKind: KindDefinition = {
  kind: "foreign_data_wrapper",
  keyword: "FOREIGN DATA WRAPPER",
  presence: anyIn("pg_foreign_data_wrapper"),
  query:
    () => `SELECT f.oid, f.fdwowner AS owner, quote_ident(f.fdwname) AS name, nullif(f.fdwhandler::oid, 0)::regproc::text AS handler,
      nullif(f.fdwvalidator::oid, 0)::regproc::text AS validator, f.fdwoptions AS options, coalesce(f.fdwacl, acldefault('F', f.fdwowner))::text[] AS acl
    FROM pg_foreign_data_wrapper f`,
  read: (row) => ({
    id: `foreign_data_wrapper:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      handler: optional(row, "handler"),
      validator: optional(row, "validator"),
      options: hideSecrets(list(row, "options").sort()),
    },
    addresses: [{ catalog: "pg_foreign_data_wrapper", oid: oid(row) }],
  }),
  // The validator comes last (see diff/validators): it may refuse options that are there already.
  create: (fact) => {
    const { handler } = fact.body as Record<string, string | null>;
    return [
      `CREATE FOREIGN DATA WRAPPER ${fact.name}${handler ? ` HANDLER ${handler}` : ""}${foreignOptions(options(fact))}`,
    ];
  },
  drop: (fact) => [`DROP FOREIGN DATA WRAPPER ${fact.name}`],
  alter: (from, to) => {
    const { handler } = to.body;
    const handled = from.body.handler === handler ? "" : handler ? `HANDLER ${handler}` : "NO HANDLER";
    const parts = [handled, alterForeignOptions(options(from), options(to))].filter(Boolean);
    return parts.length > 0 ? [`ALTER FOREIGN DATA WRAPPER ${to.name} ${parts.join(" ")}`] : [];
  },
  ownedAs: (fact) => `FOREIGN DATA WRAPPER ${fact.name}`,
  grantedOn: (fact) => ({ on: `FOREIGN DATA WRAPPER ${fact.name}`, all: "U" }),
};

/** pg_foreign_server. */
export const serverKind: KindDefinition = {
  kind: "server",
  keyword: "SERVER",
  presence: anyIn("pg_foreign_server"),
  query:
    () => `SELECT s.oid, s.srvowner AS owner, quote_ident(s.srvname) AS name, quote_ident(f.fdwname) AS wrapper, s.srvtype AS type, s.srvversion AS version,
      s.srvoptions AS options, coalesce(s.srvacl, acldefault('S', s.srvowner))::text[] AS acl
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw`,
  read: (row) => ({
    id: `server:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      wrapper: text(row, "wrapper"),
      type: optional(row, "type"),
      version: optional(row, "version"),
      options: hideSecrets(list(row, "options").sort()),
    },
    addresses: [{ catalog: "pg_foreign_server", oid: oid(row) }],
  }),
  create: (fact) => {
    const { type, version, wrapper } = fact.body as Record<string, string | null>;
    return [
      `CREATE SERVER ${fact.name}${type ? ` TYPE ${literal(type)}` : ""}${version ? ` VERSION ${literal(version)}` : ""} FOREIGN DATA WRAPPER ${wrapper}${foreignOptions(options(fact))}`,
    ];
  },
  drop: (fact) => [`DROP SERVER ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [from.body as Record<string, string | null>, to.body as Record<string, string | null>];
    if (a.wrapper !== b.wrapper || a.type !== b.type) return "replace";
    const version =
      a.version === b.version ? "" : ` VERSION ${b.version === null ? "NULL" : literal(b.version ?? "")}`;
    return [`ALTER SERVER ${to.name}${version} ${alterForeignOptions(options(from), options(to))}`.trimEnd()];
  },
  ownedAs: (fact) => `SERVER ${fact.name}`,
  grantedOn: (fact) => ({ on: `FOREIGN SERVER ${fact.name}`, all: "U" }),
};

/**
 * pg_user_mappings: options that hold a password are never shown nor written. The view itself hides all options from
 * whoever may not use the server (its documentation says from whom), `hidden` then.
 */
export const userMappingKind: KindDefinition = {
  kind: "user_mapping",
  keyword: "USER MAPPING",
  presence: anyIn("pg_foreign_server"),
  query:
    () => `SELECT m.umid AS oid, CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END AS "user", quote_ident(m.srvname) AS server, m.umoptions AS options,
      m.umoptions IS NULL AND NOT (pg_has_role(s.srvowner, 'USAGE') AND (m.umuser = 0 OR m.usename = current_user)
        OR m.usename = current_user AND has_server_privilege(s.oid, 'USAGE') OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) AS hidden
    FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid WHERE m.umid >= 16384`,
  read: (row) => {
    const name = `FOR ${text(row, "user")} SERVER ${text(row, "server")}`;
    return {
      id: `user_mapping:${name}`,
      name,
      schema: null,
      parent: `server:${text(row, "server")}`,
      body: { options: hideSecrets(list(row, "options").sort()) },
      addresses: [{ catalog: "pg_user_mapping", oid: oid(row) }],
      extraDeps: [`server:${text(row, "server")}`],
    };
  },
  create: (fact) => [withSecretNote(`CREATE USER MAPPING ${fact.name}${foreignOptions(options(fact))}`)],
  drop: (fact) => [`DROP USER MAPPING ${fact.name}`],
  alter: (from, to) => [
    withSecretNote(`ALTER USER MAPPING ${to.name} ${alterForeignOptions(options(from), options(to))}`),
  ],
  commentOn: () => null,
};
