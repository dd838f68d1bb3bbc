import { isEqual } from "../schema/equal";
import { sameGrants } from "../schema/grants";
import { kindOf } from "../schema/kinds/all";
import { factsMissingIn } from "../schema/lookups";
import { withMembers } from "../schema/members";
import type { Fact, FactId, Snapshot } from "../schema/types";

export interface CompareOptions {
  /** Who owns what is left out of the comparison. */
  ignoreOwners?: boolean;
  /** Grants and default privileges are left out. */
  ignoreGrants?: boolean;
}

export interface Difference {
  id: FactId;
  change: "added" | "removed" | "changed";
  from: Fact | null;
  to: Fact | null;
  /** Which parts of a changed fact differ. */
  parts: ("body" | "owner" | "comment" | "acl")[];
}

/** What differs between two snapshots, fact by fact. Empty: the schemas are the same. */
export function compareSnapshots(
  source: Snapshot,
  target: Snapshot,
  options: CompareOptions = {},
): Difference[] {
  const { from, to } = withMembers(source, target);
  const differences: Difference[] = [];
  for (const fact of from.facts.values()) {
    const other = to.facts.get(fact.id);
    if (!other) differences.push({ id: fact.id, change: "removed", from: fact, to: null, parts: [] });
    else {
      const parts = differingParts(fact, other, options);
      if (parts.length > 0)
        differences.push({ id: fact.id, change: "changed", from: fact, to: other, parts });
    }
  }
  for (const fact of factsMissingIn(from, to))
    differences.push({ id: fact.id, change: "added", from: null, to: fact, parts: [] });
  return options.ignoreGrants
    ? differences.filter((one) => !one.id.startsWith("default_privileges:"))
    : differences;
}

function differingParts(a: Fact, b: Fact, options: CompareOptions): Difference["parts"] {
  const parts: Difference["parts"] = [];
  if (!isEqual(a.body, b.body) && differsWhereCompared(a, b)) parts.push("body");
  if (!options.ignoreOwners && a.owner !== b.owner) parts.push("owner");
  if (a.comment !== b.comment) parts.push("comment");
  if (!options.ignoreGrants && a.kind !== "default_privileges" && !sameGrants(a.acl, b.acl))
    parts.push("acl");
  return parts;
}

function differsWhereCompared(a: Fact, b: Fact): boolean {
  const { compared } = kindOf(a.kind);
  return compared === undefined || !isEqual(compared(a), compared(b));
}
