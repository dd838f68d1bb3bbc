export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** One value of the address; empty and repeated ones are left out. */
export function one(params: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same list from another place on. */
export function pageHref(
  path: string,
  params: Record<string, string | string[] | undefined>,
  after: string | null,
): string | null {
  if (after === null) return null;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (typeof value === "string" && name !== "after") query.set(name, value);
  if (after !== "") query.set("after", after);
  return query.size > 0 ? `${path}?${query}` : path;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id of the address; what is none is ignored, as if it were not there. */
export function id(params: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = one(params, name);
  return value && uuid.test(value) ? value : undefined;
}
