import { list, literal, optional, text } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

/** Attributes as CREATE ROLE writes them; passwords are never read. */
const ATTRIBUTES: [string, string][] = [
  ["super", "SUPERUSER"],
  ["inherit", "INHERIT"],
  ["create_role", "CREATEROLE"],
  ["create_db", "CREATEDB"],
  ["login", "LOGIN"],
  ["replication", "REPLICATION"],
  ["bypass_rls", "BYPASSRLS"],
];
const USER_ROLE = "r.oid >= 16384 AND r.rolname !~ '^pg_'";

/** pg_roles. Belongs to the whole server: read on request only. */
export const roleKind: KindDefinition = {
  kind: "role",
  keyword: "ROLE",
  query:
    () => `SELECT r.oid, quote_ident(r.rolname) AS name, r.rolsuper AS super, r.rolinherit AS inherit, r.rolcreaterole AS create_role,
      r.rolcreatedb AS create_db, r.rolcanlogin AS login, r.rolreplication AS replication, r.rolbypassrls AS bypass_rls,
      r.rolconnlimit AS connections, r.rolvaliduntil::text AS until, shobj_description(r.oid, 'pg_authid') AS comment
    FROM pg_roles r WHERE ${USER_ROLE}`,
  read: (row) => ({
    id: `role:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      ...Object.fromEntries(ATTRIBUTES.map(([key]) => [key, row[key] === true])),
      connections: Number(row.connections),
      until: optional(row, "until"),
      comment: optional(row, "comment"),
    },
    addresses: [],
  }),
  create: (fact) => [
    `CREATE ROLE ${fact.name} ${ATTRIBUTES.map(([key, word]) => `${fact.body[key] ? "" : "NO"}${word}`).join(" ")}${limits(fact)}`,
    ...(fact.body.comment ? [comment(fact)] : []),
  ],
  drop: (fact) => [`DROP ROLE ${fact.name}`],
  alter: (from, to) => {
    const changed = ATTRIBUTES.filter(([key]) => from.body[key] !== to.body[key]);
    const words = changed.map(([key, word]) => `${to.body[key] ? "" : "NO"}${word}`);
    const limited = limits(from) !== limits(to);
    if (limited) words.push(`CONNECTION LIMIT ${to.body.connections} VALID UNTIL ${validUntil(to)}`);
    return [
      ...(words.length > 0 ? [`ALTER ROLE ${to.name} ${words.join(" ")}`] : []),
      ...(from.body.comment === to.body.comment ? [] : [comment(to)]),
    ];
  },
  commentOn: () => null,
};

function limits(fact: Fact): string {
  const { connections, until } = fact.body;
  return `${connections === -1 ? "" : ` CONNECTION LIMIT ${connections}`}${until === null ? "" : ` VALID UNTIL ${validUntil(fact)}`}`;
}

function validUntil(fact: Fact): string {
  return literal(String(fact.body.until ?? "infinity"));
}

function comment(fact: Fact): string {
  const words = fact.body.comment as string | null;
  return `COMMENT ON ROLE ${fact.name} IS ${words === null ? "NULL" : literal(words)}`;
}

/** pg_auth_members; several grantors of one membership count as one. */
export const membershipKind: KindDefinition = {
  kind: "membership",
  keyword: "MEMBERSHIP",
  query: (
    version,
  ) => `SELECT quote_ident(g.rolname) AS role, quote_ident(r.rolname) AS member, bool_or(m.admin_option) AS admin,
      ${version >= 160000 ? "bool_or(m.inherit_option) AS inherit, bool_or(m.set_option) AS set" : "NULL AS inherit, NULL AS set"}
    FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member WHERE ${USER_ROLE} GROUP BY 1, 2`,
  read: (row) => {
    const [role, member] = [text(row, "role"), text(row, "member")];
    return {
      id: `membership:${role} TO ${member}`,
      name: `${role} TO ${member}`,
      schema: null,
      parent: null,
      body: { role, member, admin: row.admin === true, inherit: row.inherit ?? null, set: row.set ?? null },
      addresses: [],
      extraDeps: [`role:${role}`, `role:${member}`],
    };
  },
  create: (fact) => [grantMembership(fact)],
  drop: (fact) => [`REVOKE ${fact.body.role} FROM ${fact.body.member}`],
  alter: (from, to) => {
    const { role, member, admin } = to.body;
    if (to.body.inherit !== null) return [grantMembership(to)];
    return from.body.admin && !admin
      ? [`REVOKE ADMIN OPTION FOR ${role} FROM ${member}`]
      : [grantMembership(to)];
  },
  commentOn: () => null,
};

function grantMembership(fact: Fact): string {
  const { role, member, admin, inherit, set } = fact.body;
  if (inherit === null) return `GRANT ${role} TO ${member}${admin ? " WITH ADMIN OPTION" : ""}`;
  return `GRANT ${role} TO ${member} WITH ADMIN ${admin}, INHERIT ${inherit}, SET ${set}`;
}

/** Settings whose value is a list of names, quoted already (docs: GUC_LIST_QUOTE in guc_tables). */
const NAME_LISTS =
  /^(local_preload_libraries|search_path|session_preload_libraries|shared_preload_libraries|temp_tablespaces|unix_socket_directories)$/;

/** pg_db_role_setting: of roles anywhere and in this database, and of this database itself. */
export const roleSettingKind: KindDefinition = {
  kind: "role_setting",
  keyword: "SETTING",
  query:
    () => `SELECT CASE WHEN s.setrole = 0 THEN 'ALL' ELSE quote_ident(pg_get_userbyid(s.setrole)) END AS role, s.setdatabase <> 0 AS here, s.setconfig AS settings
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) AND (s.setrole = 0 OR ${USER_ROLE})`,
  read: (row) => {
    const [role, here] = [text(row, "role"), row.here === true];
    const name = `${role}${here ? " IN DATABASE" : ""}`;
    return {
      id: `role_setting:${name}`,
      name,
      schema: null,
      parent: null,
      body: { role, here, settings: list(row, "settings").sort() },
      addresses: [],
      extraDeps: role === "ALL" ? [] : [`role:${role}`],
    };
  },
  create: (fact) => changeSettings(fact, [], fact.body.settings as string[]),
  drop: (fact) => changeSettings(fact, fact.body.settings as string[], []),
  alter: (from, to) => changeSettings(to, from.body.settings as string[], to.body.settings as string[]),
  commentOn: () => null,
};

function changeSettings(fact: Fact, from: string[], to: string[]): string[] {
  const nameOf = (setting: string) => setting.slice(0, setting.indexOf("="));
  const kept = new Set(to.map(nameOf));
  const reset = from.map(nameOf).filter((name) => !kept.has(name));
  const set = to.filter((setting) => !from.includes(setting));
  return [
    ...reset.map((name) => onRole(fact, `RESET ${name}`)),
    ...set.map((setting) => {
      const value = setting.slice(nameOf(setting).length + 1);
      return onRole(
        fact,
        `SET ${nameOf(setting)} TO ${NAME_LISTS.test(nameOf(setting)) ? value : literal(value)}`,
      );
    }),
  ];
}

/** The database is named where the statement runs: source and target have different names. */
function onRole(fact: Fact, change: string): string {
  const { role, here } = fact.body;
  if (!here) return `ALTER ROLE ${role} ${change}`;
  const words =
    role === "ALL"
      ? "ALTER DATABASE %I "
      : `ALTER ROLE ${String(role).replaceAll("%", "%%")} IN DATABASE %I `;
  const format = literal(`${words}${change.replaceAll("%", "%%")}`);
  return `DO $settings$ BEGIN EXECUTE format(${format}, current_database()); END $settings$`;
}

/** Kinds of the whole server, read on request. */
export const ROLE_KINDS: readonly KindDefinition[] = [roleKind, membershipKind, roleSettingKind];
