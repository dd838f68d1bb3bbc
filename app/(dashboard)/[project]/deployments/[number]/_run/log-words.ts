import type { RunLogLine } from "@/lib/operations/deployment/views";

interface Translator {
  (key: string, values?: Record<string, string | number>): string;
  has(key: string): boolean;
}

/** A line of the log in the reader's language; one without words of its own shows what it holds. */
export function sayLine(t: Translator, line: RunLogLine): string {
  return t.has(line.code) ? t(line.code, plain(line.data)) : `${line.code} ${JSON.stringify(line.data)}`;
}

/** Values that a sentence can hold; lists of names are joined. */
function plain(data: Record<string, unknown>): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === "string" || typeof value === "number") values[key] = value;
    else if (Array.isArray(value)) values[key] = value.join(", ");
    else values[key] = value === null ? "" : String(value);
  }
  return values;
}
