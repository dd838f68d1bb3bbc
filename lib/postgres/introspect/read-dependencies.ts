import type { Fact, FactId, Member, Row, Snapshot } from "../../core/schema/types";
import { type CatalogPlaces, Places } from "./places";
import type { Reading } from "./read-rows";

/**
 * Numbers in one text for each pair of catalogs: a row of six columns for each edge costs the driver many times as
 * much. Row and array types depend internally on what they belong to, which is the same fact; what goes with an
 * extension is a fact of its own.
 */
const EDGES = `SELECT d.classid AS catalog, d.refclassid AS ref_catalog,
    string_agg(concat_ws(' ', d.objid, d.objsubid, d.refobjid, d.refobjsubid), ' ') || ' ' AS edges
  FROM pg_depend d
  WHERE d.objid >= 16384 AND (d.refobjid >= 16384 OR d.refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))
    AND NOT (d.classid = 'pg_type'::regclass AND d.deptype = 'i') AND d.deptype <> 'x'
  GROUP BY d.classid, d.refclassid ORDER BY d.classid, d.refclassid`;
const CATALOGS = "SELECT oid, relname AS name FROM pg_class WHERE oid < 16384 AND relkind = 'r'";

/** Fills `deps` from pg_depend: with readings that come after those of all facts, and a last step after all of them. */
export function readDependencies(
  snapshot: Snapshot,
  places: Places<FactId>,
): { readings: Reading[]; finish: () => void } {
  const members = new Places<FactId>();
  const own = new Map<FactId, FactId>();
  const catalogs = new Map<number, CatalogPlaces<FactId>[]>();
  const known = new Map<Fact, Set<FactId>>();
  const takeEdges = (row: Row) => {
    const [own, member] = catalogs.get(Number(row.catalog)) ?? [];
    const [refOwn, refMember] = catalogs.get(Number(row.ref_catalog)) ?? [];
    eachFour(row.edges as string, ([oid, sub, refOid, refSub]) => {
      const id = own?.find(oid, sub) ?? member?.get(oid, 0);
      const ref = id === undefined ? undefined : (refOwn?.find(refOid, refSub) ?? refMember?.get(refOid, 0));
      if (id === undefined || ref === undefined || id === ref) return;
      const fact = snapshot.facts.get(id);
      const other = snapshot.facts.get(ref);
      if (!fact || !other || fact.parent === ref || other.parent === id) return;
      // OWNED BY is an action of its own, after both exist.
      if (fact.kind === "sequence" && other.kind === "column") return;
      const deps = known.get(fact) ?? new Set(fact.deps);
      known.set(fact, deps.add(ref));
    });
  };
  return {
    readings: [
      readMembers(places, members, own),
      {
        query: CATALOGS,
        take: ({ oid, name }) =>
          catalogs.set(Number(oid), [places.of(name as string), members.of(name as string)]),
      },
      { query: EDGES, take: takeEdges },
    ],
    finish: () => {
      for (const [fact, deps] of known) fact.deps = [...deps];
      setMembersApart(snapshot, own);
      untangleTypes(snapshot);
    },
  };
}

type Four = [number, number, number, number];

/** @param text numbers, each with a space behind it */
function eachFour(text: string, work: (numbers: Four) => void): void {
  const numbers: Four = [0, 0, 0, 0];
  let at = 0;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 32) {
      value = value * 10 + code - 48;
      continue;
    }
    numbers[at] = value;
    value = 0;
    at = (at + 1) % 4;
    if (at === 0) work(numbers);
  }
}

/** Members of extensions stand for the extension. */
function readMembers(places: Places<FactId>, members: Places<FactId>, own: Map<FactId, FactId>): Reading {
  return {
    query:
      "SELECT c.relname AS catalog, d.objid AS oid, d.refobjid AS extension FROM pg_depend d JOIN pg_class c ON c.oid = d.classid WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'",
    take: (row) => {
      const extension = places.of("pg_extension").get(Number(row.extension), 0);
      if (!extension) return;
      members.of(row.catalog as string).set(Number(row.oid), 0, extension);
      const fact = places.of(row.catalog as string).get(Number(row.oid), 0);
      if (fact) own.set(fact, extension);
    },
  };
}

/** Objects that belong to extensions, with their parts, are no facts of the schema, and those that need them need the extension. */
function setMembersApart(snapshot: Snapshot, own: ReadonlyMap<FactId, FactId>): void {
  const memberOf = new Map<FactId, Member>();
  for (const [id, extension] of own) {
    const fact = snapshot.facts.get(id);
    // A part goes with its whole.
    if (!fact || fact.parent !== null) continue;
    const member: Member = { extension, fact, parts: partsOf(fact, snapshot), neededBy: {} };
    snapshot.members.set(id, member);
    for (const one of [fact, ...member.parts]) memberOf.set(one.id, member);
  }
  if (memberOf.size === 0) return;
  for (const id of memberOf.keys()) {
    snapshot.facts.delete(id);
    snapshot.children.delete(id);
  }
  for (const fact of snapshot.facts.values()) {
    for (const dep of fact.deps) {
      const neededBy = memberOf.get(dep)?.neededBy;
      if (neededBy) neededBy[fact.id] = [...(neededBy[fact.id] ?? []), dep];
    }
    if (fact.deps.some((dep) => memberOf.has(dep)))
      fact.deps = [...new Set(fact.deps.map((dep) => memberOf.get(dep)?.extension ?? dep))];
  }
}

/** Extended statistics belong to no extension: ALTER EXTENSION does not know them. */
function partsOf(fact: Fact, snapshot: Snapshot): Fact[] {
  const parts = (snapshot.children.get(fact.id) ?? []).filter(({ kind }) => kind !== "statistics");
  return parts.flatMap((part) => [part, ...partsOf(part, snapshot)]);
}

/** A base type (or range) and the functions that make it work need one another: those functions need its shell only. */
function untangleTypes(snapshot: Snapshot): void {
  for (const fact of snapshot.facts.values()) {
    if (fact.kind !== "base_type" && fact.kind !== "range") continue;
    const shell = `shell_type:${fact.name}`;
    if (!snapshot.facts.has(shell)) continue;
    const routines: FactId[] = [];
    for (const id of fact.deps) {
      const routine = snapshot.facts.get(id);
      const at = routine?.kind === "function" ? routine.deps.indexOf(fact.id) : -1;
      if (!routine || at < 0) continue;
      routine.deps[at] = shell;
      routines.push(id);
    }
    fact.body.routines = routines;
    if (!fact.deps.includes(shell)) fact.deps.push(shell);
  }
}
