import type { NextAuthOptions, User } from "next-auth";
import { decode, encode, type JWT } from "next-auth/jwt";
import {
  anonymousActor,
  findSignedIn,
  type Origin,
  SESSION_SECONDS,
  type SessionClaims,
} from "../access/session-actor";
import { db } from "../db/client";
import { env, exportAuthAddress } from "../env";
import { DomainError } from "../errors";
import { execute } from "../operations/define";
import { endSession } from "../operations/session/end";
import { signIn } from "../operations/session/sign-in";
import { signInOidc } from "../operations/session/sign-in-oidc";
import { hasOidc } from "./entry";
import { logFailure } from "./failure-log";
import { claimsOf, sessionCookieName, sessionSecrets } from "./session";

export const OIDC_PROVIDER = "oidc";

type WithClaims = User & { claims?: SessionClaims };

/** Options of next-auth for one request. The cookie holds only which session row it stands for. */
export function authOptions(origin: Origin, secure: boolean): NextAuthOptions {
  exportAuthAddress();
  const secrets = sessionSecrets();
  const cookie = (name: string, maxAge?: number) => ({
    name: `${secure ? "__Secure-" : ""}dbmigrator.${name}`,
    options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure, ...(maxAge ? { maxAge } : {}) },
  });
  return {
    secret: secrets[0],
    providers: [credentialsProvider(origin), ...(hasOidc() ? [oidcProvider()] : [])],
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    jwt: {
      maxAge: SESSION_SECONDS,
      encode,
      async decode(params) {
        for (const secret of secrets) {
          const token = await decode({ ...params, secret }).catch(() => null);
          if (token) return token;
        }
        return null;
      },
    },
    useSecureCookies: secure,
    cookies: {
      sessionToken: { ...cookie("session"), name: sessionCookieName(secure) },
      callbackUrl: cookie("callback-url"),
      csrfToken: cookie("csrf"),
      pkceCodeVerifier: cookie("pkce", 900),
      state: cookie("state", 900),
      nonce: cookie("nonce", 900),
    },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    callbacks: {
      signIn: ({ user, account, profile }) =>
        account?.provider === OIDC_PROVIDER ? admitOidc(user, profile as OidcProfile, origin) : true,
      jwt({ token, user }) {
        const claims = (user as WithClaims | undefined)?.claims;
        return claims ? { sub: claims.userId, sid: claims.sessionId, ver: claims.version } : token;
      },
      redirect: ({ url, baseUrl }) => {
        const target = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : null;
        return target?.origin === new URL(baseUrl).origin ? target.href : baseUrl;
      },
    },
    events: { signOut: ({ token }) => endSessionOf(token, origin) },
    logger: {
      error: (code, metadata) => void logFailure(metadata, `next-auth ${code}`),
      warn() {},
      debug() {},
    },
  };
}

async function endSessionOf(token: JWT, origin: Origin): Promise<void> {
  const claims = claimsOf(token);
  const signedIn = claims && (await findSignedIn(db(), claims, origin));
  if (signedIn) await execute(endSession, signedIn.actor, {});
}

function credentialsProvider(origin: Origin): NextAuthOptions["providers"][number] {
  const authorize = async (given: Record<string, string> | undefined): Promise<WithClaims> => {
    const { email, password, code } = given ?? {};
    try {
      const claims = await execute(signIn, anonymousActor(origin), {
        email,
        password,
        code: code || undefined,
      });
      return { id: claims.userId, claims };
    } catch (error) {
      // The text becomes the `error` parameter of the answer; the form translates the code.
      if (error instanceof DomainError) {
        const retry = error.details.retryAfterSeconds;
        throw new Error(retry === undefined ? error.code : `${error.code}:${retry}`);
      }
      throw new Error(`internal:${logFailure(error, "session.sign_in")}`);
    }
  };
  return {
    id: "credentials",
    name: "credentials",
    type: "credentials",
    credentials: {},
    authorize,
    options: { authorize },
  } as never;
}

interface OidcProfile {
  sub: string;
  email?: string;
  email_verified?: boolean | string;
  name?: string;
}

function oidcProvider(): NextAuthOptions["providers"][number] {
  const { OIDC_ISSUER = "", OIDC_CLIENT_ID = "", OIDC_CLIENT_SECRET = "", OIDC_NAME } = env();
  const issuer = OIDC_ISSUER.replace(/\/$/, "");
  return {
    id: OIDC_PROVIDER,
    name: OIDC_NAME,
    type: "oauth",
    wellKnown: `${issuer}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    userinfo: { request: readPerson },
    checks: ["pkce", "state", "nonce"],
    profile: (profile: OidcProfile) => ({ id: profile.sub }),
  };
}

interface OidcTokens {
  claims(): OidcProfile;
}
interface OidcClient {
  issuer: { metadata: { userinfo_endpoint?: string } };
  userinfo(tokens: OidcTokens): Promise<Partial<OidcProfile>>;
}

/**
 * Who signed in: the claims of the signed token, and where it names no mail (OpenID Connect Core, 5.4: then it is
 * told at the userinfo endpoint) what that endpoint says about the same subject.
 */
async function readPerson(given: unknown): Promise<OidcProfile> {
  const { tokens, client } = given as { tokens: OidcTokens; client: OidcClient };
  const claims = tokens.claims();
  if (claims.email !== undefined || !client.issuer.metadata.userinfo_endpoint) return claims;
  return { ...(await client.userinfo(tokens)), ...claims };
}

/** Ties the provider's person to an account; a refusal goes to the sign-in page with its code. */
async function admitOidc(user: WithClaims, profile: OidcProfile, origin: Origin): Promise<true | string> {
  try {
    user.claims = await execute(signInOidc, anonymousActor(origin), {
      provider: env().OIDC_ISSUER ?? "",
      subject: profile.sub,
      email: profile.email ?? "",
      emailVerified: profile.email_verified === true || profile.email_verified === "true",
      name: profile.name?.trim() || profile.email || profile.sub,
    });
    return true;
  } catch (error) {
    const code =
      error instanceof DomainError ? error.code : `internal:${logFailure(error, "session.sign_in_oidc")}`;
    return `/sign-in?error=${encodeURIComponent(code)}`;
  }
}
