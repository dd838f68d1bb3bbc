import { factsOfKind, nameOfId } from "../schema/lookups";
import { BOTH, RELATIONS, TYPES } from "../schema/name-spaces";
import type { Fact, FactId, Snapshot } from "../schema/types";

/** Other facts that must go before one of this name can be made. */
export function sameName(fact: Fact, from: Snapshot): FactId[] {
  const group = RELATIONS.includes(fact.kind) ? BOTH : TYPES.includes(fact.kind) ? TYPES : [];
  const ids = group
    .map((kind) => `${kind}:${fact.name}`)
    .filter((id) => id !== fact.id && from.facts.has(id));
  if (fact.kind === "function" || fact.kind === "aggregate") {
    const bare = nameOfId(fact.id);
    for (const kind of ["function", "aggregate"])
      if (`${kind}:${bare}` !== fact.id && from.facts.has(`${kind}:${bare}`)) ids.push(`${kind}:${bare}`);
  }
  if (fact.kind === "index" || fact.kind === "constraint") ids.push(...indexClash(fact, from));
  if (fact.body.isDefault === true) ids.push(...defaultClash(fact, from));
  return ids;
}

/** There is one default for a type and access method, and one in a schema for two encodings. */
function defaultClash(fact: Fact, from: Snapshot): FactId[] {
  const place = ({ kind, schema, body }: Fact) =>
    kind === "conversion" ? `${schema} ${body.source} ${body.target}` : `${body.type} ${body.method}`;
  return factsOfKind(from, fact.kind)
    .filter((one) => one.id !== fact.id && one.body.isDefault === true && place(one) === place(fact))
    .map((one) => one.id);
}

/** Indexes, of keys too, may follow one another under one name, and a table that follows another has its indexes' names. */
function indexClash(fact: Fact, from: Snapshot): FactId[] {
  const name = fact.kind === "index" ? fact.name : `${fact.schema}.${fact.body.index}`;
  const keys = keysByIndex(from).get(name) ?? [];
  return [`index:${name}`, ...keys].filter((id) => id !== fact.id && from.facts.has(id));
}

const lookups = new WeakMap<Snapshot, Map<string, FactId[]>>();

/** Keys and exclusions of a schema, by the names of their indexes. */
function keysByIndex(snapshot: Snapshot): Map<string, FactId[]> {
  let found = lookups.get(snapshot);
  if (!found) {
    found = new Map();
    for (const { id, schema, body } of factsOfKind(snapshot, "constraint")) {
      if (typeof body.index !== "string") continue;
      const name = `${schema}.${body.index}`;
      found.set(name, [...(found.get(name) ?? []), id]);
    }
    lookups.set(snapshot, found);
  }
  return found;
}

/** A routine without its arguments. */
export const bareRoutine = (id: FactId) => id.slice(0, id.indexOf("("));
