import type { ColumnBody } from "../schema/kinds/column";
import type { Fact, Kind } from "../schema/types";

/** Types whose values columns keep when they are made anew (see swap-types). */
export const SWAPPED_TYPES: ReadonlySet<Kind> = new Set<Kind>(["enum", "domain", "range", "composite"]);
/** Those and what columns are sorted by. */
export const SWAPPED_KINDS: ReadonlySet<Kind> = new Set<Kind>([...SWAPPED_TYPES, "collation"]);

/** Whether a change of this fact makes PostgreSQL refuse what looks at it: a column's type, a composite's attributes. */
export function isRetype(from: Fact, to: Fact): boolean {
  if (from.kind === "column") {
    const [a, b] = [from.body as unknown as ColumnBody, to.body as unknown as ColumnBody];
    return (
      a.type !== b.type ||
      a.collation !== b.collation ||
      (a.generated !== "" && a.expression !== b.expression)
    );
  }
  return from.kind === "composite" && JSON.stringify(from.body) !== JSON.stringify(to.body);
}
