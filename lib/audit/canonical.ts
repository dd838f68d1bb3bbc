import { createHash } from "node:crypto";

/** What the hash of an event covers, besides the hash before it. */
export interface EventFields {
  seq: bigint;
  at: Date;
  actorKind: string;
  actorId: string | null;
  actorLabel: string;
  operation: string;
  outcome: string;
  projectId: string | null;
  environmentId: string | null;
  resourceType: string;
  resourceId: string | null;
  resourceLabel: string;
  runId: string | null;
  ip: string | null;
  userAgent: string | null;
  details: unknown;
}

/** The hash "before" the first event. */
export const GENESIS = new Uint8Array(32);

/**
 * One text for one event, the same before and after a trip through PostgreSQL: keys sorted, dates as ISO with
 * milliseconds, bigints as decimal, numbers as JavaScript writes them (jsonb keeps their value, not their form).
 */
export function canonicalEvent(event: EventFields): string {
  return JSON.stringify(sortKeys(event));
}

function sortKeys(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sortKeys(v)]));
  }
  return value;
}

export function hashEvent(previousHash: Uint8Array, event: EventFields): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(previousHash).update(canonicalEvent(event)).digest());
}

/** A text as PostgreSQL stores it: NUL and lone surrogates, which it refuses or replaces, are replaced here. */
export function storableText(text: string): string {
  return text.replaceAll("\0", "\uFFFD").replace(LONE_SURROGATE, "\uFFFD");
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Details as jsonb gives them back: plain JSON with storable texts and keys; -0 becomes 0, NaN null. */
export function storableJson(value: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(sortKeys(value)) ?? "null");
  return cleanTexts(plain);
}

function cleanTexts(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(cleanTexts);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [storableText(key), cleanTexts(v)]));
  }
  return value;
}
