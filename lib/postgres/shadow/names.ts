import { randomBytes } from "node:crypto";
import pg from "pg";

const PREFIX = "dbmigrator_shadow_";
const PATTERN = /^dbmigrator_shadow_(\d{10})_[0-9a-f]{12}$/;
/** No dry run lasts that long. */
const OLD_SECONDS = 3 * 3600;
/** Who makes a copy stays connected to it: one that nobody is connected to was left behind by a killed process. */
const ABANDONED_SECONDS = 15 * 60;

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
 * Removes scratch databases and roles that killed processes left behind: known by their name, and only when nobody
 * has been connected for a while or they are hours old. Failures are left to the next time.
 * @returns what was removed
 */
export async function removeLeftovers(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ name: string; kind: "DATABASE" | "ROLE"; used: boolean; now: string }>(
    `SELECT n.name, n.kind, extract(epoch FROM now())::bigint AS now,
            EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = n.name) AS used
       FROM (SELECT datname::text AS name, 'DATABASE' AS kind FROM pg_database
             UNION ALL SELECT rolname::text, 'ROLE' FROM pg_roles) n
      WHERE starts_with(n.name, '${PREFIX}') ORDER BY n.kind`,
  );
  const removed: string[] = [];
  for (const { name, kind, used, now } of rows) {
    const madeAt = shadowMadeAt(name);
    if (madeAt === null || Number(now) - madeAt < (used ? OLD_SECONDS : ABANDONED_SECONDS)) continue;
    const force = kind === "DATABASE" ? " WITH (FORCE)" : "";
    const done = await admin
      .query(`DROP ${kind} IF EXISTS ${pg.escapeIdentifier(name)}${force}`)
      .catch(() => null);
    if (done) removed.push(name);
  }
  return removed;
}
