import { factsOfKind, nameOfId } from "../schema/lookups";
import type { Fact, FactId, Kind, Snapshot } from "../schema/types";

/** Relations share one name space (docs: pg_class). */
const RELATIONS: readonly Kind[] = [
  "table",
  "view",
  "materialized_view",
  "sequence",
  "identity_sequence",
  "index",
  "composite",
];
/** Types share one too, and each relation with columns has a row type in it (docs: pg_type). */
const TYPES: readonly Kind[] = [
  "enum",
  "domain",
  "range",
  "base_type",
  "shell_type",
  "composite",
  "table",
  "view",
  "materialized_view",
];
export const BOTH: readonly Kind[] = [...new Set([...RELATIONS, ...TYPES])];

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

/** A key's index and a plain index may follow one another under one name. */
function indexClash(fact: Fact, from: Snapshot): FactId[] {
  if (fact.kind === "constraint") {
    const id = `index:${fact.schema}.${fact.name}`;
    return from.facts.has(id) ? [id] : [];
  }
  const name = fact.name.slice((fact.schema ?? "").length + 1);
  const siblings = fact.parent ? (from.children.get(fact.parent) ?? []) : [];
  return siblings.filter((one) => one.kind === "constraint" && one.body.index === name).map((one) => one.id);
}
