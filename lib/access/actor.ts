import type { Role } from "./roles";

/** Who asks. Made by lib/transport from a session or an API token, and by the worker for itself. */
export interface Actor {
  kind: "user" | "token" | "system" | "anonymous";
  /** users.id, api_token.id; null for system and anonymous. */
  id: string | null;
  /** Name or address that audit rows and pages show. */
  label: string;
  /** The person behind it: the user, or the one who made the token. */
  userId: string | null;
  instanceAdmin: boolean;
  /** Only for tokens: the one project it opens, and as what. */
  token?: { projectId: string; role: Role };
  sessionId?: string;
  ip?: string;
  userAgent?: string;
}

export const systemActor: Actor = {
  kind: "system",
  id: null,
  label: "DBMigrator",
  userId: null,
  instanceAdmin: false,
};
