import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locale } from "./locales";

export interface MessageTree {
  [key: string]: string | MessageTree;
}

const cache = new Map<Locale, MessageTree>();

/**
 * All messages of a language: messages/<locale>/<feature>.json, the file's name being the namespace. Files named
 * `errors-<area>.json` are merged into `errors`. Read once; anew on every call in development.
 */
export function loadMessages(locale: Locale, fresh = false): MessageTree {
  const known = cache.get(locale);
  if (known && !fresh) return known;
  const folder = join(/* turbopackIgnore: true */ process.cwd(), "messages", locale);
  const merged: MessageTree = {};
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".json")) continue;
    const name = file.slice(0, -".json".length);
    const tree = JSON.parse(readFileSync(join(folder, file), "utf8")) as MessageTree;
    const namespace = name.startsWith("errors-") ? "errors" : name;
    merged[namespace] = mergeTrees(merged[namespace], tree);
  }
  cache.set(locale, merged);
  return merged;
}

function mergeTrees(into: MessageTree[string] | undefined, from: MessageTree): MessageTree {
  const merged: MessageTree = typeof into === "object" ? { ...into } : {};
  for (const [key, value] of Object.entries(from)) {
    merged[key] = typeof value === "object" ? mergeTrees(merged[key], value) : value;
  }
  return merged;
}
