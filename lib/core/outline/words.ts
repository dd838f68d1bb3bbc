import { type ChangedKind, kindName } from "../diff/describe";
import type { Fact } from "../schema/types";
import { bareName } from "./outline";

/** Kinds of parts; the place of each is stored, so new ones go to the end. */
const PARTS: readonly ChangedKind[] = [
  "column",
  "primary_key",
  "unique",
  "foreign_key",
  "check",
  "exclusion",
  "index",
  "trigger",
  "policy",
  "rule",
  "statistics",
  "user_mapping",
];

/** The first of Unicode's private characters: no name begins with one, and no reader searches for one. */
const FIRST_MARK = 0xe000;

/**
 * Names of an object and its parts in lower case, a line each, as they are searched. Before the name of a part stands
 * one character for its kind, so that searching for "index" does not find every index.
 */
export function wordsOf(object: Fact, parts: readonly Fact[]): string {
  const lines = parts.flatMap((part) => {
    const at = PARTS.indexOf(kindName(part));
    return at === -1 ? [] : [String.fromCharCode(FIRST_MARK + at) + bareName(part)];
  });
  return [object.name, ...lines].join("\n").toLowerCase();
}

/** Parts whose name holds `wanted` (lower case), at most `most`; none when the object's own name does. */
export function matchingParts(
  words: string,
  wanted: string,
  most: number,
): { kind: ChangedKind; name: string }[] {
  const [own = "", ...lines] = words.split("\n");
  if (own.includes(wanted)) return [];
  const found = lines.filter((line) => line.slice(1).includes(wanted)).slice(0, most);
  return found.map((line) => ({
    kind: PARTS[line.charCodeAt(0) - FIRST_MARK] ?? "column",
    name: line.slice(1),
  }));
}
