import { tableBody } from "../../schema/kinds/table";
import { factsMissingIn } from "../../schema/lookups";
import type { Fact, Snapshot } from "../../schema/types";
import { sameName } from "../same-name";
import type { Move } from "./facts";
import { nameParts } from "./text";
import type { RenamedKind } from "./types";

/** Sequences follow the names of their columns, so they come when those are known. */
const SILENT: Partial<Record<RenamedKind, readonly RenamedKind[]>> = {
  function: ["enum", "composite", "range", "domain", "function"],
  enum_value: ["sequence", "identity_sequence", "view", "materialized_view"],
  index: ["constraint", "domain_constraint", "index"],
};

/**
 * Objects that are gone and others that appear with the very same definition: renamed instead of made anew, which
 * loses nothing either way and spares the work. Tables, columns and values are never among them.
 * @returns moves that may be done at once, kind by kind
 */
export function silentMoves(from: Snapshot, to: Snapshot, phase: readonly RenamedKind[]): Move[][] {
  const kinds = new Set(phase.flatMap((kind) => SILENT[kind] ?? []));
  if (kinds.size === 0) return [];
  const removed = groups(from, to, kinds);
  if (removed.size === 0) return [];
  const added = groups(to, from, kinds);
  const moves: Move[] = [];
  for (const [print, old] of removed) {
    const next = added.get(print) ?? [];
    for (let i = 0; i < Math.min(old.length, next.length); i++) {
      const [a, b] = [old[i] as Fact, next[i] as Fact];
      if (isFree(b, from)) moves.push(moveBetween(a, b));
    }
  }
  return moves.length > 0 ? [moves] : [];
}

function isFree(fact: Fact, from: Snapshot): boolean {
  const inSchema = fact.schema === null || from.facts.has(`schema:${fact.schema}`);
  return inSchema && sameName(fact, from).length === 0;
}

function moveBetween(a: Fact, b: Fact): Move {
  const name = (fact: Fact) => fact.id.slice(fact.kind.length + 1);
  return { kind: a.kind as RenamedKind, from: name(a), to: name(b), id: a.id };
}

function groups(mine: Snapshot, other: Snapshot, kinds: Set<RenamedKind>): Map<string, Fact[]> {
  const found = new Map<string, Fact[]>();
  for (const fact of factsMissingIn(other, mine)) {
    if (!kinds.has(fact.kind as RenamedKind)) continue;
    const print = printOf(fact, mine);
    if (print === null) continue;
    const key = `${fact.kind} ${print}`;
    const known = found.get(key);
    if (known) known.push(fact);
    else found.set(key, [fact]);
  }
  for (const facts of found.values()) facts.sort((a, b) => (a.name < b.name ? -1 : 1));
  return found;
}

/** Everything but the name; null: cannot be renamed. */
function printOf(fact: Fact, snapshot: Snapshot): string | null {
  const { body } = fact;
  const definition = String(body.definition);
  switch (fact.kind) {
    case "constraint":
      return constraintPrint(fact, snapshot);
    case "domain_constraint":
      return JSON.stringify([fact.parent, body]);
    case "index":
      return JSON.stringify([fact.parent, { ...body, definition: afterName(definition, " ON ") }]);
    case "function":
      return JSON.stringify([
        argumentsOf(fact),
        { ...body, definition: afterName(definition, "(") },
        fact.schema,
      ]);
    case "sequence":
      return body.ownedBy === null ? null : String(body.ownedBy);
    case "identity_sequence":
      return JSON.stringify([fact.parent, body.column]);
    case "domain":
      return JSON.stringify([body, checksOf(fact, snapshot)]);
    default:
      return withoutName(fact, snapshot);
  }
}

function withoutName(fact: Fact, snapshot: Snapshot): string | null {
  // Parts of a view (triggers, rules, defaults) are named with it and would have to follow.
  if ((snapshot.children.get(fact.id) ?? []).some((part) => part.kind !== "index")) return null;
  const bare = nameParts(fact.name)[1] ?? "";
  const text = JSON.stringify(fact.body, (key, value) => (key === "position" ? undefined : value));
  return fact.kind.endsWith("view") && text.includes(`${bare}.`) ? null : text;
}

function argumentsOf(fact: Fact): string {
  return fact.name.slice(fact.name.indexOf("("));
}

function checksOf(fact: Fact, snapshot: Snapshot): unknown {
  return (snapshot.children.get(fact.id) ?? []).map((one) => [one.name, one.body.definition]);
}

/** Without what stands before: `CREATE INDEX name`, `CREATE OR REPLACE FUNCTION name`. */
function afterName(definition: string, border: string): string {
  const unique = definition.startsWith("CREATE UNIQUE") ? "unique" : "";
  return unique + definition.slice(definition.indexOf(border));
}

function constraintPrint(fact: Fact, snapshot: Snapshot): string | null {
  const table = snapshot.facts.get(fact.parent ?? "");
  if (table?.kind !== "table") return null;
  const { partitionOf, inherits } = tableBody(table);
  // A check that comes from a parent has the parent's name for it.
  if (fact.body.type === "c" && (partitionOf !== null || inherits.length > 0)) return null;
  const own = fact.body.index === fact.name;
  return JSON.stringify([fact.parent, { ...fact.body, index: own ? null : fact.body.index }]);
}
