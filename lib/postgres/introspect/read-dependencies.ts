import type pg from "pg";
import type { Fact, FactId, Snapshot } from "../../core/schema/types";
import { Places } from "./places";

/** Numbers in one text: a row of six columns for each edge costs the driver many times as much. */
const EDGES = `SELECT string_agg(d.classid || ' ' || d.objid || ' ' || d.objsubid || ' ' || d.refclassid || ' ' || d.refobjid || ' ' || d.refobjsubid || ' ', '') AS edges
  FROM pg_depend d WHERE d.objid >= 16384 AND (d.refobjid >= 16384 OR d.refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))`;
const CATALOGS = "SELECT oid, relname AS name FROM pg_class WHERE oid < 16384 AND relkind = 'r'";

/** Fills `deps` from pg_depend. */
export async function readDependencies(
  client: pg.ClientBase,
  snapshot: Snapshot,
  places: Places,
): Promise<void> {
  const catalogs = new Map<number, string>();
  for (const row of (await client.query<{ oid: number; name: string }>(CATALOGS)).rows)
    catalogs.set(Number(row.oid), row.name);
  const { rows } = await client.query<{ edges: string | null }>(EDGES);
  const members = await readMembers(client, places);
  const find = (catalog: number, oid: number, sub: number) => {
    const name = catalogs.get(catalog) ?? "";
    return places.find(name, oid, sub) ?? members.get(Places.key(name, oid));
  };
  const known = new Map<Fact, Set<FactId>>();
  eachSix(rows[0]?.edges ?? "", ([catalog, oid, sub, refCatalog, refOid, refSub]) => {
    const id = find(catalog, oid, sub);
    const ref = id === undefined ? undefined : find(refCatalog, refOid, refSub);
    if (id === undefined || ref === undefined || id === ref) return;
    const fact = snapshot.facts.get(id);
    const other = snapshot.facts.get(ref);
    if (!fact || !other || fact.parent === ref || other.parent === id) return;
    // OWNED BY is an action of its own, after both exist.
    if (fact.kind === "sequence" && other.kind === "column") return;
    const deps = known.get(fact) ?? new Set(fact.deps);
    known.set(fact, deps.add(ref));
  });
  for (const [fact, deps] of known) fact.deps = [...deps];
  untangleTypes(snapshot);
}

type Six = [number, number, number, number, number, number];

/** @param text numbers, each with a space behind it */
function eachSix(text: string, work: (numbers: Six) => void): void {
  const numbers: Six = [0, 0, 0, 0, 0, 0];
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
    at = (at + 1) % 6;
    if (at === 0) work(numbers);
  }
}

/** Members of extensions stand for the extension. */
async function readMembers(client: pg.ClientBase, places: Places): Promise<Map<number, FactId>> {
  const { rows } = await client.query<{ catalog: string; oid: number; extension: number }>(
    "SELECT c.relname AS catalog, d.objid AS oid, d.refobjid AS extension FROM pg_depend d JOIN pg_class c ON c.oid = d.classid WHERE d.deptype = 'e'",
  );
  const members = new Map<number, FactId>();
  for (const row of rows) {
    const extension = places.find("pg_extension", Number(row.extension));
    if (extension) members.set(Places.key(row.catalog, Number(row.oid)), extension);
  }
  return members;
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
