/** A reference from one table to another. */
export interface Link {
  /** Ordinals. */
  from: number;
  to: number;
  kind: "foreign_key" | "inherits";
  /** Name of the constraint; empty for inheritance. */
  part: string;
}

interface Table {
  ordinal: number;
  schema: string;
  name: string;
}

interface Wish {
  schema: string | null;
  /** Ordinal of the table in the middle. */
  focus: number | null;
  depth: number;
  /** `schema.name` of tables that are shown before others: those that a deployment changes. */
  first: ReadonlySet<string>;
  most: number;
}

/** Which tables a diagram shows. Where they are too many: the changed ones, then those with the most references. */
export function chooseTables(
  tables: readonly Table[],
  links: readonly Link[],
  wish: Wish,
): { ordinals: number[]; total: number } {
  const fitting =
    wish.focus === null
      ? tables.filter((table) => wish.schema === null || table.schema === wish.schema)
      : around(tables, links, wish.focus, wish.depth);
  if (fitting.length <= wish.most) {
    return { ordinals: fitting.map((table) => table.ordinal), total: fitting.length };
  }
  const degree = new Map<number, number>();
  for (const { from, to } of links) for (const end of [from, to]) degree.set(end, (degree.get(end) ?? 0) + 1);
  const weight = (table: Table) =>
    (table.ordinal === wish.focus ? 2e9 : 0) +
    (wish.first.has(`${table.schema}.${table.name}`) ? 1e9 : 0) +
    (degree.get(table.ordinal) ?? 0);
  const ordinals = [...fitting]
    .sort((a, b) => weight(b) - weight(a) || a.ordinal - b.ordinal)
    .slice(0, wish.most)
    .map((table) => table.ordinal);
  return { ordinals: ordinals.sort((a, b) => a - b), total: fitting.length };
}

function around(tables: readonly Table[], links: readonly Link[], focus: number, depth: number): Table[] {
  let reached = new Set([focus]);
  for (let step = 0; step < depth; step++) {
    const next = new Set(reached);
    for (const { from, to } of links) {
      if (reached.has(from)) next.add(to);
      if (reached.has(to)) next.add(from);
    }
    reached = next;
  }
  return tables.filter((table) => reached.has(table.ordinal));
}
