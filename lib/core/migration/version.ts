/** What orders and names a migration. */
export interface Versioned {
  version: string;
  filename: string;
}

/** A date at the front (20230518, 20230518191501): such versions are ordered as text, as their folders are listed. */
const DATE_LIKE = /^(?:19|20)\d{6,}$/;

/**
 * The order in which migrations of a service are applied: by version, then by file name (real projects repeat
 * timestamps). Dates compare as text, which is the order in which Prisma, dbmate and diesel apply them; other
 * versions (1, 002, 1.10, 2_1) compare number by number.
 */
export function compareMigrations(a: Versioned, b: Versioned): number {
  if (DATE_LIKE.test(a.version) && DATE_LIKE.test(b.version)) return compareText(a.filename, b.filename);
  return compareVersions(a.version, b.version) || compareText(a.filename, b.filename);
}

/** Number by number: "1.10" comes after "1.9", "002" equals "2". */
export function compareVersions(a: string, b: string): number {
  const left = a.split(/[._-]/);
  const right = b.split(/[._-]/);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareNumbers(left[i] ?? "0", right[i] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+(?=.)/, "");
  const right = b.replace(/^0+(?=.)/, "");
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Whether `wanted` (what a person typed: a version, or a whole file name) means this migration.
 */
export function matchesVersion(migration: Versioned, wanted: string): boolean {
  return migration.version === wanted || migration.filename === wanted;
}
