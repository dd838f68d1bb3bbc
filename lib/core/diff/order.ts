import { rankOf } from "../schema/kinds/all";
import type { Surroundings } from "../schema/types";
import type { Action } from "./actions";

/**
 * The actions in an order that honours `after`: drops as early as they may, then by kind and name, so that equal
 * schemas give equal plans.
 * @throws Error that names the actions of a cycle
 */
export function orderActions(actions: Map<string, Action>, _around: Surroundings): Action[] {
  const waiting = new Map<string, number>();
  const followers = new Map<string, string[]>();
  for (const action of actions.values()) {
    waiting.set(action.key, action.after.size);
    for (const key of action.after) followers.set(key, [...(followers.get(key) ?? []), action.key]);
  }
  const ready = [...actions.values()].filter((action) => action.after.size === 0);
  const done: Action[] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => weight(b) - weight(a) || (a.key < b.key ? 1 : -1));
    const next = ready.pop() as Action;
    done.push(next);
    for (const key of followers.get(next.key) ?? []) {
      const left = (waiting.get(key) ?? 0) - 1;
      waiting.set(key, left);
      if (left === 0) ready.push(actions.get(key) as Action);
    }
  }
  if (done.length < actions.size) {
    const rest = [...actions.keys()].filter((key) => (waiting.get(key) ?? 0) > 0);
    throw new Error(`these changes wait for one another: ${rest.slice(0, 12).join("; ")}`);
  }
  return done;
}

function weight(action: Action): number {
  const rank = rankOf(action.fact.kind);
  return action.verb === "drop" ? 100 - rank : 200 + rank * 2 + (action.verb === "alter" ? 1 : 0);
}
