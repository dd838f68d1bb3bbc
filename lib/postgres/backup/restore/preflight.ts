import type pg from "pg";
import type { BackupNote, Manifest, ReplicationTies } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import { serverMajor, serverVersion } from "../../connection/connect";
import { quoteName } from "../sql-text";

/** @throws DomainError restore.standby, restore.older_server, restore.extension_missing */
export async function requireFitServer(client: pg.Client, manifest: Manifest): Promise<void> {
  const { rows: here } = await client.query<{ standby: boolean }>(
    "SELECT pg_catalog.pg_is_in_recovery() AS standby",
  );
  if (here[0]?.standby) {
    throw new DomainError(
      "precondition",
      "restore.standby",
      "This server is a standby: nothing can be restored there.",
      {
        hint: "Restore on the primary; what stands there comes to the standby by itself.",
      },
    );
  }
  if (serverMajor(client) < manifest.server.major) {
    throw new DomainError(
      "precondition",
      "restore.older_server",
      `The backup is of PostgreSQL ${manifest.server.version}; this server runs ${serverVersion(client)}.`,
      {
        details: { backup: manifest.server.version, server: serverVersion(client) },
        hint: "Restore on a server of the same or a newer major version.",
      },
    );
  }
  const wanted = manifest.extensions.map((extension) => extension.name);
  const { rows } = await client.query<{ name: string }>(
    "SELECT name::text AS name FROM pg_catalog.pg_available_extensions",
  );
  const available = new Set(rows.map((row) => row.name));
  const missing = wanted.filter((name) => !available.has(name)).join(", ");
  if (missing === "") return;
  throw new DomainError(
    "precondition",
    "restore.extension_missing",
    `The server lacks the extension ${missing}.`,
    {
      details: { extensions: missing },
      hint: "Install the extension's files on the server (CREATE EXTENSION is done by the restore).",
    },
  );
}

/**
 * Roles that the archive names and the server lacks: made without login and password, or refused by name.
 * @param more roles that are named besides those of the contents
 * @returns the roles that were made
 * @throws DomainError restore.roles_missing
 */
export async function requireRoles(
  client: pg.Client,
  manifest: Manifest,
  missingRoles: "create" | "refuse",
  more: readonly string[] = [],
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT rolname::text AS name FROM pg_catalog.pg_roles",
  );
  const present = new Set(rows.map((row) => row.name));
  const named = [...new Set([...manifest.roles, ...more])];
  const missing = named.filter((role) => !present.has(role) && !role.startsWith("pg_"));
  if (missing.length === 0) return [];
  if (missingRoles === "refuse") {
    const names = missing.join(", ");
    throw new DomainError("precondition", "restore.roles_missing", `The server has no role ${names}.`, {
      details: { roles: names },
      hint: "Let them be created without login (--create-roles), create them yourself, or restore without owners (--no-owner).",
    });
  }
  for (const role of missing) await client.query(`CREATE ROLE ${quoteName(role)} NOLOGIN`);
  return missing;
}

/** Slots, publications and subscriptions of a database: they stay with it when it gets another name. */
export async function readReplication(admin: pg.Client, database: string): Promise<ReplicationTies> {
  const { rows } = await admin.query<Pick<ReplicationTies, "slots">>(
    `SELECT coalesce(json_agg(json_build_object('name', slot_name, 'plugin', plugin, 'active', active)
              ORDER BY slot_name), '[]') AS slots
       FROM pg_replication_slots WHERE database = $1`,
    [database],
  );
  const { rows: subscriptions } = await admin.query<ReplicationTies["subscriptions"][number]>(
    `SELECT s.subname::text AS name, s.subenabled AS enabled, s.subslotname::text AS slot,
            s.subpublications AS publications
       FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1 ORDER BY s.subname`,
    [database],
  );
  return { slots: rows[0]?.slots ?? [], publications: [], subscriptions };
}

/**
 * What points at the live database and would not follow the swap needs a decision. Publications come back with the
 * backup; they are only a tie where a slot reads them.
 * @throws DomainError restore.replication
 */
export function requireDecision(
  ties: ReplicationTies,
  decision: "refuse" | "leave",
): { left: ReplicationTies | null; notes: BackupNote[] } {
  const names = [
    ...ties.slots.map((slot) => `slot ${slot.name}`),
    ...ties.subscriptions.map((subscription) => `subscription ${subscription.name}`),
  ].join(", ");
  if (names === "") return { left: null, notes: [] };
  if (decision === "refuse") {
    throw new DomainError(
      "conflict",
      "restore.replication",
      `Replication hangs on this database: ${names}.`,
      {
        details: { names },
        hint: "Decide first: leave it with the old database (--replication leave), or remove it yourself.",
      },
    );
  }
  const message = `Left with the database that was kept: ${names}. Subscribers have to be set up anew.`;
  return { left: ties, notes: [{ code: "replication_left", params: { names }, message }] };
}
