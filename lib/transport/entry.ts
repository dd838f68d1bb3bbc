import { db } from "../db/client";
import { env } from "../env";
import { needsSetup } from "../operations/user/create-first-admin";
import { currentSession } from "./session";

/** What the pages before signing in need to know. */
export interface Entry {
  /** Nobody has an account yet. */
  needsSetup: boolean;
  signedIn: boolean;
  /** Name of the single sign-on provider; null: none is configured. */
  provider: string | null;
}

/** Whether single sign-on is configured. */
export function hasOidc(): boolean {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = env();
  return Boolean(OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET);
}

export async function signInPage(): Promise<Entry> {
  const session = await currentSession();
  return {
    needsSetup: session === null && (await needsSetup(db())),
    signedIn: session !== null,
    provider: hasOidc() ? env().OIDC_NAME : null,
  };
}
