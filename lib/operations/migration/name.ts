import { z } from "zod";
import { compareVersions } from "../../core/migration/version";

/** `Add order channel` becomes `add_order_channel`: lower case, digits and underscores. */
export const MigrationName = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(100, "At most 100 characters.")
  .transform((text) =>
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, ""),
  )
  .refine((name) => name !== "", "Use at least one letter or digit.");

/** 16 Mi characters: beyond that a script is data and belongs in a load of its own. */
const LONGEST = 16 * 1024 * 1024;

/** A script as PostgreSQL's text type can hold it. */
export const Script = z
  .string()
  .max(LONGEST, "The script is longer than 16 Mi characters.")
  .refine((text) => !text.includes("\0"), "The script has a null byte, which PostgreSQL cannot store.")
  .refine((text) => !/\p{Surrogate}/u.test(text), "The script has half a character (a lone surrogate).");

/** The instant as a version, `YYYYMMDDHHMMSS` in UTC. */
export function versionAt(instant: Date): string {
  return instant.toISOString().replace(/\D/g, "").slice(0, 14);
}

/**
 * A version after every one that is there: now, or a second after the latest when that lies ahead (clocks
 * differ, and two people may create one within a second).
 * @param taken versions of the service
 */
export function nextVersion(now: Date, taken: readonly string[]): string {
  const timestamps = taken.filter((version) => /^\d{14}$/.test(version));
  let candidate = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const latest = timestamps.reduce<string | null>(
    (a, b) => (a !== null && compareVersions(b, a) < 0 ? a : b),
    null,
  );
  const latestAt = latest === null ? null : instantOf(latest);
  if (latestAt && latestAt >= candidate) candidate = new Date(latestAt.getTime() + 1000);
  return versionAt(candidate);
}

/** null for digits that are no date, such as a month 13. */
function instantOf(version: string): Date | null {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  const at = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}
