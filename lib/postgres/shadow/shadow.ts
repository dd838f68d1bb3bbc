import pg from "pg";
import { DomainError } from "../../errors";
import { type ConnectionSpec, openConnection } from "../connection/connect";
import { dumpRaw } from "../dump/dump";
import { fingerprintOf, normaliseDump } from "../dump/text";
import {
  chooseShadow,
  type EmbeddedTraits,
  type ShadowChoice,
  type ShadowKind,
  type ShadowNote,
} from "./choice";
import { connectAsOwner, copySettings, createDatabase, dropDatabase, type ShadowDatabase } from "./database";
import { removeLeftovers } from "./names";
import { installExtensions, restoreSchema } from "./restore";
import { readServerParts, readTraits, type TargetTraits } from "./traits";

export type { ShadowKind, ShadowNote } from "./choice";

/** An embedded server that is started only when it is needed. */
export type EmbeddedSource = ConnectionSpec | ((major: number) => Promise<ConnectionSpec>);

export interface ShadowOptions {
  target: ConnectionSpec;
  /** Superuser on the embedded server. */
  embedded?: EmbeddedSource;
  place: "auto" | ShadowKind;
  /** Scripts that will run: the roles that they name are made where they are missing. */
  scripts: string[];
  guardAddresses?: boolean;
  signal?: AbortSignal;
}

/** What decides where a copy is made. */
export type PlaceOptions = Pick<ShadowOptions, "target" | "embedded" | "place"> & {
  scripts: readonly string[];
};

export interface Shadow {
  kind: ShadowKind;
  serverVersion: string;
  major: number;
  /** The role that owns the copy and has no rights elsewhere. */
  spec: ConnectionSpec;
  /** The administrator, connected to the copy: for what the owner may not do. */
  admin: pg.Client;
  reason: ShadowNote;
  notes: ShadowNote[];
  traits: TargetTraits;
  /** Fingerprint of the target's own schema when it was read. */
  targetFingerprint: string;
  createdMs: number;
  drop(): Promise<void>;
}

/**
 * Makes a scratch copy (schema only) of a target. Nothing is written in the target's database.
 * @throws DomainError of openConnection and dumpSchema; shadow.no_place, shadow.create_failed,
 *   shadow.restore_failed, shadow.role_refused
 */
export async function createShadow(options: ShadowOptions): Promise<Shadow> {
  const started = performance.now();
  const traits = await readTarget(options);
  // The database is made while the target is read: each takes as long as the other.
  const failed = new AbortController();
  const dumping = dumpRaw(options.target, dumpOptions(options, failed.signal));
  dumping.catch(() => undefined); // told where it is waited for
  try {
    const { choice, adminSpec } = await choosePlace(options, traits);
    return await makeScratch(options, { choice, adminSpec, traits }, async (server, database) => {
      const filled = await fill(options, choice, traits, database, dumping, server);
      return {
        kind: choice.kind,
        ...filled,
        spec: database.spec,
        reason: choice.reason,
        traits,
        targetFingerprint: fingerprintOf(normaliseDump(await dumping)),
        createdMs: Math.round(performance.now() - started),
        drop: async () => {
          await filled.admin.end().catch(() => undefined);
          await dropWithFreshSession(server, adminSpec, database.name);
        },
      };
    });
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/**
 * Makes a database on a scratch server, for `fill` to make ready; after a failure nothing of it is left.
 * @param fill gets the session that made the database, for `dropWithFreshSession`
 */
export async function makeScratch<T>(
  options: { guardAddresses?: boolean; signal?: AbortSignal },
  place: { choice: ShadowChoice; adminSpec: ConnectionSpec; traits: TargetTraits },
  fill: (server: pg.Client, database: ShadowDatabase) => Promise<T>,
): Promise<T> {
  const { choice, adminSpec, traits } = place;
  options.signal?.throwIfAborted();
  const server = await openConnection(
    { ...adminSpec, applicationName: "dbmigrator-shadow" },
    guard(options, choice),
  );
  server.on("error", () => undefined);
  try {
    await removeLeftovers(server);
    const ownRole = choice.kind === "embedded" || traits.canCreateRole;
    const database = await createDatabase(server, adminSpec, traits, ownRole);
    try {
      return await fill(server, database);
    } catch (error) {
      await dropDatabase(server, database.name);
      throw error;
    }
  } catch (error) {
    await server.end().catch(() => undefined);
    throw error;
  }
}

interface Filled {
  admin: pg.Client;
  serverVersion: string;
  major: number;
  notes: ShadowNote[];
}

async function fill(
  options: ShadowOptions,
  choice: ShadowChoice,
  traits: TargetTraits,
  database: ShadowDatabase,
  dumping: Promise<string>,
  server: pg.Client,
): Promise<Filled> {
  const admin = await openConnection(
    { ...database.adminSpec, applicationName: "dbmigrator-shadow" },
    guard(options, choice),
  );
  admin.on("error", () => undefined);
  let owner: pg.Client | undefined;
  const onAbort = () => void dropDatabase(server, database.name);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const notes = [...database.notes];
    const version = await versionOf(admin);
    if (choice.kind === "embedded") {
      await ensureRoles(admin, rolesNeeded(options, traits));
      // Up to PostgreSQL 14 the schema belongs to the superuser; the copy's owner plays the part of the target's.
      if (version.major < 15)
        await admin.query(`ALTER SCHEMA public OWNER TO ${pg.escapeIdentifier(database.owner)}`);
    }
    notes.push(...(await installExtensions(admin, traits, database.owner)));
    notes.push(...(await copySettings(admin, database.name, traits)));
    owner = await connectAsOwner(database);
    notes.push(...(await restoreSchema(owner, await dumping, version.major)));
    return { admin, serverVersion: version.text, major: version.major, notes };
  } catch (error) {
    await admin.end().catch(() => undefined);
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await owner?.end().catch(() => undefined);
  }
}

async function readTarget(options: ShadowOptions): Promise<TargetTraits> {
  const client = await openConnection(options.target, guard(options, { kind: "target_server" }));
  try {
    return await readTraits(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function choosePlace(
  options: PlaceOptions,
  traits: TargetTraits,
): Promise<{ choice: ShadowChoice; adminSpec: ConnectionSpec }> {
  const { embedded, place, scripts } = options;
  const spec =
    place === "target_server" || !embedded
      ? null
      : typeof embedded === "function"
        ? await startOrNull(embedded, traits, place)
        : embedded;
  const choice = chooseShadow(place, traits, spec ? await readEmbedded(spec) : null, scripts);
  if (!choice) throw noPlace(place);
  if (choice.kind === "embedded" && spec) return { choice, adminSpec: spec };
  return { choice, adminSpec: options.target };
}

/** Where an embedded server cannot be started, the target's own server may still do. */
async function startOrNull(
  start: (major: number) => Promise<ConnectionSpec>,
  traits: TargetTraits,
  place: "auto" | ShadowKind,
): Promise<ConnectionSpec | null> {
  try {
    return await start(traits.major);
  } catch (error) {
    if (place === "auto" && traits.canCreateDatabase) return null;
    throw error;
  }
}

async function readEmbedded(spec: ConnectionSpec): Promise<EmbeddedTraits> {
  const client = await openConnection(spec);
  try {
    return { major: (await versionOf(client)).major, ...(await readServerParts(client)) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function versionOf(client: pg.Client): Promise<{ text: string; major: number }> {
  const { rows } = await client.query<{ text: string; number: number }>(
    "SELECT current_setting('server_version') AS text, current_setting('server_version_num')::int AS number",
  );
  const row = rows[0] as { text: string; number: number };
  return { text: row.text.split(" ")[0] ?? row.text, major: Math.trunc(row.number / 10_000) };
}

/** Roles that the copy's privileges or the scripts name. */
function rolesNeeded(options: ShadowOptions, traits: TargetTraits): string[] {
  const words = new Set(options.scripts.join("\n").match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  const text = options.scripts.join("\n");
  const named = traits.allRoles.filter((role) => words.has(role) || text.includes(`"${role}"`));
  return [...new Set([...traits.roles, ...named])];
}

/** Without login and without rights; they stay, since another copy may be using them at this moment. */
export async function ensureRoles(admin: pg.Client, names: string[]): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    "SELECT n AS name FROM unnest($1::text[]) n WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = n)",
    [names],
  );
  for (const { name } of rows) {
    await admin.query(`CREATE ROLE ${pg.escapeIdentifier(name)} NOLOGIN`).catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError)) throw error; // Another copy was faster, or the name is reserved.
    });
  }
}

export async function dropWithFreshSession(
  server: pg.Client,
  adminSpec: ConnectionSpec,
  name: string,
): Promise<void> {
  if (!(await dropDatabase(server, name))) {
    const again = await openConnection({ ...adminSpec, applicationName: "dbmigrator-shadow" }).catch(
      () => null,
    );
    if (again) await dropDatabase(again, name);
    await again?.end().catch(() => undefined);
  }
  await server.end().catch(() => undefined);
}

function dumpOptions(options: ShadowOptions, failed: AbortSignal) {
  return {
    signal: options.signal ? AbortSignal.any([options.signal, failed]) : failed,
    ...(options.guardAddresses === undefined ? {} : { guardAddresses: options.guardAddresses }),
  };
}

/** The embedded server is on the loopback address, which the guard is not for. */
export function guard(
  options: { guardAddresses?: boolean },
  choice: { kind: ShadowKind },
): { guardAddresses?: boolean } {
  return choice.kind === "target_server" && options.guardAddresses !== undefined
    ? { guardAddresses: options.guardAddresses }
    : {};
}

function noPlace(place: "auto" | ShadowKind): DomainError {
  return new DomainError("precondition", "shadow.no_place", "There is no place to try the migrations.", {
    details: { place },
    hint:
      place === "embedded"
        ? "Start DBMigrator with its embedded server, or let the copy be made on the target's server."
        : "Grant the target's role CREATEDB, or start DBMigrator with its embedded server.",
  });
}
