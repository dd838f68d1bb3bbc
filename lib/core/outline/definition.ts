import { afterCreate } from "../diff/common-parts";
import { kindOf, rankOf } from "../schema/kinds/all";
import type { Fact, Snapshot } from "../schema/types";

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
  const ordered = [object, ...parts.filter((part) => !isInside(part)).sort(byRank)];
  const made = ordered.flatMap((fact) => kindOf(fact.kind).create(fact, around));
  const after = [object, ...parts].flatMap((fact) => afterCreate(fact, around));
  return [...made, ...after].map((sql) => `${sql.trimEnd().replace(/;$/, "")};`).join("\n\n");
}

/** Columns of tables are written inside of CREATE TABLE; those of views carry only comments and privileges. */
function isInside(part: Fact): boolean {
  return part.kind === "column";
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
