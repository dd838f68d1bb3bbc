import { encode } from "next-auth/jwt";
import type { Actor } from "../access/actor";
import { db } from "../db/client";
import { sessionCookieName, sessionSecrets } from "../transport/session";

/** The cookie of a new session of somebody, as signing in would set it. */
export async function sessionCookie(actor: Pick<Actor, "userId">): Promise<string> {
  const user = await db().user.findUniqueOrThrow({ where: { id: actor.userId ?? "" } });
  const session = await db().session.create({
    data: { userId: user.id, expiresAt: new Date(Date.now() + 3_600_000) },
  });
  const claims = { sub: user.id, sid: session.id, ver: user.sessionVersion };
  return `${sessionCookieName(false)}=${await encode({ token: claims, secret: sessionSecrets()[0] })}`;
}
