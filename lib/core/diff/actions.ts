import type { Fact, FactId, Surroundings } from "../schema/types";
import type { CompareOptions, Difference } from "./compare";
import type { HeldRows } from "./held-rows";

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
  /** Types that are set aside while columns move to the new ones, and the name of each meanwhile. */
  swapped: Map<FactId, string>;
  /**
   * Domains that have no default for the moment, and the functions that it calls, which are made anew; publications
   * that lack a table for the moment, and its columns (or itself) that change.
   */
  opened: Map<FactId, FactId[]>;
  /** Columns that hold rows of tables and views whose row type changes. */
  held: HeldRows;
}

/** What every part of a plan works with. */
export interface Planning {
  around: Surroundings;
  decided: Decided;
  options: CompareOptions;
}
