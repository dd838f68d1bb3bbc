import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the provider says of the person who signs in next, and how it errs. */
export interface OidcPerson {
  sub: string;
  /** Claims of the signed token. */
  claims?: Record<string, unknown>;
  /** What the userinfo endpoint adds to the subject. */
  userinfo?: Record<string, unknown>;
  /** Claims that take the place of the right ones: `aud`, `iss`, `nonce`, `exp`. */
  wrong?: Record<string, unknown>;
  /**
   * How the token is forged: signed by somebody else's key, not at all, or by HMAC with what everybody knows, the
   * provider's public key.
   */
  forged?: "other key" | "unsigned" | "public key";
}

/** An OpenID provider on this machine: discovery, authorization with PKCE, token, keys, userinfo. */
export interface OidcProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  person: OidcPerson;
  /** Paths that were asked for, in order. */
  asked: string[];
  stop(): Promise<void>;
}

interface Grant {
  person: OidcPerson;
  nonce: string;
  challenge: string;
  redirectUri: string;
}

export async function startOidcProvider(): Promise<OidcProvider> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const others = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, OidcPerson>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: Error) => {
      response.writeHead(500).end(error.message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: OidcProvider = {
    ...{
      issuer,
      clientId: "dbmigrator",
      clientSecret: "s3cret & more",
      person: { sub: "nobody" },
      asked: [],
    },
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    provider.asked.push(url.pathname);
    if (url.pathname === "/.well-known/openid-configuration") return json(response, discovery(issuer));
    if (url.pathname === "/keys") return json(response, { keys: [jwk(keys.publicKey)] });
    if (url.pathname === "/authorize") return authorize(url, response);
    if (url.pathname === "/token") return token(await readForm(request), request, response);
    if (url.pathname === "/userinfo") {
      const person = tokens.get(request.headers.authorization?.replace("Bearer ", "") ?? "");
      return person ? json(response, { sub: person.sub, ...person.userinfo }) : json(response, {}, 401);
    }
    json(response, {}, 404);
  }

  function authorize(url: URL, response: ServerResponse): void {
    const asked = (name: string) => url.searchParams.get(name) ?? "";
    const good =
      asked("client_id") === provider.clientId &&
      asked("response_type") === "code" &&
      asked("scope").split(" ").includes("openid") &&
      asked("code_challenge_method") === "S256";
    if (!good) {
      json(response, { error: "invalid_request" }, 400);
      return;
    }
    const code = randomUUID();
    const redirectUri = asked("redirect_uri");
    grants.set(code, {
      ...{ person: provider.person, nonce: asked("nonce"), challenge: asked("code_challenge"), redirectUri },
    });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked("state"));
    response.writeHead(302, { location: back.href }).end();
  }

  function token(form: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const grant = grants.get(form.get("code") ?? "");
    grants.delete(form.get("code") ?? "");
    const secret = [provider.clientId, provider.clientSecret].map(formEncoded).join(":");
    const known = request.headers.authorization === `Basic ${Buffer.from(secret).toString("base64")}`;
    if (!known) {
      json(response, { error: "invalid_client" }, 401);
      return;
    }
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!grant || challenge !== grant.challenge || form.get("redirect_uri") !== grant.redirectUri) {
      json(response, { error: "invalid_grant" }, 400);
      return;
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: issuer, aud: provider.clientId, sub: grant.person.sub, iat: now, exp: now + 300 },
      ...{ nonce: grant.nonce, ...grant.person.claims, ...grant.person.wrong },
    };
    const accessToken = randomUUID();
    tokens.set(accessToken, grant.person);
    json(response, {
      ...{ access_token: accessToken, token_type: "Bearer" },
      id_token: tokenOf(claims, grant.person.forged),
    });
  }

  function tokenOf(claims: object, forged: OidcPerson["forged"]): string {
    if (forged === "unsigned") return jwt("none", claims, () => "");
    if (forged === "public key") {
      const known = keys.publicKey.export({ type: "spki", format: "pem" });
      return jwt("HS256", claims, (text) => createHmac("sha256", known).update(text).digest("base64url"));
    }
    const { privateKey } = forged ? others : keys;
    return jwt("RS256", claims, (text) =>
      sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url"),
    );
  }
  return provider;
}

function discovery(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function jwk(key: KeyObject): object {
  return {
    ...createPublicKey(key.export({ type: "spki", format: "pem" })).export({ format: "jwk" }),
    kid: "1",
    use: "sig",
    alg: "RS256",
  };
}

/** A JSON web token (RFC 7515). */
function jwt(alg: string, claims: object, signatureOf: (text: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg, typ: "JWT", kid: "1" })}.${part(claims)}`;
  return `${text}.${signatureOf(text)}`;
}

/** As clients write their name and secret into Basic (RFC 6749, 2.3.1). */
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice("text=".length);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
