import { rankOf } from "../schema/kinds/all";
import { relationOf } from "../schema/kinds/column";
import type { Fact } from "../schema/types";
import type { Action, Actions } from "./actions";
import { Heap } from "./heap";

/** An action with its place among equals and what it still waits for. */
interface Waiting {
  action: Action;
  weight: number;
  /** Its place among equal weights. */
  name: string;
  hard: number;
  soft: number;
  done: boolean;
}

/**
 * The actions in an order that honours `after`, and `softAfter` where that makes no cycle: drops as early as they
 * may, then by kind and name, so that equal schemas give equal plans.
 * @throws Error that names the actions of a cycle
 */
export function orderActions(actions: Actions): Action[] {
  const waiting = new Map<string, Waiting>();
  const hardFollowers = new Map<string, Waiting[]>();
  const softFollowers = new Map<string, Waiting[]>();
  for (const action of actions.values()) {
    const { after, softAfter } = action;
    const one = {
      action,
      weight: weightOf(action),
      name: nameOf(action),
      hard: after.size,
      soft: softAfter.size,
      done: false,
    };
    waiting.set(action.key, one);
    for (const key of after) follow(hardFollowers, key, one);
    for (const key of softAfter) follow(softFollowers, key, one);
  }
  const ready = new Heap<Waiting>(comesFirst);
  /** Those that only guesses hold back: taken when nothing else is left. */
  const guessed = new Heap<Waiting>(comesFirst);
  const offer = (one: Waiting) => {
    if (one.hard === 0 && !one.done) (one.soft <= 0 ? ready : guessed).push(one);
  };
  for (const one of waiting.values()) offer(one);
  const order: Action[] = [];
  for (let next = ready.pop() ?? guessed.pop(); next; next = ready.pop() ?? guessed.pop()) {
    if (next.done) continue;
    next.done = true;
    order.push(next.action);
    for (const one of hardFollowers.get(next.action.key) ?? []) if (--one.hard === 0) offer(one);
    for (const one of softFollowers.get(next.action.key) ?? []) if (--one.soft === 0) offer(one);
  }
  if (order.length < actions.size) throw new Error(cycleText([...waiting.values()]));
  return order;
}

function follow(followers: Map<string, Waiting[]>, key: string, one: Waiting): void {
  const known = followers.get(key);
  if (known) known.push(one);
  else followers.set(key, [one]);
}

function cycleText(all: Waiting[]): string {
  const rest = all.filter((one) => !one.done).map((one) => one.action.key);
  return `these changes wait for one another: ${rest.slice(0, 12).join("; ")}`;
}

function comesFirst(a: Waiting, b: Waiting): boolean {
  return a.weight === b.weight ? a.name < b.name : a.weight < b.weight;
}

/**
 * Equal indexes of a partition go to their parent's in the order in which those were made; new columns stand as they
 * do in the wanted table.
 */
function nameOf({ key, verb, fact }: Action): string {
  const { attachedTo, position } = fact.body;
  if (fact.kind === "column" && verb === "create")
    return `${verb} column:${relationOf(fact)}.${String(position).padStart(4, "0")}`;
  return fact.kind === "index" && attachedTo ? `${verb} index:${attachedTo} ${key}` : key;
}

function weightOf({ verb, fact, transactions }: Action): number {
  // What is made until then gets the old ones, and grants are written for that.
  if (fact.kind === "default_privileges") return 5_000;
  // What ends the transaction comes late, so that the rest shares one.
  if (transactions?.size) return 1_000 + rankOf(fact.kind);
  // Their functions would see the rest of the plan.
  if (verb === "drop" && fact.kind === "event_trigger") return -1;
  // A role can go when nothing is its own any more.
  if (verb === "drop" && fact.kind === "role") return 10_000;
  const rank = rankOf(fact.kind);
  if (verb === "drop") return 100 - rank;
  return 200 + rank * 2 + (verb === "alter" ? 1 : twinOf(fact));
}

/** Of equal indexes of a partition, PostgreSQL takes the oldest for its parent's: what is the partition's own comes last. */
function twinOf({ kind, body }: Fact): number {
  if (kind !== "index" || / ON ONLY /.test(String(body.definition))) return 0;
  return body.attachedTo === null ? 0.5 : 0.25;
}
