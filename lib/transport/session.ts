import { cookies, headers } from "next/headers";
import { decode, type JWT } from "next-auth/jwt";
import { cache } from "react";
import type { Actor } from "../access/actor";
import {
  anonymousActor,
  findSignedIn,
  type Origin,
  type SessionClaims,
  type SignedIn,
} from "../access/session-actor";
import { db } from "../db/client";
import { instanceKeys } from "../db/secrets";
import { env } from "../env";

/** Keys that encrypt the session cookie (the first) and open it (all), derived from DBMIGRATOR_SECRET. */
export function sessionSecrets(): [string, ...string[]] {
  const [first, ...rest] = instanceKeys("session").map((key) => Buffer.from(key).toString("hex"));
  return [first ?? "", ...rest];
}

/** The cookie's name: with https the browser is told to refuse it on a plain connection. */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Secure-dbmigrator.session" : "dbmigrator.session";
}

/** Whether the browser speaks https, as the server or the proxy in front says. */
export function isSecure(requestHeaders: Headers): boolean {
  return (requestHeaders.get("x-forwarded-proto") ?? "http").split(",")[0]?.trim() === "https";
}

/** Address and browser of a request. Of X-Forwarded-For only what our own proxies wrote is believed. */
export function originOf(requestHeaders: Headers): Origin {
  const chain = (requestHeaders.get("x-forwarded-for") ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  // Fewer entries than proxies: what there is was written by one of them, and whoever asks is limited by it.
  const ip = chain.at(-Math.max(1, env().DBMIGRATOR_PROXIES)) ?? chain[0];
  const userAgent = requestHeaders.get("user-agent")?.slice(0, 300);
  return { ...(ip ? { ip: ip.slice(0, 60) } : {}), ...(userAgent ? { userAgent } : {}) };
}

/** The claims inside a decoded cookie; null when it is another kind of token. */
export function claimsOf({ sub, sid, ver }: JWT): SessionClaims | null {
  return sub && typeof sid === "string" && typeof ver === "number"
    ? { sessionId: sid, userId: sub, version: ver }
    : null;
}

/** What the cookie claims; null when it is not ours, expired or forged. */
export async function readClaims(token: string | undefined): Promise<SessionClaims | null> {
  if (!token || token.length > 4096) return null;
  for (const secret of sessionSecrets()) {
    const payload = await decode({ token, secret }).catch(() => null);
    const claims = payload && claimsOf(payload);
    if (claims) return claims;
  }
  return null;
}

/** The person of a cookie and headers; null when nobody is signed in. Reads the session's row each time. */
export async function signedInFrom(token: string | undefined, origin: Origin): Promise<SignedIn | null> {
  const claims = await readClaims(token);
  return claims ? findSignedIn(db(), claims, origin) : null;
}

/** The person behind this request of a page or an action; null when nobody is. Once per request. */
export const currentSession = cache(async (): Promise<SignedIn | null> => {
  const [jar, requestHeaders] = await Promise.all([cookies(), headers()]);
  const token = jar.get(sessionCookieName(isSecure(requestHeaders)))?.value;
  return signedInFrom(token, originOf(requestHeaders));
});

/** Who asks; an anonymous actor when nobody is signed in. */
export async function currentActor(): Promise<Actor> {
  const session = await currentSession();
  return session?.actor ?? anonymousActor(originOf(await headers()));
}
