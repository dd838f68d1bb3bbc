import type { Db } from "../db/client";
import type { Actor } from "./actor";

/** What the signed cookie holds: everything else is read from the rows on each request. */
export interface SessionClaims {
  sessionId: string;
  userId: string;
  /** users.session_version at sign-in; raising it ends every session of the user. */
  version: number;
}

/** Where a request came from, for audit rows and limits. */
export interface Origin {
  ip?: string;
  userAgent?: string;
}

/** A session lives this long; a person signs in again after it. */
export const SESSION_SECONDS = 14 * 24 * 3600;
const SEEN_EVERY_MS = 5 * 60_000;

export function anonymousActor(origin: Origin): Actor {
  return { kind: "anonymous", id: null, label: "anonymous", userId: null, instanceAdmin: false, ...origin };
}

/** A person as the interface needs them, beside the actor. */
export interface SignedIn {
  actor: Actor;
  user: {
    id: string;
    email: string;
    name: string;
    locale: string;
    theme: string;
    hasTotp: boolean;
    hasPassword: boolean;
  };
}

/** The person of a session; null when it is revoked, expired, stale, or its user is disabled. */
export async function findSignedIn(db: Db, claims: SessionClaims, origin: Origin): Promise<SignedIn | null> {
  const session = await db.session.findUnique({
    where: { id: claims.sessionId },
    include: { user: true },
  });
  const now = new Date();
  if (!session || session.revokedAt || session.expiresAt <= now) return null;
  const user = session.user;
  if (user.id !== claims.userId || user.disabledAt || user.sessionVersion !== claims.version) return null;
  if (now.getTime() - session.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await db.session.updateMany({ where: { id: session.id, revokedAt: null }, data: { lastSeenAt: now } });
  }
  return {
    actor: {
      kind: "user",
      id: user.id,
      label: user.email,
      userId: user.id,
      instanceAdmin: user.instanceAdmin,
      sessionId: session.id,
      ...origin,
    },
    user: {
      id: user.id,
      email: user.email,
      name: user.name,
      locale: user.locale,
      theme: user.theme,
      hasTotp: user.totpSecret !== null,
      hasPassword: user.passwordHash !== null,
    },
  };
}
