import { randomBytes } from "node:crypto";
import pg from "pg";
import type { BackupNote } from "../../../core/backup/types";

const PREFIX = "dbmigrator_restore_";
const PATTERN = /^dbmigrator_restore_(\d{10})_[0-9a-f]{12}$/;
/** Whoever restores stays connected; without a session for so long, its process is gone. */
const ABANDONED_SECONDS = 15 * 60;
/** Longest name of a database (docs: "Identifiers and Key Words", NAMEDATALEN). */
const LONGEST = 63;

/** Under this name a restore is at work; the wanted name is given last. */
export function unfinishedName(): string {
  return `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(6).toString("hex")}`;
}

/**
 * `shop_before_20261121_081500`: what a database that was replaced is kept as; `restored` when the one from before
 * took its place again.
 */
export function keptName(database: string, at: Date, what: "before" | "restored" = "before"): string {
  const stamp = at.toISOString().replaceAll(/[-:]/g, "").replace("T", "_").slice(0, 15);
  const suffix = `_${what}_${stamp}`;
  // By whole characters: half of one is none that a server could store.
  const head = [...database];
  while (Buffer.byteLength(head.join(""), "utf8") > LONGEST - suffix.length) head.pop();
  return head.join("") + suffix;
}

/** What a database is kept as: the one from `before` a restore, or the `restored` one that was put away again. */
export function keptKind(name: string): "before" | "restored" {
  return /_restored_\d{8}_\d{6}$/.test(name) ? "restored" : "before";
}

/** Whether `name` is what `database` was kept as from before a restore, at `since` or later. */
export function isKeptSince(name: string, database: string, since: Date): boolean {
  const at = keptAt(name, database);
  // A name holds whole seconds.
  return keptKind(name) === "before" && at !== null && at.getTime() > since.getTime() - 1000;
}

/** Since when `name` is kept of `database`; null: it is none that keptName gives. */
export function keptAt(name: string, database: string): Date | null {
  const stamp = /_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(name);
  if (!stamp) return null;
  const [year, month, day, hour, minute, second] = stamp.slice(1).map(Number) as [number, ...number[]];
  const at = new Date(Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second));
  return keptName(database, at, keptKind(name)) === name ? at : null;
}

/**
 * Removes databases that killed restores left behind: known by their name, without a session for a while.
 * @returns what was removed; failures are left to the next time
 */
export async function removeUnfinishedRestores(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ name: string; used: boolean }>(
    `SELECT d.datname::text AS name, EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname) AS used
       FROM pg_database d WHERE starts_with(d.datname, '${PREFIX}')`,
  );
  const removed: string[] = [];
  for (const { name, used } of rows) {
    const madeAt = Number(PATTERN.exec(name)?.[1] ?? Number.NaN);
    if (used || !(Date.now() / 1000 - madeAt > ABANDONED_SECONDS)) continue;
    const done = await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)}`).catch(() => null);
    if (done) removed.push(name);
  }
  return removed;
}

export function leftoverRemoved(database: string): BackupNote {
  return {
    code: "leftover_removed",
    params: { database },
    message: `${database}, which a restore that was killed had left, is removed.`,
  };
}
