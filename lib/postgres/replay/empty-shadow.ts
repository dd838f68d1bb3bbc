import pg from "pg";
import { mapRole } from "../../core/schema/map-role";
import type { Snapshot } from "../../core/schema/types";
import { type ConnectionSpec, openConnection } from "../connection/connect";
import { readSnapshot } from "../introspect/read-snapshot";
import type { ShadowChoice, ShadowKind, ShadowNote } from "../shadow/choice";
import { connectAsOwner, copySettings, type ShadowDatabase } from "../shadow/database";
import { installExtensions } from "../shadow/restore";
import {
  choosePlace,
  dropWithFreshSession,
  type EmbeddedSource,
  ensureRoles,
  guard,
  makeScratch,
  versionOf,
} from "../shadow/shadow";
import { readTraits, type TargetTraits } from "../shadow/traits";
import { namedRoles } from "./named-roles";

export interface EmptyShadowOptions {
  /** Whose version, settings and locale the database takes; null: those of the scratch server. */
  like: ConnectionSpec | null;
  /** Superuser on the scratch server, or how to start one. Needed when `like` is null. */
  embedded?: EmbeddedSource;
  place?: "auto" | ShadowKind;
  /** Version to ask for when `like` is null; default: the newest. */
  major?: number;
  /** Scripts that will run: the roles that they name are made where they are missing. */
  scripts: readonly string[];
  /** Installs the extensions of `like` first: what scripts use and do not make themselves. */
  withExtensions?: boolean;
  guardAddresses?: boolean;
  signal?: AbortSignal;
}

/** An empty scratch database, in which scripts run as a role without rights elsewhere. */
export interface EmptyShadow {
  /** Runs the scripts. */
  session: pg.Client;
  /** Administrator, connected to it. */
  admin: pg.Client;
  spec: ConnectionSpec;
  kind: ShadowKind;
  major: number;
  serverVersion: string;
  notes: ShadowNote[];
  /**
   * Its schema as facts, as if `role` had made it.
   * @param role quoted as SQL writes it
   */
  snapshot(role: string): Promise<Snapshot>;
  drop(): Promise<void>;
}

const NEWEST = 18;

/**
 * Makes an empty database on a scratch server. Nothing is written in the database that it is made like.
 * @throws DomainError of openConnection; shadow.no_place, shadow.create_failed, shadow.role_refused
 */
export async function createEmptyShadow(options: EmptyShadowOptions): Promise<EmptyShadow> {
  const place = await findPlace(options);
  return makeScratch(options, place, (server, database) => prepare(options, place, server, database));
}

async function prepare(
  options: EmptyShadowOptions,
  { traits, choice, adminSpec, publicOwner }: FoundPlace,
  server: pg.Client,
  database: ShadowDatabase,
): Promise<EmptyShadow> {
  const admin = await openConnection(
    { ...database.adminSpec, applicationName: "dbmigrator-shadow" },
    guard(options, choice),
  );
  admin.on("error", () => undefined);
  try {
    const version = await versionOf(admin);
    const notes = [...database.notes];
    if (choice.kind === "embedded") await ensureRoles(admin, await namedRoles(options.scripts));
    // Up to PostgreSQL 14 the schema belongs to the superuser; scripts may grant on it as its owner does.
    if (version.major < 15 && database.owner !== adminSpec.user)
      await admin.query(`ALTER SCHEMA public OWNER TO ${pg.escapeIdentifier(database.owner)}`);
    if (options.withExtensions) notes.push(...(await installExtensions(admin, traits, database.owner)));
    notes.push(...(await copySettings(admin, database.name, traits)));
    const session = await connectAsOwner(database);
    session.on("error", () => undefined);
    const copy = await quotedName(admin, database.owner);
    const owner = version.major < 15 ? publicOwner : null;
    return {
      session,
      admin,
      spec: database.spec,
      kind: choice.kind,
      major: version.major,
      serverVersion: version.text,
      notes,
      snapshot: async (role) => asMadeBy(await readSnapshot(admin), { copy, role, publicOwner: owner }),
      drop: async () => {
        await Promise.all([session.end(), admin.end()].map((ending) => ending.catch(() => undefined)));
        await dropWithFreshSession(server, adminSpec, database.name);
      },
    };
  } catch (error) {
    await admin.end().catch(() => undefined);
    throw error;
  }
}

interface FoundPlace {
  traits: TargetTraits;
  choice: ShadowChoice;
  adminSpec: ConnectionSpec;
  /** To whom the schema public belongs in a database up to PostgreSQL 14 that nobody has touched, quoted. */
  publicOwner: string;
}

async function findPlace(options: EmptyShadowOptions): Promise<FoundPlace> {
  const { like, embedded, scripts } = options;
  if (like) {
    const found = await readLike(like, guard(options, { kind: "target_server" }));
    const place = options.place ?? "auto";
    const wanted = { target: like, place, scripts, ...(embedded ? { embedded } : {}) };
    const where = await choosePlace(wanted, found.traits);
    return { ...found, ...where };
  }
  if (!embedded) throw new Error("without a database to be like, a scratch server is needed");
  const adminSpec = typeof embedded === "function" ? await embedded(options.major ?? NEWEST) : embedded;
  const { traits, publicOwner } = await readLike(adminSpec, {});
  const reason: ShadowNote = {
    code: "embedded_wanted",
    params: {},
    message: "Replayed on a scratch server.",
  };
  return {
    traits: { ...traits, extensions: [], settings: {} },
    choice: { kind: "embedded", reason, missingExtensions: [] },
    adminSpec,
    publicOwner,
  };
}

async function readLike(
  spec: ConnectionSpec,
  options: { guardAddresses?: boolean },
): Promise<Pick<FoundPlace, "traits" | "publicOwner">> {
  const client = await openConnection(spec, options);
  try {
    const traits = await readTraits(client);
    // The role that initdb made.
    const { rows } = await client.query<{ name: string }>(
      "SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid = 10",
    );
    return { traits, publicOwner: rows[0]?.name ?? "" };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function quotedName(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>("SELECT quote_ident($1) AS name", [name]);
  return rows[0]?.name ?? name;
}

/** The copy's own role becomes `role`; the schema public keeps whom it always belongs to. */
function asMadeBy(
  snapshot: Snapshot,
  { copy, role, publicOwner }: { copy: string; role: string; publicOwner: string | null },
): Snapshot {
  const mapped = mapRole(snapshot, copy, role);
  const place = snapshot.facts.get("schema:public");
  if (place && publicOwner !== null) {
    const own = mapRole({ ...snapshot, facts: new Map([[place.id, place]]) }, copy, publicOwner);
    for (const [id, fact] of own.facts) mapped.facts.set(id, fact);
  }
  return { ...mapped, currentRole: role };
}
