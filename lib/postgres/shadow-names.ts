import { randomBytes } from "node:crypto";
import pg from "pg";

const PREFIX = "dbmigrator_shadow_";
const PATTERN = /^dbmigrator_shadow_(\d{10})_[0-9a-f]{12}$/;
/** No dry run lasts that long; what is older was left behind by a process that was killed. */
const LEFTOVER_SECONDS = 3 * 3600;

/** Name of a scratch database and of its role: when it was made (by the server's clock) and at random. */
export async function newShadowName(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<{ now: string }>(
    "SELECT floor(extract(epoch FROM now()))::bigint AS now",
  );
  return `${PREFIX}${rows[0]?.now}_${randomBytes(6).toString("hex")}`;
}

/** @returns seconds since the epoch, null when the name is not one of ours */
export function shadowMadeAt(name: string): number | null {
  const found = PATTERN.exec(name);
  return found ? Number(found[1]) : null;
}

/**
 * Removes scratch databases and roles of killed processes: known by their name, and only when three hours old.
 * Failures are left to the next time.
 */
export async function removeLeftovers(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ name: string; kind: "DATABASE" | "ROLE"; now: string }>(
    `SELECT datname::text AS name, 'DATABASE' AS kind, extract(epoch FROM now())::bigint AS now
       FROM pg_database WHERE starts_with(datname::text, '${PREFIX}')
      UNION ALL
     SELECT rolname::text, 'ROLE', extract(epoch FROM now())::bigint
       FROM pg_roles WHERE starts_with(rolname::text, '${PREFIX}')
      ORDER BY kind`,
  );
  const removed: string[] = [];
  for (const { name, kind, now } of rows) {
    const madeAt = shadowMadeAt(name);
    if (madeAt === null || Number(now) - madeAt < LEFTOVER_SECONDS) continue;
    const force = kind === "DATABASE" ? " WITH (FORCE)" : "";
    const done = await admin
      .query(`DROP ${kind} IF EXISTS ${pg.escapeIdentifier(name)}${force}`)
      .catch(() => null);
    if (done) removed.push(name);
  }
  return removed;
}
