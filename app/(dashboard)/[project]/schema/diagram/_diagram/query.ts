/** What the address of the diagram says. */
export interface DiagramQuery {
  target: string;
  /** Quoted as SQL writes it. */
  schema: string | null;
  /** Id of the table in the middle. */
  focus: string | null;
  depth: number;
  deployment: number | null;
  /** The table in place of the drawing. */
  list: boolean;
}

type Asked = Record<string, string | string[] | undefined>;

export function readDiagramQuery(asked: Asked, target: string): DiagramQuery {
  const one = (name: string) => {
    const value = asked[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const number = Number(one("deployment"));
  const depth = Number(one("depth"));
  return {
    target,
    schema: one("schema"),
    focus: one("focus"),
    depth: depth === 2 || depth === 3 ? depth : 1,
    deployment: Number.isSafeInteger(number) && number > 0 ? number : null,
    list: one("view") === "list",
  };
}

export function diagramAddress(
  project: string,
  query: DiagramQuery,
  changes: Partial<DiagramQuery> = {},
): string {
  const { target, schema, focus, depth, deployment, list } = { ...query, ...changes };
  const search = new URLSearchParams({ target });
  if (schema !== null) search.set("schema", schema);
  if (focus !== null) search.set("focus", focus);
  if (focus !== null && depth > 1) search.set("depth", String(depth));
  if (deployment !== null) search.set("deployment", String(deployment));
  if (list) search.set("view", "list");
  return `/${project}/schema/diagram?${search}`;
}
