/** Addresses of the schema pages. */
export function schemaHref(project: string, target: string, object?: string, text?: string): string {
  const query = new URLSearchParams({ target });
  if (text) query.set("q", text);
  if (object) query.set("object", object);
  return `/${project}/schema?${query}`;
}

export function diagramHref(
  project: string,
  target: string,
  more: { schema?: string | undefined; focus?: string | undefined; deployment?: number | undefined } = {},
): string {
  const query = new URLSearchParams({ target });
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, String(value));
  return `/${project}/schema/diagram?${query}`;
}
