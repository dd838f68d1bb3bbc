import type pg from "pg";
import { type ForeignKey, readForeignKeys } from "./relation";
import type { Resolved } from "./resolve";

/** Entries that are put back together, with the foreign keys of each. */
export interface Group {
  members: Resolved[];
  /** Between two of its tables, or two entries of one: neither can come first. */
  circular: { relation: string; key: ForeignKey }[];
}

/**
 * Groups entries of whole rows so that parents come before their children, whatever order the statements had. Tables
 * that refer to each other in a ring are one group; so are several entries of a table that refers to itself.
 */
export async function orderByReferences(
  client: pg.ClientBase,
  entries: readonly Resolved[],
): Promise<Group[]> {
  const roots = [...new Set(entries.map(({ relation }) => relation.root))];
  const keys = new Map<number, { relation: string; key: ForeignKey }[]>(roots.map((root) => [root, []]));
  for (const oid of new Set(entries.map(({ relation }) => relation.oid))) {
    const isAlone = entries.filter((one) => one.relation.oid === oid).length === 1;
    const { relation, root } = (entries.find((one) => one.relation.oid === oid) as Resolved).relation;
    for (const key of await readForeignKeys(client, oid))
      if (key.parentRoot === root ? !isAlone && !key.inherited : keys.has(key.parentRoot))
        keys.get(root)?.push({ relation, key });
  }
  const parents = new Map(
    roots.map((root) => [root, new Set(keys.get(root)?.map(({ key }) => key.parentRoot))]),
  );
  return rings(parents).map((ring) => ({
    members: entries.filter(({ relation }) => ring.has(relation.root)),
    circular: [...ring].flatMap((root) =>
      (keys.get(root) ?? []).filter(({ key }) => ring.has(key.parentRoot)),
    ),
  }));
}

/** Strongly connected components, those that others point at first (Tarjan). */
function rings(edges: ReadonlyMap<number, ReadonlySet<number>>): Set<number>[] {
  const found: Set<number>[] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const visit = (node: number) => {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    open.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (open.includes(next)) low.set(node, Math.min(low.get(node) as number, low.get(next) as number));
    }
    if (low.get(node) === index.get(node)) found.push(new Set(open.splice(open.indexOf(node))));
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}
