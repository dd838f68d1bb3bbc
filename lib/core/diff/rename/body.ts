import { relationOf } from "../../schema/kinds/column";
import type { Fact, Snapshot } from "../../schema/types";
import type { Move } from "./facts";
import {
  type NameRules,
  nameParts,
  rewriteAlias,
  rewriteColumns,
  rewriteLabels,
  rewriteQualified,
} from "./text";

export interface TextChange {
  rules: NameRules;
  moves: readonly Move[];
  fact: Fact;
  snapshot: Snapshot;
}

/** Texts that are no SQL, and bodies of functions, which PostgreSQL leaves as they are. */
const NO_SQL = new Set(["labels", "name", "comment", "source", "language", "publish", "options", "position"]);
const QUERIES = new Set(["view", "materialized_view", "rule", "function", "policy"]);

/** The body of a fact after the renames. */
export function rewriteText(change: TextChange): Record<string, unknown> {
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return NO_SQL.has(key) ? value : rewriteOne(value, key, change);
    if (Array.isArray(value)) return NO_SQL.has(key) ? value : value.map((one) => walk(one, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
  };
  return walk(change.fact.body, "") as Record<string, unknown>;
}

function rewriteOne(text: string, key: string, change: TextChange): string {
  const { rules, fact } = change;
  let result = rewriteQualified(text, rules);
  if (QUERIES.has(fact.kind)) {
    for (const [from, to] of rules.qualified)
      result = rewriteAlias(result, nameParts(from)[1] ?? "", nameParts(to)[1] ?? "");
  }
  if (rules.labels.size > 0) result = rewriteLabels(result, rules.labels);
  if (rules.labels.size > 0 && key === "bound") result = rewriteBound(result, rules);
  if (rules.columns.size > 0) result = rewriteForColumns(result, key, change);
  if (INDEX_NAMES.has(key) && fact.kind === "table") result = rewriteIndexName(result, change);
  if (rules.constraints.size > 0) result = rewriteKeyNames(result, key, change);
  return result;
}

const INDEX_NAMES = new Set(["replicaIndex", "clusterIndex"]);

/** Tables name their indexes without a schema. */
function rewriteIndexName(name: string, { rules, fact }: TextChange): string {
  return nameParts(rules.qualified.get(`${fact.schema}.${name}`) ?? "")[1] ?? name;
}

/** Bounds are printed without the type of their values. */
function rewriteBound(bound: string, rules: NameRules): string {
  for (const labels of rules.labels.values())
    for (const [from, to] of labels) if (bound.includes(from)) return bound.replaceAll(from, to);
  return bound;
}

/** What is printed over one table alone can be foretold; of queries, only that it changes. */
function rewriteForColumns(text: string, key: string, { rules, fact }: TextChange): string {
  const table = fact.kind === "table" ? fact.name : relationOf(fact);
  const columns = rules.columns.get(table);
  if (fact.kind === "constraint" && key === "definition") return rewriteKey(text, table, rules);
  if (columns === undefined) return QUERIES.has(fact.kind) && key !== "signature" ? differing(text) : text;
  const bare = nameParts(table)[1] ?? "";
  const after = (border: string) => {
    const at = text.indexOf(border);
    return at < 0 ? text : text.slice(0, at) + rewriteColumns(text.slice(at), columns, bare);
  };
  if (fact.kind === "index" && key === "definition") return after(" USING ");
  if (fact.kind === "statistics") return after(" ON ");
  if (fact.kind === "trigger") return after(" ");
  if (fact.kind === "rule") return differing(text);
  if (fact.kind === "table" && key !== "partitionKey" && key !== "partitionColumns") return text;
  if (fact.kind === "column" && key !== "expression") return text;
  return rewriteColumns(text, columns, bare);
}

/** Differs from everything that a catalog prints. */
function differing(text: string): string {
  return `\u0000${text}`;
}

/** `FOREIGN KEY (a) REFERENCES s.t(b)`: two tables, each with columns of its own. */
function rewriteKey(definition: string, table: string, rules: NameRules): string {
  const at = definition.startsWith("FOREIGN KEY") ? definition.indexOf(" REFERENCES ") : -1;
  const own = rules.columns.get(table);
  const bare = nameParts(table)[1] ?? "";
  const head = at < 0 ? definition : definition.slice(0, at);
  const first = own ? rewriteColumns(head, own, bare) : head;
  if (at < 0) return first;
  const [schema, name] = nameParts(definition.slice(at + " REFERENCES ".length));
  const other = rules.columns.get(`${schema}.${name}`);
  const open = definition.indexOf("(", at);
  const tail = definition.slice(open);
  return first + definition.slice(at, open) + (other ? rewriteColumns(tail, other, name ?? "") : tail);
}

/** A key's index has the key's name; partitions' keys name the one that they are attached to. */
function rewriteKeyNames(text: string, key: string, { rules, fact }: TextChange): string {
  const table = fact.kind === "table" ? fact.name : relationOf(fact);
  if (key === "index" || key === "replicaIndex" || key === "clusterIndex")
    return rules.constraints.get(table)?.get(text) ?? text;
  if (key !== "attachedTo") return text;
  const [schema, name = ""] = nameParts(text);
  for (const [owner, names] of rules.constraints) {
    const renamed = nameParts(owner)[0] === schema ? names.get(name) : undefined;
    if (renamed !== undefined) return `${schema}.${renamed}`;
  }
  return text;
}
