import { afterCreate } from "../diff/common-parts";
import { kindOf, rankOf } from "../schema/kinds/all";
import { columnWith, defaultClause } from "../schema/kinds/default";
import { createTable, isWritten } from "../schema/kinds/table";
import type { Fact, FactId, Snapshot } from "../schema/types";

/**
 * The statements that would make an object with its parts, owner, privileges and comments; for reading and copying.
 * It need not run by itself: what it depends on is not written.
 * @param facts the object first, then its parts
 * @param version server_version_num of the server that it was read from
 */
export function writeDefinition(facts: readonly Fact[], version: number): string {
  const to = snapshotOf(facts, version);
  const around = { from: { ...snapshotOf([], version) }, to };
  const [object, ...parts] = facts;
  if (!object) return "";
  const values = defaultsInside(object, to);
  const apart = parts.filter((part) => !isInside(part, values));
  const made = [
    ...(object.kind === "table"
      ? createTable(object, around, values)
      : kindOf(object.kind).create(object, around)),
    ...apart.sort(byRank).flatMap((fact) => kindOf(fact.kind).create(fact, around)),
  ];
  const after = [object, ...parts].flatMap((fact) => afterCreate(fact, around));
  return [...made, ...after].map((sql) => `${sql.trimEnd().replace(/;$/, "")};`).join("\n\n");
}

/** Defaults that CREATE TABLE writes with their columns, by those. */
function defaultsInside(object: Fact, { facts }: Snapshot): Map<FactId, string> {
  const values = new Map<FactId, string>();
  for (const fact of facts.values()) {
    const column = fact.kind === "default" ? facts.get(columnWith(fact)) : undefined;
    if (column && isWritten(column, object)) values.set(column.id, defaultClause(fact));
  }
  return values;
}

/**
 * Columns of tables, and defaults with them, are written inside of CREATE TABLE; those of views carry only comments and
 * privileges.
 */
function isInside(part: Fact, values: ReadonlyMap<FactId, string>): boolean {
  return part.kind === "column" || (part.kind === "default" && values.has(columnWith(part)));
}

function byRank(a: Fact, b: Fact): number {
  return rankOf(a.kind) - rankOf(b.kind) || (a.name < b.name ? -1 : 1);
}

function snapshotOf(facts: readonly Fact[], version: number): Snapshot {
  const children = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (fact.parent !== null) children.set(fact.parent, [...(children.get(fact.parent) ?? []), fact]);
  }
  const owner = facts[0]?.owner ?? "";
  return {
    version,
    // Everybody's own object: the owner is said by a statement of its own only where a part has another one.
    currentRole: owner,
    facts: new Map(facts.map((fact) => [fact.id, fact])),
    children,
    members: new Map(),
    unsupported: [],
    unreadable: [],
  };
}
