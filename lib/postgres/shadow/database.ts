import { randomBytes } from "node:crypto";
import pg from "pg";
import { DomainError } from "../../errors";
import { type ConnectionSpec, openConnection } from "../connection/connect";
import { scramVerifier } from "../connection/scram";
import type { ShadowNote } from "./choice";
import { newShadowName } from "./names";
import type { TargetTraits } from "./traits";

export interface ShadowDatabase {
  /** How scripts connect: a role without any rights outside this database, wherever that can be arranged. */
  spec: ConnectionSpec;
  /** The administrator's connection to the new database. */
  adminSpec: ConnectionSpec;
  name: string;
  owner: string;
  notes: ShadowNote[];
}

/**
 * Makes an empty database with the target's encoding and locale, owned by a role of its own.
 * @param admin session on the scratch server that may create databases
 * @param ownRole whether a role of its own can be made; otherwise the administrator's role owns the database
 */
export async function createDatabase(
  admin: pg.Client,
  adminSpec: ConnectionSpec,
  traits: TargetTraits,
  ownRole: boolean,
): Promise<ShadowDatabase> {
  const name = await newShadowName(admin);
  const adminDatabase: ConnectionSpec = { ...adminSpec, database: name };
  const notes: ShadowNote[] = [];
  if (!ownRole) {
    await createWithLocale(admin, name, adminSpec.user, traits, notes);
    return { spec: adminDatabase, adminSpec: adminDatabase, name, owner: adminSpec.user, notes };
  }
  const password = randomBytes(24).toString("base64url");
  await admin.query(
    `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
       PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`,
  );
  try {
    // Who is no superuser must be a member of the role to hand it a database.
    await admin.query(`GRANT ${pg.escapeIdentifier(name)} TO CURRENT_USER`);
    await createWithLocale(admin, name, name, traits, notes);
    await admin.query(`REVOKE ALL ON DATABASE ${pg.escapeIdentifier(name)} FROM PUBLIC`);
  } catch (error) {
    await dropDatabase(admin, name);
    throw error;
  }
  return {
    spec: { ...adminDatabase, user: name, password },
    adminSpec: adminDatabase,
    name,
    owner: name,
    notes,
  };
}

async function createWithLocale(
  admin: pg.Client,
  name: string,
  owner: string,
  traits: TargetTraits,
  notes: ShadowNote[],
): Promise<void> {
  const base = `CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(owner)} TEMPLATE template0
    ENCODING ${pg.escapeLiteral(traits.encoding)}`;
  const attempts = [`${base} ${localeClause(traits)}`, `${base} LC_COLLATE 'C' LC_CTYPE 'C'`];
  for (const [at, statement] of attempts.entries()) {
    try {
      await admin.query(statement);
      if (at > 0) notes.push(otherLocale(traits));
      return;
    } catch (error) {
      // 22023, 42809, 42601: this server does not have the locale, or its version no such provider.
      const unfit =
        error instanceof pg.DatabaseError && /^(22023|42809|42704|42601|0A000)$/.test(error.code ?? "");
      if (!unfit || at === attempts.length - 1) throw cannotCreate(error);
    }
  }
}

function localeClause(traits: TargetTraits): string {
  const parts = [
    `LC_COLLATE ${pg.escapeLiteral(traits.collate)}`,
    `LC_CTYPE ${pg.escapeLiteral(traits.ctype)}`,
  ];
  const locale = traits.locale === null ? null : pg.escapeLiteral(traits.locale);
  if (traits.localeProvider === "i" && locale) parts.push("LOCALE_PROVIDER icu", `ICU_LOCALE ${locale}`);
  if (traits.localeProvider === "b" && locale)
    parts.push("LOCALE_PROVIDER builtin", `BUILTIN_LOCALE ${locale}`);
  // The server's own default provider may be another one (since PostgreSQL 15).
  if (traits.localeProvider === "c" && traits.major >= 15) parts.push("LOCALE_PROVIDER libc");
  return parts.join(" ");
}

function otherLocale(traits: TargetTraits): ShadowNote {
  const locale = traits.locale ?? traits.collate;
  return {
    code: "other_locale",
    params: { locale },
    message: `The scratch server has no locale ${locale}: the copy sorts text by bytes.`,
  };
}

function cannotCreate(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new DomainError(
    "target",
    "shadow.create_failed",
    `The scratch database could not be made: ${error.message}`,
    {
      details: { sqlState: error.code, reason: error.message },
      hint: "Grant the target's role CREATEDB, or let the scratch copy be made on the embedded server.",
      cause: error,
    },
  );
}

/** Removes database and role, connected sessions included. @returns false when something is left */
export async function dropDatabase(admin: pg.Client, name: string): Promise<boolean> {
  const identifier = pg.escapeIdentifier(name);
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      await admin.query(`DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`);
      await admin.query(`DROP ROLE IF EXISTS ${identifier}`);
      return true;
    } catch {
      await new Promise((done) => setTimeout(done, 200 * attempt));
    }
  }
  return false;
}

/**
 * Settings of the target that change what a script does, for every session of the copy (also the dump's).
 * A setting that the scratch server refuses is left at its default and noted.
 */
export async function copySettings(
  admin: pg.Client,
  database: string,
  traits: TargetTraits,
): Promise<ShadowNote[]> {
  const notes: ShadowNote[] = [];
  const { rows } = await admin.query<{ name: string; value: string }>(
    "SELECT name, reset_val AS value FROM pg_settings WHERE name = ANY ($1)",
    [Object.keys(traits.settings)],
  );
  const current = new Map(rows.map((row) => [row.name, row.value]));
  for (const [name, value] of Object.entries(traits.settings)) {
    const wanted = name === "search_path" ? searchPathOf(value, traits.role) : value;
    if (current.get(name) === wanted || !current.has(name)) continue;
    const list = name === "search_path" || name === "DateStyle" ? wanted : pg.escapeLiteral(wanted);
    try {
      await admin.query(
        `ALTER DATABASE ${pg.escapeIdentifier(database)} SET ${name} TO ${list === "" ? "''" : list}`,
      );
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      notes.push({
        code: "setting_not_copied",
        params: { setting: name, value },
        message: `The setting ${name} = ${value} was not copied (${error.message}).`,
      });
    }
  }
  return notes;
}

/**
 * "$user" stands for the target's role, which has another name in the copy. The schema of our ledger is nobody's
 * home, also where the role is called like it.
 */
function searchPathOf(value: string, role: string): string {
  if (role === "dbmigrator") return value.replace(/("\$user"|\$user)\s*,?\s*/g, "");
  return value.replace(/"\$user"|\$user/g, pg.escapeIdentifier(role));
}

/** A session as the copy's owner. @throws DomainError shadow.role_refused */
export async function connectAsOwner(database: ShadowDatabase): Promise<pg.Client> {
  try {
    return await openConnection({ ...database.spec, applicationName: "dbmigrator-dry-run" });
  } catch (error) {
    throw new DomainError(
      "target",
      "shadow.role_refused",
      "The scratch database was made, but its own role may not connect to it.",
      {
        hint: "Allow roles named dbmigrator_shadow_* in pg_hba.conf, or let the scratch copy be made on the embedded server.",
        cause: error,
      },
    );
  }
}
