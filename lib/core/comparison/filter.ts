import { KIND_LIST } from "../schema/kinds/all";
import { nameOfId } from "../schema/lookups";
import type { Fact, FactId, Kind, Snapshot } from "../schema/types";

/** Which part of a database is looked at. */
export interface SchemaScope {
  /** Only what is in these schemas; empty: everything. Names as people write them, without quotes. */
  schemas?: readonly string[];
  /** Patterns with `*`: `audit` or `audit.*` (a schema), `public.tmp_*` (objects), `function:public.f*` (of a kind). */
  exclude?: readonly string[];
}

/** The part of a schema that `scope` leaves; parts of what is left out go with it. */
export function filterSnapshot(snapshot: Snapshot, scope: SchemaScope): Snapshot {
  const schemas = new Set((scope.schemas ?? []).filter((name) => name !== ""));
  const excluded = matcherOf(scope.exclude ?? []);
  if (schemas.size === 0 && (scope.exclude ?? []).length === 0) return snapshot;
  const kept = new Map<FactId, Fact>();
  const decide = (fact: Fact): boolean => {
    const parent = fact.parent === null ? undefined : snapshot.facts.get(fact.parent);
    if (parent && !decide(parent)) return false;
    if (schemas.size > 0 && !inSchemas(fact, parent, schemas)) return false;
    return !excluded(fact);
  };
  for (const fact of snapshot.facts.values()) if (decide(fact)) kept.set(fact.id, fact);
  const children = new Map<FactId, Fact[]>();
  for (const [id, parts] of snapshot.children) {
    const left = parts.filter((part) => kept.has(part.id));
    if (left.length > 0) children.set(id, left);
  }
  return { ...snapshot, facts: kept, children };
}

function inSchemas(fact: Fact, parent: Fact | undefined, schemas: Set<string>): boolean {
  if (parent) return true;
  if (fact.kind === "schema") return schemas.has(plainName(fact.name));
  if (fact.schema !== null) return schemas.has(plainName(fact.schema));
  return fact.kind === "default_privileges" && schemas.has(plainName(String(fact.body.schema ?? "")));
}

/** `"Odd.Name"` as Odd.Name; several parts stay apart by dots. */
export function plainName(name: string): string {
  return name.replace(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'));
}

/** Whether one of the patterns means a fact. */
export function matcherOf(patterns: readonly string[]): (fact: Fact) => boolean {
  const tests = patterns.filter((pattern) => pattern.trim() !== "").map((pattern) => testOf(pattern.trim()));
  return (fact) => tests.some((test) => test(fact));
}

function testOf(pattern: string): (fact: Fact) => boolean {
  const colon = /^([a-z_]+):(.+)$/.exec(pattern);
  const kind = colon && isKind(colon[1] ?? "") ? (colon[1] as Kind) : null;
  const text = plainName(kind ? (colon?.[2] ?? "") : pattern);
  const expression = new RegExp(`^${text.split("*").map(escapeText).join(".*")}$`, "su");
  const wholeSchema = !text.includes(".");
  return (fact) => {
    if (kind !== null && fact.kind !== kind) return false;
    const full = plainName(nameOfId(fact.id));
    if (expression.test(full) || expression.test(full.replace(/\(.*\)$/s, ""))) return true;
    return wholeSchema && fact.schema !== null && expression.test(plainName(fact.schema));
  };
}

function isKind(word: string): boolean {
  return KIND_LIST.some((one) => one.kind === word);
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
