import { type ColumnBody, relationOf } from "../../schema/kinds/column";
import { tableBody } from "../../schema/kinds/table";
import { factsOfKind } from "../../schema/lookups";
import { withFacts } from "../../schema/map-role";
import { literal } from "../../schema/sql-text";
import type { Fact, FactId, Snapshot } from "../../schema/types";
import { rewriteText, type TextChange } from "./body";
import { type NameRules, nameParts, rewriteQualified } from "./text";
import type { RenamedKind } from "./types";

/** A rename as the catalog carries it out. */
export interface Move {
  kind: RenamedKind;
  /** Names after the colon of the fact's id; of enum values, the value alone. */
  from: string;
  to: string;
  /** The fact: of an enum value, its type. */
  id: FactId;
}

/**
 * The snapshot as PostgreSQL would leave it after these renames, done at once. Where the text that it would print
 * cannot be foretold (queries over a renamed column), the text is made to differ from every other, so that the
 * definition is written anew.
 */
export function moveFacts(
  snapshot: Snapshot,
  moves: readonly Move[],
): { snapshot: Snapshot; ids: Map<FactId, FactId> } {
  const rules = rulesOf(moves);
  const ids = new Map<FactId, FactId>();
  const touched = touchedIds(snapshot, moves);
  const schemas = moves.some((move) => move.kind === "schema");
  const labels = rules.labels.size > 0;
  const moved: Fact[] = [];
  for (const fact of snapshot.facts.values()) {
    const affected =
      schemas ||
      (labels && fact.body.bound) ||
      fact.kind === "sequence" ||
      touched.has(fact.id) ||
      (fact.parent !== null && touched.has(fact.parent)) ||
      fact.deps.some((id) => touched.has(id));
    const next = affected ? moveFact(fact, snapshot, rules, moves) : fact;
    if (next.id !== fact.id) ids.set(fact.id, next.id);
    moved.push(next);
  }
  const mapped = moved.map((fact) => withIds(fact, ids));
  return { snapshot: withFacts(snapshot, new Map(mapped.map((fact) => [fact.id, fact]))), ids };
}

function rulesOf(moves: readonly Move[]): NameRules {
  const rules: NameRules = {
    qualified: new Map(),
    schemas: new Map(),
    columns: new Map(),
    constraints: new Map(),
    labels: new Map(),
  };
  const nested = (map: Map<string, Map<string, string>>, owner: string, from: string, to: string) =>
    map.set(owner, (map.get(owner) ?? new Map()).set(from, to));
  for (const { kind, from, to, id } of moves) {
    const [schema = "", name = "", part = ""] = nameParts(from);
    if (kind === "schema") rules.schemas.set(from, to);
    else if (kind === "enum_value")
      nested(rules.labels, id.slice("enum:".length), literal(from), literal(to));
    else if (kind === "column") nested(rules.columns, `${schema}.${name}`, part, nameParts(to)[2] ?? "");
    else if (kind === "constraint" || kind === "domain_constraint")
      nested(rules.constraints, `${schema}.${name}`, part, nameParts(to)[2] ?? "");
    else rules.qualified.set(`${schema}.${name}`, nameParts(to).slice(0, 2).join("."));
  }
  return rules;
}

/** What is renamed, with its parts: whatever needs one of them may name it. */
function touchedIds(snapshot: Snapshot, moves: readonly Move[]): Set<FactId> {
  const touched = new Set<FactId>();
  for (const { id } of moves) {
    touched.add(id);
    for (const child of snapshot.children.get(id) ?? []) touched.add(child.id);
    const parent = snapshot.facts.get(id)?.parent;
    if (parent) touched.add(parent);
  }
  return touched;
}

function withIds(fact: Fact, ids: Map<FactId, FactId>): Fact {
  const parent = fact.parent === null ? null : (ids.get(fact.parent) ?? fact.parent);
  const deps = fact.deps.some((id) => ids.has(id)) ? fact.deps.map((id) => ids.get(id) ?? id) : fact.deps;
  return parent === fact.parent && deps === fact.deps ? fact : { ...fact, parent, deps };
}

function moveFact(fact: Fact, snapshot: Snapshot, rules: NameRules, moves: readonly Move[]): Fact {
  const named = moveName(fact, rules);
  const change: TextChange = { rules, moves, fact, snapshot };
  const body = rewriteText(change);
  if (fact.kind === "index") body.definition = renameInIndex(fact, named.name, String(body.definition));
  if (fact.kind === "enum") body.labels = movedLabels(fact, rules);
  if (fact.kind === "column") keepNotNullName(fact, named, body as unknown as ColumnBody);
  const schema = fact.schema === null ? null : (movedSchema(fact, named.name, rules) ?? fact.schema);
  const deps =
    schema === fact.schema || rules.schemas.size > 0
      ? fact.deps
      : fact.deps.map((id) => (id === `schema:${fact.schema}` ? `schema:${schema}` : id));
  return { ...fact, ...named, schema, body, deps };
}

/** The definition of an index has its name without a schema. */
function renameInIndex(fact: Fact, name: string, definition: string): string {
  const [before, after] = [nameParts(fact.name)[1], nameParts(name)[1]];
  return before === after
    ? definition
    : definition.replace(` INDEX ${before} ON `, () => ` INDEX ${after} ON `);
}

function movedLabels(fact: Fact, rules: NameRules): string[] {
  const labels = rules.labels.get(fact.name);
  const known = new Map([...(labels ?? [])]);
  return (fact.body.labels as string[]).map((label) => {
    const renamed = known.get(literal(label));
    return renamed === undefined ? label : unquoted(renamed);
  });
}

function unquoted(text: string): string {
  const inner = text.replace(/^E?'/, "").slice(0, -1).replaceAll("''", "'");
  return text.startsWith("E") ? inner.replaceAll("\\\\", "\\") : inner;
}

/** NOT NULL keeps the name that it got from the old ones (PostgreSQL 18). */
function keepNotNullName(fact: Fact, named: { id: FactId }, body: ColumnBody): void {
  const usual = (id: FactId) => nameParts(id.slice("column:".length)).slice(1).join(".");
  if (usual(named.id) === usual(fact.id) || !body.notNull || body.notNullInherited || body.notNullConstraint)
    return;
  if (body.notNullName === null) return;
  body.notNullConstraint = { name: body.notNullName, noInherit: false, notValid: false, comment: null };
}

function movedSchema(fact: Fact, name: string, rules: NameRules): string | undefined {
  const renamed = rules.schemas.get(fact.schema ?? "");
  if (renamed !== undefined) return renamed;
  return fact.kind === "constraint"
    ? nameParts(rules.qualified.get(relationOf(fact)) ?? "")[0]
    : nameParts(name)[0];
}

const PARTS = new Set(["column", "default", "constraint", "domain_constraint", "trigger", "rule", "policy"]);

/** Id and name after the renames. */
function moveName(fact: Fact, rules: NameRules): { id: FactId; name: string } {
  const text = fact.id.slice(fact.kind.length + 1);
  if (PARTS.has(fact.kind)) {
    const relation = relationOf(fact);
    const names = fact.kind === "column" || fact.kind === "default" ? rules.columns : rules.constraints;
    const own = fact.kind === "trigger" || fact.kind === "rule" || fact.kind === "policy";
    const name = (own ? undefined : names.get(relation)?.get(fact.name)) ?? fact.name;
    const on = rewriteQualified(relation, { ...rules, columns: new Map() });
    return { id: `${fact.kind}:${on}.${name}`, name };
  }
  if (fact.kind === "schema") {
    const name = rules.schemas.get(fact.name) ?? fact.name;
    return { id: `schema:${name}`, name };
  }
  if (!text.includes(".")) return { id: fact.id, name: fact.name };
  return {
    id: `${fact.kind}:${rewriteQualified(text, rules)}`,
    name: rewriteQualified(fact.name, rules),
  };
}

/** Tables that get their columns and checks from this one, at any distance. */
export function descendantsOf(snapshot: Snapshot, table: string): string[] {
  const found: string[] = [];
  for (const fact of factsOfKind(snapshot, "table")) {
    const { partitionOf, inherits } = tableBody(fact);
    if (partitionOf === table || inherits.includes(table))
      found.push(fact.name, ...descendantsOf(snapshot, fact.name));
  }
  return [...new Set(found)];
}
