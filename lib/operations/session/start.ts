import type { Actor } from "../../access/actor";
import { SESSION_SECONDS, type SessionClaims } from "../../access/session-actor";
import type { Tx } from "../../db/client";

/** Makes the session row that a cookie points at. */
export async function startSession(
  tx: Tx,
  user: { id: string; sessionVersion: number },
  actor: Actor,
): Promise<SessionClaims> {
  const session = await tx.session.create({
    data: {
      userId: user.id,
      expiresAt: new Date(Date.now() + SESSION_SECONDS * 1000),
      ip: actor.ip ?? null,
      userAgent: actor.userAgent ?? null,
    },
  });
  return { sessionId: session.id, userId: user.id, version: user.sessionVersion };
}
