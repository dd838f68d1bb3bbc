import { type NextRequest, NextResponse } from "next/server";
import { isSameOrigin } from "./lib/transport/same-origin";

/** Runs before every page: a fresh nonce for its scripts, and the headers that keep other sites out. */
export function proxy(request: NextRequest): NextResponse {
  if (changesSomething(request) && !isSameOrigin(request)) {
    const refusal = { code: "access.other_site", message: "This request came from another site." };
    return NextResponse.json(refusal, { status: 403, headers: HEADERS });
  }
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  headers.set("x-dbmigrator-path", request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  if (request.nextUrl.protocol === "https:" || request.headers.get("x-forwarded-proto") === "https") {
    response.headers.set("strict-transport-security", "max-age=31536000");
  }
  return response;
}

/** What the pages send: server actions and streams, which rest on the cookie alone. /api looks for itself. */
function changesSomething({ method, nextUrl }: NextRequest): boolean {
  return method !== "GET" && method !== "HEAD" && !nextUrl.pathname.startsWith("/api/");
}

const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Links of invitations carry a token: no other site gets to see where the reader came from.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};

/** Scripts run only with this answer's nonce. Styles may be inline: the editor and the charts set them as they draw. */
function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${development ? " ws: wss:" : ""}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export const config = {
  matcher: [{ source: "/((?!_next/static|_next/image|favicon.ico).*)" }],
};
