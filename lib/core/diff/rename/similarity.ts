import type { ColumnBody } from "../../schema/kinds/column";
import { tableBody } from "../../schema/kinds/table";
import { factsMissingIn } from "../../schema/lookups";
import type { Fact, Kind, Snapshot } from "../../schema/types";
import type { RenameCandidate } from "./types";

/** Less than half in common is no resemblance. */
const LEAST = 0.5;
/** More proposals for one object help nobody. */
const MOST = 5;

export const columnBody = (fact: Fact) => fact.body as unknown as ColumnBody;

/** Facts of a kind that the other side lacks. */
export function onlyIn(mine: Snapshot, other: Snapshot, kind: Kind): Fact[] {
  return factsMissingIn(other, mine).filter((fact) => fact.kind === kind);
}

/** Share of what both have in what either has. */
function overlap(a: Set<string>, b: Set<string>): number {
  let both = 0;
  for (const one of a) if (b.has(one)) both++;
  return both === 0 ? 0 : both / (a.size + b.size - both);
}

/** Names with their kinds, without the schema. */
function contentOf(snapshot: Snapshot): Map<string, Set<string>> {
  const content = new Map<string, Set<string>>();
  for (const fact of snapshot.facts.values()) {
    if (fact.schema === null || fact.parent !== null) continue;
    const names = content.get(fact.schema) ?? new Set();
    names.add(`${fact.kind} ${fact.name.slice(fact.schema.length + 1)}`);
    content.set(fact.schema, names);
  }
  return content;
}

export function schemaCandidates(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const [removed, added] = [onlyIn(from, to, "schema"), onlyIn(to, from, "schema")];
  if (removed.length === 0 || added.length === 0) return [];
  const [before, after] = [contentOf(from), contentOf(to)];
  return removed.flatMap((old) =>
    added.flatMap((next): RenameCandidate[] => {
      const similarity = overlap(before.get(old.name) ?? new Set(), after.get(next.name) ?? new Set());
      if (similarity < LEAST) return [];
      return [proposal("schema", old.name, next.name, similarity, "objects")];
    }),
  );
}

function proposal(
  kind: RenameCandidate["kind"],
  from: string,
  to: string,
  similarity: number,
  what: string,
): RenameCandidate {
  const same = similarity === 1;
  const share = Math.round(similarity * 100);
  const why = same ? `All ${what} are the same.` : `${share} % of the ${what} are the same.`;
  const reason = same ? "same_structure" : "similar_structure";
  return { kind, from, to, reason, why, similarity, silent: false };
}

interface Described {
  fact: Fact;
  columns: Set<string>;
}

function withColumns(facts: Fact[], snapshot: Snapshot): Described[] {
  return facts.map((fact) => ({
    fact,
    columns: new Set(
      (snapshot.children.get(fact.id) ?? [])
        .filter((child) => child.kind === "column")
        .map((child) => `${child.name} ${columnBody(child).type}`),
    ),
  }));
}

/** Tables that have most columns in common; those of a schema that may be renamed as a whole are left to it. */
export function tableCandidates(
  from: Snapshot,
  to: Snapshot,
  schemas: readonly RenameCandidate[],
): RenameCandidate[] {
  const leaving = new Set(schemas.map((one) => one.from));
  const removed = withColumns(
    onlyIn(from, to, "table").filter((fact) => !leaving.has(fact.schema ?? "")),
    from,
  );
  const added = withColumns(onlyIn(to, from, "table"), to);
  if (removed.length === 0 || added.length === 0) return [];
  const byColumn = new Map<string, Described[]>();
  for (const one of added)
    for (const column of one.columns) byColumn.set(column, [...(byColumn.get(column) ?? []), one]);
  return removed.flatMap((old) => {
    const found = new Set([...old.columns].flatMap((column) => (byColumn.get(column) ?? []).slice(0, 200)));
    return [...found]
      .filter((next) => tableBody(next.fact).kind === tableBody(old.fact).kind)
      .map((next) => ({ next, similarity: overlap(old.columns, next.columns) }))
      .filter(({ similarity }) => similarity >= LEAST)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, MOST)
      .map(({ next, similarity }) => proposal("table", old.fact.name, next.fact.name, similarity, "columns"));
  });
}

/** Columns of one table: one goes, one of the same type comes. Children follow their parents. */
export function columnCandidates(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const added = new Map<string, Fact[]>();
  for (const fact of onlyIn(to, from, "column"))
    if (fact.parent) added.set(fact.parent, [...(added.get(fact.parent) ?? []), fact]);
  return onlyIn(from, to, "column").flatMap((old) => {
    const next = added.get(old.parent ?? "") ?? [];
    const table = from.facts.get(old.parent ?? "");
    const inherited = isChild(table) && !columnBody(old).local;
    if (table?.kind !== "table" || inherited || columnBody(old).generated !== "") return [];
    return next
      .filter((one) => columnBody(one).type === columnBody(old).type && columnBody(one).generated === "")
      .map((one) => columnProposal(old, one, table, from, to))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, MOST);
  });
}

function columnProposal(old: Fact, next: Fact, table: Fact, from: Snapshot, to: Snapshot): RenameCandidate {
  const [a, b] = [columnBody(old), columnBody(next)];
  const value = (column: Fact, snapshot: Snapshot) =>
    snapshot.facts.get(`default:${table.name}.${column.name}`)?.body.expression;
  const same = [
    a.notNull === b.notNull,
    value(old, from) === value(next, to),
    a.collation === b.collation && a.identity === b.identity,
    a.position === b.position,
  ];
  const similarity = 0.6 + 0.1 * same.filter(Boolean).length;
  const alike = same.slice(0, 3).every(Boolean);
  return {
    kind: "column",
    from: `${table.name}.${old.name}`,
    to: `${table.name}.${next.name}`,
    reason: alike ? "same_column" : "same_type",
    type: a.type,
    why: `Both are ${a.type}${alike ? ", NOT NULL and default too" : ""}.`,
    similarity,
    silent: false,
  };
}

/** Whether a table gets columns and checks from another. */
function isChild(fact: Fact | undefined): boolean {
  if (fact?.kind !== "table") return false;
  const { partitionOf, inherits } = tableBody(fact);
  return partitionOf !== null || inherits.length > 0;
}
