import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import type { CompareOptions, Difference } from "./compare";

/** One node of the plan: what happens to one fact. */
export interface Action {
  key: string;
  verb: "create" | "drop" | "alter";
  fact: Fact;
  sql: string[];
  /** Keys of actions that come first. */
  after: Set<string>;
  /** Keys of actions that should come first and need not: guesses from texts, given up where they make a cycle. */
  softAfter: Set<string>;
  /** Statements that need a transaction of their own, or none (see PlannedStatement). */
  transactions?: Map<string, "outside" | "alone">;
}

export type Actions = Map<string, Action>;

export const keyOf = (verb: Action["verb"], id: FactId) => `${verb} ${id}`;

/** What happens to which fact, before it is known in which order. */
export interface Decided {
  /** Facts that stop existing, for good or for a moment. */
  gone: Set<FactId>;
  /** Facts that come to be. */
  born: Set<FactId>;
  /** Facts altered in place, with their statements. */
  altered: Map<FactId, string[]>;
  differences: Map<FactId, Difference>;
}

/** What every part of a plan works with. */
export interface Planning {
  around: Surroundings;
  decided: Decided;
  options: CompareOptions;
}

const known = new WeakMap<Snapshot, Map<FactId, FactId[]>>();
const NOBODY: readonly FactId[] = [];

/** Facts that need this one, by pg_depend; read once a snapshot. */
export function dependantsOf(snapshot: Snapshot, id: FactId): readonly FactId[] {
  let all = known.get(snapshot);
  if (!all) {
    all = new Map();
    for (const fact of snapshot.facts.values()) {
      for (const dep of fact.deps) {
        const ids = all.get(dep);
        if (ids) ids.push(fact.id);
        else all.set(dep, [fact.id]);
      }
    }
    known.set(snapshot, all);
  }
  return all.get(id) ?? NOBODY;
}
