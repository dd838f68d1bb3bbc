import type { Kind, Snapshot } from "./types";

/** Relations share one name space (docs: pg_class). */
export const RELATIONS: readonly Kind[] = [
  "table",
  "view",
  "materialized_view",
  "sequence",
  "identity_sequence",
  "index",
  "composite",
];
/** Types share one too, and each relation with columns has a row type in it (docs: pg_type). */
export const TYPES: readonly Kind[] = [
  "enum",
  "domain",
  "range",
  "base_type",
  "shell_type",
  "composite",
  "table",
  "view",
  "materialized_view",
];
export const BOTH: readonly Kind[] = [...new Set([...RELATIONS, ...TYPES])];

/** Whether a relation or a type has the name. @param name with its schema, quoted */
export function isTaken(name: string, snapshot: Snapshot): boolean {
  return BOTH.some((kind) => snapshot.facts.has(`${kind}:${name}`));
}
