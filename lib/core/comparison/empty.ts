import type { Fact, Snapshot } from "../schema/types";

/**
 * A database that nobody has made anything in: the schema public, the language that every database has, and what the
 * system's own objects grant.
 * @param like where these are taken from
 */
export function emptySnapshot(version: number, role: string, like?: Snapshot): Snapshot {
  const facts = new Map<string, Fact>();
  const always = new Set(["schema:public", "extension:plpgsql", "language:plpgsql"]);
  for (const fact of like?.facts.values() ?? []) {
    if (always.has(fact.id) || fact.kind === "privileges") facts.set(fact.id, fact);
  }
  return {
    version,
    currentRole: role,
    facts,
    children: new Map(),
    members: new Map(),
    unsupported: [],
    unreadable: [],
  };
}
