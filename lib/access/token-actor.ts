import type { Db } from "../db/client";
import { DomainError } from "../errors";
import type { Actor } from "./actor";
import { hashToken } from "./one-time-token";
import { isRole } from "./roles";
import type { Origin } from "./session-actor";

/** How API tokens begin, so that people and secret scanners know one. */
export const TOKEN_PREFIX = "dbm_";
const USED_EVERY_MS = 60_000;

/**
 * The actor of an API token. Its role in a project is looked up on every check and is never above what its maker
 * has there now (lib/access/check); a maker who is disabled takes the token along.
 * @throws DomainError unauthenticated
 */
export async function findTokenActor(db: Db, token: string, origin: Origin): Promise<Actor> {
  const row = token.startsWith(TOKEN_PREFIX)
    ? await db.apiToken.findUnique({ where: { tokenHash: hashToken(token) } })
    : null;
  const maker = row
    ? await db.user.findUnique({ where: { id: row.createdBy }, select: { disabledAt: true } })
    : null;
  const now = new Date();
  if (!row || !isRole(row.role) || row.revokedAt || row.expiresAt <= now || !maker || maker.disabledAt) {
    throw new DomainError(
      "unauthenticated",
      "access.token_refused",
      "This API token is unknown, expired or revoked.",
      {
        hint: "Make a new one in the project's settings.",
      },
    );
  }
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > USED_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return {
    kind: "token",
    id: row.id,
    label: `${row.name} (${row.prefix}…)`,
    userId: row.createdBy,
    instanceAdmin: false,
    token: { projectId: row.projectId, role: row.role },
    ...origin,
  };
}
