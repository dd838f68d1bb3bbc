import type { Fact, FactId } from "../schema/types";

/** One node of the plan: what happens to one fact. */
export interface Action {
  key: string;
  verb: "create" | "drop" | "alter";
  fact: Fact;
  sql: string[];
  /** Keys of actions that come first. */
  after: Set<string>;
}

export const keyOf = (verb: Action["verb"], id: FactId) => `${verb} ${id}`;
