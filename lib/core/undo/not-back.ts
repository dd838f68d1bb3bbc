/** What became of kept rows when they were put back, as outcomes and events tell it. */
interface Told {
  newer: number;
  gone: number;
  orphaned: number;
  refused?: number;
  lacking?: string[];
  message?: string;
}

/** One kind of what did not come back. `message`: PostgreSQL's, of what it refused; `columns`: those that are not there. */
export interface NotBack {
  kind: "newer" | "gone" | "orphaned" | "refused" | "lacking";
  count: number;
  message: string;
  columns: string;
}

/** What did not come back and why, in the order in which it is said. Older programs told less. */
export function whatIsNotBack({
  newer,
  gone,
  orphaned,
  refused = 0,
  lacking = [],
  message = "",
}: Told): NotBack[] {
  const counts = { newer, gone, orphaned, refused, lacking: lacking.length };
  const columns = lacking.join(", ");
  return (["newer", "gone", "orphaned", "refused", "lacking"] as const)
    .map((kind) => ({ kind, count: counts[kind], message, columns }))
    .filter(({ count }) => count > 0);
}
