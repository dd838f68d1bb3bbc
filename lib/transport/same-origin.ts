/**
 * Whether a page of ours sent a request: by Fetch Metadata, else by Origin against Host. Browsers say where a request
 * comes from; one that says nothing is no page of ours.
 */
export function isSameOrigin({ headers }: { headers: Headers }): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site === "same-origin";
  const origin = headers.get("origin");
  const host = headers.get("x-forwarded-host") ?? headers.get("host");
  return origin !== null && URL.canParse(origin) && new URL(origin).host === host;
}
