import type { Group, SchemaGroup } from "@/lib/core/outline/outline";

/** A line of the tree as it is unfolded now. */
export type TreeRow =
  | { kind: "schema"; key: string; schema: string | null; count: number; open: boolean; level: 1 }
  | { kind: "group"; key: string; group: Group; count: number; open: boolean; level: 2; parent: string }
  | { kind: "object"; key: string; ordinal: number; level: 3; parent: string };

export function schemaKey(schema: string | null): string {
  return `s:${schema ?? ""}`;
}

export function groupKey(group: Pick<SchemaGroup, "schema" | "group">): string {
  return `g:${group.schema ?? ""}:${group.group}`;
}

/** The lines of the tree, given which folders are open. */
export function treeRows(groups: readonly SchemaGroup[], open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const schemas = [...new Set(groups.map((group) => group.schema))];
  for (const schema of schemas) {
    const own = groups.filter((group) => group.schema === schema);
    const key = schemaKey(schema);
    const count = own.reduce((sum, group) => sum + group.count, 0);
    rows.push({ kind: "schema", key, schema, count, open: open.has(key), level: 1 });
    if (open.has(key)) for (const group of own) pushGroup(rows, group, open);
  }
  return rows;
}

function pushGroup(rows: TreeRow[], group: SchemaGroup, open: ReadonlySet<string>): void {
  const key = groupKey(group);
  const isOpen = open.has(key);
  rows.push({
    ...{ kind: "group" as const, key, group: group.group, count: group.count },
    ...{ open: isOpen, level: 2 as const, parent: schemaKey(group.schema) },
  });
  if (!isOpen) return;
  for (let ordinal = group.first; ordinal < group.first + group.count; ordinal++)
    rows.push({ kind: "object", key: `o:${ordinal}`, ordinal, level: 3, parent: key });
}

/** What is open at first: the folders of the chosen object; without one, the first schema with its first folder. */
export function openAtFirst(groups: readonly SchemaGroup[], chosen: number | null): Set<string> {
  const around =
    chosen === null
      ? groups[0]
      : groups.find((group) => chosen >= group.first && chosen < group.first + group.count);
  const open = new Set<string>();
  if (around) for (const key of [schemaKey(around.schema), groupKey(around)]) open.add(key);
  // Few schemas: their folders are seen at once.
  const schemas = new Set(groups.map((group) => group.schema));
  if (schemas.size <= 4) for (const schema of schemas) if (schema !== null) open.add(schemaKey(schema));
  return open;
}
