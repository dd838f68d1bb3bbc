import pg from "pg";
import type { BackupNote, DatabaseTraits } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { serverMajor } from "../connection/connect";
import { tablespaceMissing } from "./dump-entries";
import { grantStatement } from "./grants";
import { quoteName, quoteText } from "./sql-text";

type LocaleTraits = Pick<
  DatabaseTraits,
  "encoding" | "collate" | "ctype" | "localeProvider" | "locale" | "icuRules"
> & {
  /** Null: the server's usual one. */
  tablespace: string | null;
};

/** 22023, 42809, 42704, 42601, 0A000: this server does not have the locale, or its version no such provider. */
const UNFIT = /^(22023|42809|42704|42601|0A000)$/;

/**
 * Makes an empty database with the encoding and locale of another one.
 * @param fallback whether C may stand in for a locale that this server lacks: text then sorts by bytes
 * @throws DomainError restore.locale_missing, restore.cannot_create
 */
export async function createLike(
  admin: pg.Client,
  name: string,
  traits: LocaleTraits,
  fallback = false,
): Promise<BackupNote[]> {
  const base = `CREATE DATABASE ${quoteName(name)} TEMPLATE template0 ENCODING ${quoteText(traits.encoding)}`;
  const place = await tablespaceClause(admin, traits.tablespace);
  try {
    await admin.query(`${base} ${localeClause(traits, serverMajor(admin))}${place.clause}`);
    return place.notes;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (!UNFIT.test(error.code ?? "")) throw cannotCreate(error);
    if (!fallback) throw localeMissing(traits, error);
  }
  await admin.query(`${base} LC_COLLATE 'C' LC_CTYPE 'C'${place.clause}`);
  const locale = traits.locale ?? traits.collate;
  const message = `This server has no locale ${locale}: text sorts by bytes here.`;
  return [...place.notes, { code: "other_locale", params: { locale }, message }];
}

/** Where the server has it and the role may use it: the default one may have no room for all of this. */
async function tablespaceClause(
  admin: pg.Client,
  tablespace: string | null,
): Promise<{ clause: string; notes: BackupNote[] }> {
  if (tablespace === null) return { clause: "", notes: [] };
  const { rows } = await admin.query<{ own: boolean; usable: boolean | null }>(
    `SELECT $1 = (SELECT t.spcname FROM pg_tablespace t JOIN pg_database d ON d.dattablespace = t.oid
                   WHERE d.datname = 'template0') AS own,
            (SELECT has_tablespace_privilege(oid, 'CREATE') FROM pg_tablespace WHERE spcname = $1) AS usable`,
    [tablespace],
  );
  if (rows[0]?.own) return { clause: "", notes: [] };
  if (rows[0]?.usable) return { clause: ` TABLESPACE ${quoteName(tablespace)}`, notes: [] };
  return { clause: "", notes: [tablespaceMissing(tablespace)] };
}

/** Docs: CREATE DATABASE. Providers came with 15 (ICU) and 17 (builtin). */
function localeClause(traits: LocaleTraits, major: number): string {
  const parts = [`LC_COLLATE ${quoteText(traits.collate)}`, `LC_CTYPE ${quoteText(traits.ctype)}`];
  if (major < 15) return parts.join(" ");
  const locale = traits.locale === null ? "" : quoteText(traits.locale);
  if (traits.localeProvider === "i") parts.push(`LOCALE_PROVIDER icu ICU_LOCALE ${locale}`);
  else if (traits.localeProvider === "b") parts.push(`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${locale}`);
  else parts.push("LOCALE_PROVIDER libc");
  if (traits.icuRules !== null && major >= 16) parts.push(`ICU_RULES ${quoteText(traits.icuRules)}`);
  return parts.join(" ");
}

function localeMissing(traits: LocaleTraits, cause: pg.DatabaseError): DomainError {
  const locale = traits.locale ?? traits.collate;
  return new DomainError(
    "target",
    "restore.locale_missing",
    `This server has no locale ${locale}: ${cause.message}`,
    {
      details: { locale, reason: cause.message },
      hint: "Install the locale on the server: with another one, indexes on text would sort differently.",
      cause,
    },
  );
}

function cannotCreate(cause: pg.DatabaseError): DomainError {
  return new DomainError(
    "target",
    "restore.cannot_create",
    `A database could not be made: ${cause.message}`,
    {
      details: { reason: cause.message, sqlState: cause.code },
      hint: "Grant the role CREATEDB, or restore in place.",
      cause,
    },
  );
}

/**
 * Gives a database what belongs to it and not to its contents: comment, connection limit, settings, grants and, last,
 * its owner. What the role may not do is told and left.
 */
export async function applyTraits(
  admin: pg.Client,
  database: string,
  traits: DatabaseTraits,
  owners: "keep" | "none",
): Promise<BackupNote[]> {
  const name = quoteName(database);
  const statements = [`ALTER DATABASE ${name} CONNECTION LIMIT ${traits.connectionLimit}`];
  if (traits.comment !== null) statements.push(`COMMENT ON DATABASE ${name} IS ${quoteText(traits.comment)}`);
  for (const { role, name: setting, value } of traits.settings) {
    if (owners === "none" && role !== null) continue;
    const whose = role === null ? `DATABASE ${name}` : `ROLE ${quoteName(role)} IN DATABASE ${name}`;
    statements.push(`ALTER ${whose} SET ${settingClause(setting, value)}`);
  }
  if (owners === "keep") {
    statements.push(...grantStatements(name, traits));
    // From here on the role may have no rights left.
    statements.push(`ALTER DATABASE ${name} OWNER TO ${quoteName(traits.owner)}`);
    statements.push(...ownersStatements(name, traits));
  }
  const notes: BackupNote[] = [];
  for (const statement of statements) {
    try {
      await admin.query(statement);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      const what = statement.replace(name, database);
      const message = `Not done: ${what} (${error.message}).`;
      notes.push({ code: "trait_not_restored", params: { statement: what, reason: error.message }, message });
    }
  }
  return notes;
}

/** Lists are kept as PostgreSQL wrote them: quoting one as a whole would make a single name of it (pg_dump's rule). */
const LISTS = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

function settingClause(setting: string, value: string): string {
  const name = setting.split(".").map(quoteName).join(".");
  return `${name} TO ${LISTS.has(setting.toLowerCase()) && value !== "" ? value : quoteText(value)}`;
}

function grantStatements(name: string, { grants, owner }: DatabaseTraits): string[] {
  if (grants === null) return [];
  const others = grants.filter((grant) => grant.grantee !== owner);
  return [`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`].concat(
    others.map((grant) => grantStatement(`DATABASE ${name}`, grant, owner)),
  );
}

/** Who owns a database has every privilege, unless some were taken away. */
function ownersStatements(name: string, { grants, owner }: DatabaseTraits): string[] {
  const own = (grants ?? []).filter((grant) => grant.grantee === owner);
  if (grants === null || own.length === PRIVILEGES) return [];
  return [`REVOKE ALL ON DATABASE ${name} FROM ${quoteName(owner)}`].concat(
    own.map((grant) => grantStatement(`DATABASE ${name}`, grant, owner)),
  );
}

/** CONNECT, CREATE and TEMPORARY (docs: "Privileges"). */
const PRIVILEGES = 3;

/** Roles that a database itself names, besides those that its contents name. */
export function rolesOf({ owner, grants, settings }: DatabaseTraits): string[] {
  const named = [
    ...(grants ?? []).flatMap((one) => [one.grantee, one.grantor ?? null]),
    ...settings.map((one) => one.role),
  ];
  return [...new Set([owner, ...named.flatMap((role) => role ?? [])])];
}
