const BASE = "http://here.invalid";

/** A path of this site from a parameter that anybody could have written; "/" for everything else. */
export function localPath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/") || !URL.canParse(value, BASE)) return "/";
  const url = new URL(value, BASE);
  // Dots fold away: "/.//host" is the path "//host", which a browser takes for another site.
  if (url.origin !== BASE || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search + url.hash;
}
