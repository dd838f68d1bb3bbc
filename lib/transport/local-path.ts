const BASE = "http://here.invalid";

/** A path of this site from a parameter that anybody could have written; "/" for everything else. */
export function localPath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/") || !URL.canParse(value, BASE)) return "/";
  const url = new URL(value, BASE);
  return url.origin === BASE ? url.pathname + url.search + url.hash : "/";
}
