import type { Actor } from "../access/actor";
import { anonymousActor } from "../access/session-actor";
import { findTokenActor } from "../access/token-actor";
import { db } from "../db/client";
import { DomainError } from "../errors";
import { isSameOrigin } from "./same-origin";
import { isSecure, originOf, sessionCookieName, signedInFrom } from "./session";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Who sent a request of the API: an API token (`Authorization: Bearer dbm_…`), else the session cookie, which
 * changes something only when the request comes from our own pages.
 * @throws DomainError unauthenticated for a token that is refused, forbidden for another site's request
 */
export async function actorFromRequest(request: Request): Promise<Actor> {
  const origin = originOf(request.headers);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const [scheme, token = ""] = authorization.trim().split(/\s+/);
    if (scheme?.toLowerCase() === "bearer") return findTokenActor(db(), token, origin);
    throw new DomainError("unauthenticated", "access.scheme", "Only bearer tokens are understood here.");
  }
  const cookie = readCookie(request.headers.get("cookie"), sessionCookieName(isSecure(request.headers)));
  const session = await signedInFrom(cookie, origin);
  if (!session) return anonymousActor(origin);
  if (!SAFE_METHODS.has(request.method) && !isSameOrigin(request)) {
    throw new DomainError("forbidden", "access.other_site", "This request came from another site.", {
      hint: "Use an API token.",
    });
  }
  return session.actor;
}

function readCookie(header: string | null, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    // Our cookie is letters, digits, "-", "_" and "."; whatever else stands there is not one of ours.
    if (key === name) return value.join("=");
  }
  return undefined;
}
