import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth from "next-auth";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../db/client";
import { setEnv } from "../env";
import { type OidcPerson, type OidcProvider, startOidcProvider } from "../testing/oidc-provider";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";
import { authOptions } from "./auth-options";
import { sessionCookieName, signedInFrom } from "./session";

let store: TestDatabase;
let provider: OidcProvider;
let site: { origin: string; stop(): Promise<void> };

beforeAll(async () => {
  store = await metadataDatabase();
  provider = await startOidcProvider();
  site = await startSite();
  setEnv({
    ...{ LOG_LEVEL: "silent", DBMIGRATOR_URL: site.origin, OIDC_ISSUER: provider.issuer },
    ...{ OIDC_CLIENT_ID: provider.clientId, OIDC_CLIENT_SECRET: provider.clientSecret },
  });
});
afterAll(async () => {
  await site.stop();
  await provider.stop();
  await db().$disconnect();
  await store.drop();
});
beforeEach(() => {
  provider.asked.length = 0;
});

/** next-auth with our options behind a plain server; the route handler needs Next's request storage around it. */
async function startSite() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site");
    const cookies = Object.fromEntries(
      (request.headers.cookie ?? "").split("; ").map((part) => part.split("=", 2).map(decodeURIComponent)),
    );
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const answer = Object.assign(response, {
        status: (code: number) => Object.assign(response, { statusCode: code }),
        json: (body: object) =>
          void response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
        send: (body: string) => void response.end(typeof body === "object" ? JSON.stringify(body) : body),
      });
      const asked = Object.assign(request, {
        query: { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split("/").slice(3) },
        ...{ cookies, body: Object.fromEntries(new URLSearchParams(text)) },
      });
      const options = authOptions({ ip: "192.0.2.9" }, false);
      void NextAuth(asked as unknown as NextApiRequest, answer as unknown as NextApiResponse, options);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** A browser's cookies. */
class Browser {
  readonly cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: cookie ? { cookie } : {},
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return response;
  }

  /** From the button to the address that the provider sends back to. */
  async goToProvider(): Promise<string> {
    const { csrfToken } = (await (await this.open(`${site.origin}/api/auth/csrf`)).json()) as {
      csrfToken: string;
    };
    const begun = await this.open(`${site.origin}/api/auth/signin/oidc`, {
      ...{ csrfToken, json: "true", callbackUrl: `${site.origin}/projects` },
    });
    const { url } = (await begun.json()) as { url: string };
    return (await fetch(url, { redirect: "manual" })).headers.get("location") ?? url;
  }

  async signIn(person: OidcPerson): Promise<string> {
    provider.person = person;
    const back = await this.open(await this.goToProvider());
    let to = back.headers.get("location") ?? "";
    while (to.includes("/api/auth/")) to = (await this.open(to)).headers.get("location") ?? "";
    return to;
  }

  /** Whom our own pages see. */
  async who(): Promise<string | null> {
    const signedIn = await signedInFrom(this.cookies.get(sessionCookieName(false)), { ip: "192.0.2.9" });
    return signedIn?.actor.label ?? null;
  }
}

const verified = (email: string) => ({ email, email_verified: true, name: "Somebody" });
const mallory: OidcPerson = { sub: "m1", claims: verified("mallory@example.org") };

describe("signing in through an OpenID provider", () => {
  beforeAll(async () => {
    for (const email of ["ada@example.org", "grace@example.org", "mallory@example.org"])
      await db().user.create({ data: { email, name: email } });
  });

  it("finds the provider, proves the code, checks the token and opens a session", async () => {
    const browser = new Browser();
    const to = await browser.signIn({ sub: "a1", claims: verified("ada@example.org") });
    expect(to).toBe(`${site.origin}/projects`);
    expect(await browser.who()).toBe("ada@example.org");
    expect(provider.asked).toEqual(
      expect.arrayContaining(["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]),
    );
    expect(await db().userIdentity.findMany({ select: { provider: true, subject: true } })).toEqual([
      { provider: provider.issuer, subject: "a1" },
    ]);
    const event = await db().auditEvent.findFirst({ where: { operation: "session.sign_in_oidc" } });
    expect(event).toMatchObject({ outcome: "ok", ip: "192.0.2.9" });
  });

  it("knows the same subject again under another address", async () => {
    const browser = new Browser();
    await browser.signIn({ sub: "a1", claims: verified("ada.new@example.org") });
    expect(await browser.who()).toBe("ada@example.org");
  });

  it("asks the userinfo endpoint when the token names no mail", async () => {
    const browser = new Browser();
    await browser.signIn({ sub: "g1", userinfo: verified("grace@example.org") });
    expect(provider.asked).toContain("/userinfo");
    expect(await browser.who()).toBe("grace@example.org");
  });

  it.each<[string, OidcPerson, string]>([
    [
      "an address that was not verified",
      { sub: "m1", claims: { email: "mallory@example.org" } },
      "session.email_unverified",
    ],
    [
      "an address that the provider denies to have verified",
      { sub: "m1", userinfo: { email: "mallory@example.org", email_verified: false } },
      "session.email_unverified",
    ],
    ["somebody whom nobody invited", { sub: "x1", claims: verified("x@example.org") }, "session.not_invited"],
  ])("refuses %s, and says so on the sign-in page", async (_, person, code) => {
    const browser = new Browser();
    expect(await browser.signIn(person)).toContain(`/sign-in?error=${code}`);
    expect(await browser.who()).toBeNull();
    expect(await db().userIdentity.count({ where: { subject: person.sub } })).toBe(0);
  });

  it.each<[string, OidcPerson]>([
    ["signed by another key", { ...mallory, forged: "other key" }],
    ["that nobody signed", { ...mallory, forged: "unsigned" }],
    ["signed with the public key as if it were a secret", { ...mallory, forged: "public key" }],
    ["for another audience", { ...mallory, wrong: { aud: "other" } }],
    ["of another issuer", { ...mallory, wrong: { iss: "http://evil" } }],
    ["with another nonce", { ...mallory, wrong: { nonce: "old" } }],
    ["that has expired", { ...mallory, wrong: { exp: 1 } }],
    [
      "whose userinfo is about somebody else",
      { sub: "m1", userinfo: { ...verified("ada@example.org"), sub: "a1" } },
    ],
  ])("refuses a token %s", async (_, person) => {
    const browser = new Browser();
    expect(await browser.signIn(person)).toMatch(/^\/sign-in\?.*error=OAuthCallback/);
    expect(await browser.who()).toBeNull();
    expect(await db().userIdentity.count({ where: { subject: "m1" } })).toBe(0);
  });

  it("refuses an answer that another browser asked for, and one that comes twice", async () => {
    provider.person = { sub: "a1", claims: verified("ada@example.org") };
    const [browser, other] = [new Browser(), new Browser()];
    const back = await browser.goToProvider();
    await other.goToProvider();
    expect((await other.open(back)).headers.get("location")).toContain("error=");
    expect(await other.who()).toBeNull();

    const second = await browser.goToProvider();
    const kept = new Map(browser.cookies);
    await browser.open(second);
    expect(await browser.who()).toBe("ada@example.org");
    const replay = new Browser();
    for (const [name, value] of kept) replay.cookies.set(name, value);
    expect((await replay.open(second)).headers.get("location")).toContain("error=");
    expect(await replay.who()).toBeNull();
  });
});
