import { DomainError } from "../../../errors";
import { factsOfKind } from "../../schema/lookups";
import { withFacts } from "../../schema/map-role";
import { BOTH } from "../../schema/name-spaces";
import type { Fact, FactId, Kind, Snapshot } from "../../schema/types";
import { initialGrants } from "../common-parts";
import { descendantsOf, type Move, moveFacts } from "./facts";
import { silentMoves } from "./silent";
import { renameStatements } from "./sql";
import { nameParts } from "./text";
import { twinMoves } from "./twins";
import type { Rename, RenamedKind } from "./types";

interface Renamed {
  /** `from` as it is after the renames. */
  snapshot: Snapshot;
  statements: { id: FactId; sql: string }[];
  applied: Rename[];
}

/** Outer names first: a part is renamed under the name that its table has by then. */
const PHASES: readonly (readonly RenamedKind[])[] = [
  ["schema"],
  ["table", "view", "materialized_view", "sequence", "enum", "composite", "range", "domain", "function"],
  ["column", "enum_value"],
  ["constraint", "index"],
];

/**
 * Renames that were given, and then those in which nothing can be lost: same definition, other name.
 * @throws DomainError schema.rename_unknown
 */
export function applyRenames(from: Snapshot, to: Snapshot, given: readonly Rename[]): Renamed {
  const state: Renamed = { snapshot: from, statements: [], applied: [] };
  const history: Map<FactId, FactId>[] = [];
  const now = (id: FactId) => history.reduce((at, ids) => ids.get(at) ?? at, id);
  const carryOut = (moves: Move[], applied: Rename[]) => {
    if (moves.length === 0) return;
    prepareSchemas(state, moves);
    const all = [...moves, ...displaced(moves, state.snapshot)];
    state.statements.push(...renameStatements(all, state.snapshot));
    const { snapshot, ids } = moveFacts(state.snapshot, [...all, ...impliedMoves(all, state.snapshot)]);
    state.snapshot = snapshot;
    state.applied.push(...applied);
    history.push(ids);
  };
  for (const phase of PHASES) {
    const hints = given.filter((one) => phase.includes(one.kind));
    carryOut(
      hints.map((hint) => moveOf(hint, from, to, now)),
      hints,
    );
    for (const moves of silentMoves(state.snapshot, to, phase)) {
      const renames = moves.map(({ kind, from: old, to: next }) => ({ kind, from: old, to: next }));
      carryOut(moves, renames);
    }
  }
  // From the parents down: a partition's index is known by the one that it belongs to.
  for (let level = 0, moves = twinMoves(state.snapshot, to); moves.length > 0 && level < DEEPEST; level++) {
    carryOut(
      moves,
      moves.map(({ kind, from: old, to: next }) => ({ kind, from: old, to: next })),
    );
    moves = twinMoves(state.snapshot, to);
  }
  return state;
}

function moveOf(hint: Rename, from: Snapshot, to: Snapshot, now: (id: FactId) => FactId): Move {
  if (hint.kind === "enum_value") return valueMove(hint, from, to, now);
  const id = `${hint.kind}:${hint.from}`;
  if (!from.facts.has(id)) throw unknown(hint, hint.from);
  if (!to.facts.has(`${hint.kind}:${hint.to}`)) throw unknown(hint, hint.to);
  const current = now(id);
  return { kind: hint.kind, from: current.slice(hint.kind.length + 1), to: hint.to, id: current };
}

function valueMove(hint: Rename, from: Snapshot, to: Snapshot, now: (id: FactId) => FactId): Move {
  const [type, value] = splitValue(hint.from, from) ?? [];
  const [next, renamed] = splitValue(hint.to, to) ?? [];
  if (type === undefined || value === undefined) throw unknown(hint, hint.from);
  if (next === undefined || renamed === undefined) throw unknown(hint, hint.to);
  return { kind: "enum_value", from: value, to: renamed, id: now(type.id) };
}

/** `schema.type.value`: the value may hold dots and anything else. */
function splitValue(name: string, snapshot: Snapshot): [Fact, string] | null {
  const [schema, type] = nameParts(name);
  const fact = snapshot.facts.get(`enum:${schema}.${type}`);
  const value = name.slice(`${schema}.${type}.`.length);
  return fact && (fact.body.labels as string[]).includes(value) ? [fact, value] : null;
}

function unknown(hint: Rename, name: string): DomainError {
  return new DomainError(
    "validation",
    "schema.rename_unknown",
    `Nothing is renamed from ${hint.from} to ${hint.to}: there is no ${hint.kind} ${name} on its side.`,
    {
      details: { kind: hint.kind, from: hint.from, to: hint.to, name },
      hint: "Name both in full, as SQL writes them: schema.table or schema.table.column.",
    },
  );
}

/** Levels of partitions whose indexes are looked after. */
const DEEPEST = 16;

const MOVABLE = new Set<Kind>([
  "table",
  "view",
  "materialized_view",
  "sequence",
  "index",
  "enum",
  "composite",
  "range",
  "domain",
]);

/** Whatever has one of the new names steps aside; the comparison then decides what becomes of it. */
function displaced(moves: readonly Move[], snapshot: Snapshot): Move[] {
  const leaving = new Set(moves.map((move) => move.id));
  const aside: Move[] = [];
  for (const move of moves) {
    if (move.kind === "enum_value") {
      const labels = snapshot.facts.get(move.id)?.body.labels as string[];
      const stays = !moves.some((other) => other.id === move.id && other.from === move.to);
      if (labels.includes(move.to) && stays)
        aside.push({ ...move, from: move.to, to: `dbmigrator_old_${aside.length + 1}` });
      continue;
    }
    const kinds = MOVABLE.has(move.kind as Kind) ? BOTH : [move.kind];
    for (const kind of kinds) {
      const fact = snapshot.facts.get(`${kind}:${move.to}`);
      if (!fact || leaving.has(fact.id)) continue;
      leaving.add(fact.id);
      const parts = nameParts(move.to).slice(0, -1);
      const head = move.kind === "function" ? [nameParts(move.to)[0] ?? ""] : parts;
      const tail = move.kind === "function" ? move.to.slice(move.to.indexOf("(")) : "";
      const name = [...head, `dbmigrator_old_${aside.length + 1}`].join(".") + tail;
      aside.push({ kind: fact.kind as RenamedKind, from: move.to, to: name, id: fact.id });
    }
  }
  return aside;
}

/** What PostgreSQL renames and moves along, without a statement. */
function impliedMoves(moves: readonly Move[], snapshot: Snapshot): Move[] {
  return moves.flatMap((move) => {
    if (move.kind === "table") return partsMoved(move, snapshot);
    if (move.kind !== "column" && move.kind !== "constraint") return [];
    const [schema, table, part] = nameParts(move.from);
    const renamed = nameParts(move.to)[2];
    const heirs = descendantsOf(snapshot, `${schema}.${table}`).map((name): Move => {
      const [from, to] = [`${name}.${part}`, `${name}.${renamed}`];
      return { kind: move.kind, from, to, id: `${move.kind}:${from}` };
    });
    const checks = move.kind === "column" || snapshot.facts.get(move.id)?.body.type === "c";
    return checks ? heirs.filter((heir) => snapshot.facts.has(heir.id)) : [];
  });
}

/** Indexes and owned sequences follow their table into another schema. */
function partsMoved(move: Move, snapshot: Snapshot): Move[] {
  const [schema, target] = [nameParts(move.from)[0], nameParts(move.to)[0]];
  if (schema === target) return [];
  const parts = (snapshot.children.get(move.id) ?? []).filter(
    (fact) => fact.kind === "index" || fact.kind === "identity_sequence",
  );
  for (const fact of factsOfKind(snapshot, "sequence"))
    if (String(fact.body.ownedBy).startsWith(`${move.from}.`)) parts.push(fact);
  return parts.map((fact) => ({
    kind: fact.kind as RenamedKind,
    from: fact.name,
    to: `${target}.${nameParts(fact.name)[1]}`,
    id: fact.id,
  }));
}

/** A schema that something moves into is made first. */
function prepareSchemas(state: Renamed, moves: readonly Move[]): void {
  for (const move of moves) {
    if (!MOVABLE.has(move.kind as Kind) && move.kind !== "function") continue;
    const name = nameParts(move.to)[0] ?? "";
    const id = `schema:${name}`;
    if (state.snapshot.facts.has(id) || name === nameParts(move.from)[0]) continue;
    state.statements.push({ id, sql: `CREATE SCHEMA ${name}` });
    const fact: Fact = {
      id,
      kind: "schema",
      name,
      schema: null,
      parent: null,
      owner: state.snapshot.currentRole,
      comment: null,
      acl: null,
      body: {},
      deps: [],
    };
    fact.acl = initialGrants(fact, { from: state.snapshot, to: state.snapshot });
    state.snapshot = withFacts(state.snapshot, new Map([...state.snapshot.facts, [id, fact]]));
  }
}
