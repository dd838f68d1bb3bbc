import type pg from "pg";
import type { Fact, FactId, Snapshot } from "../../core/schema/types";
import { Places } from "./places";

type Edge = [string, number, number, string, number, number];

/** Fills `deps` from pg_depend. */
export async function readDependencies(
  client: pg.ClientBase,
  snapshot: Snapshot,
  places: Places,
): Promise<void> {
  const { rows } = await client.query({
    text: `SELECT c.relname, d.objid, d.objsubid, r.relname, d.refobjid, d.refobjsubid FROM pg_depend d
      JOIN pg_class c ON c.oid = d.classid JOIN pg_class r ON r.oid = d.refclassid
      WHERE d.objid >= 16384 AND (d.refobjid >= 16384 OR d.refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))`,
    rowMode: "array",
  });
  const members = await readMembers(client, places);
  const find = (catalog: string, oid: number, sub: number) =>
    places.find(catalog, oid, sub) ?? members.get(Places.key(catalog, oid));
  const known = new Map<Fact, Set<FactId>>();
  for (const [catalog, oid, sub, refCatalog, refOid, refSub] of rows as Edge[]) {
    const id = find(catalog, Number(oid), sub);
    const ref = find(refCatalog, Number(refOid), refSub);
    if (id === undefined || ref === undefined || id === ref) continue;
    const fact = snapshot.facts.get(id);
    const other = snapshot.facts.get(ref);
    if (!fact || !other || fact.parent === ref || other.parent === id) continue;
    // OWNED BY is an action of its own, after both exist.
    if (fact.kind === "sequence" && other.kind === "column") continue;
    const deps = known.get(fact) ?? new Set(fact.deps);
    known.set(fact, deps.add(ref));
  }
  for (const [fact, deps] of known) fact.deps = [...deps];
  untangleTypes(snapshot);
}

/** Members of extensions stand for the extension. */
async function readMembers(client: pg.ClientBase, places: Places): Promise<Map<string, FactId>> {
  const { rows } = await client.query<{ catalog: string; oid: number; extension: number }>(
    "SELECT c.relname AS catalog, d.objid AS oid, d.refobjid AS extension FROM pg_depend d JOIN pg_class c ON c.oid = d.classid WHERE d.deptype = 'e'",
  );
  const members = new Map<string, FactId>();
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
