/** Forms in which versions stand in names of files and folders. */
const FLYWAY = /^([VU])(\d+(?:[._]\d+)*)(__.+)$/;
const DASHED = /^\d{4}-\d{2}-\d{2}-\d{6}(?=[_\s-]|$)/;
const PLAIN = /^\d+(?:\.\d+)*(?=[_\s-]|$)/;

/**
 * The name of a migration's file or folder under another version, in the form that it had.
 * @param stem full name without suffix: `20260101000001_orders`, `V2__orders`, `2026-01-01-000001_orders`
 * @returns null for names without a version
 */
export function renumber(stem: string, version: string): string | null {
  const flyway = FLYWAY.exec(stem);
  if (flyway) return `${flyway[1]}${version}${flyway[3]}`;
  if (DASHED.test(stem) && /^\d{14}$/.test(version)) {
    return stem.replace(DASHED, version.replace(/^(....)(..)(..)(......)$/, "$1-$2-$3-$4"));
  }
  return PLAIN.test(stem) ? stem.replace(PLAIN, version) : null;
}

/**
 * The version that comes after all others: a second later for timestamps, the next number (as wide) for numbers.
 * @param now as a version, for timestamps: never behind it
 */
export function versionAfter(latest: string, now: string): string {
  if (/^\d{14}$/.test(latest)) {
    if (latest < now) return now;
    const [, y, mo, d, h, mi, s] = /^(....)(..)(..)(..)(..)(..)$/.exec(latest) ?? [];
    const next = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s) + 1);
    return new Date(next).toISOString().replace(/\D/g, "").slice(0, 14);
  }
  const [whole = latest] = /^\d+/.exec(latest) ?? [];
  return String(BigInt(whole) + 1n).padStart(whole.length, "0");
}
