import { performance } from "node:perf_hooks";
import type { Actor } from "../access/actor";
import { db } from "../db/client";
import { DomainError } from "../errors";
import { execute } from "../operations/define";
import type { Call, Endpoint, RawInput } from "./api/endpoint";
import { type KeptAnswer, onceByKey } from "./api/idempotency";
import { parseRequest } from "./api/named-target";
import { HttpRefusal, problemResponse } from "./api/problem";
import { matchEndpoint } from "./api/router";
import { log } from "./log";
import { isTooDeep, readText } from "./read-body";
import { actorFromRequest } from "./token";

const MAX_BYTES = 1024 * 1024;

/**
 * Answers a request of the API: who asks, what they send, the one operation behind the endpoint, and its output or
 * an `application/problem+json`. Route handlers are one line over it.
 * @param path segments below /api or /api/v1
 */
export async function handleApi(request: Request, path: readonly string[]): Promise<Response> {
  const started = performance.now();
  const response = await answer(request, path).catch((error: unknown) =>
    problemResponse(error, `${request.method} /api/${path.join("/")}`),
  );
  const ms = Math.round(performance.now() - started);
  log().info(
    { method: request.method, path: `/api/${path.join("/")}`, status: response.status, ms },
    "request",
  );
  return response;
}

async function answer(request: Request, path: readonly string[]): Promise<Response> {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const match = matchEndpoint(method, path);
  if (match.kind === "none") {
    throw new HttpRefusal(
      404,
      "http.no_endpoint",
      "There is no such endpoint.",
      {},
      "See /api/openapi.json.",
    );
  }
  if (match.kind === "method") {
    const allow = match.allow.join(", ");
    throw new HttpRefusal(405, "http.method", `Use ${allow} here.`, { allow });
  }
  const { endpoint, params } = match;
  const actor = await actorFromRequest(request);
  const call: Call = { actor, db: db(), signal: request.signal };
  // Nothing is read or looked up for a stranger; the refusal is the operation's, and it is recorded.
  if (actor.kind === "anonymous") return toResponse(200, await execute(endpoint.operation, actor, {}));
  if (endpoint.missing) throw notThere(endpoint.missing);
  const body = await readBody(request, endpoint);
  const raw = await withOwnProject({ ...readQuery(request), ...body, ...params }, call);
  if (endpoint.file) {
    if (endpoint.request) parseRequest(endpoint.request, raw);
    return endpoint.file.send(raw, call);
  }
  const respond = () => callEndpoint(endpoint, raw, call);
  const key = request.headers.get("idempotency-key");
  if (!endpoint.creates || key === null) return fromKept(await respond());
  return fromKept(await onceByKey({ key, actor, endpoint: endpoint.id, raw, db: call.db }, respond));
}

async function callEndpoint(endpoint: Endpoint, raw: RawInput, call: Call): Promise<KeptAnswer> {
  if (endpoint.request) parseRequest(endpoint.request, raw);
  if (endpoint.respond) return endpoint.respond(raw, call);
  const input = endpoint.input ? await endpoint.input(raw, call) : raw;
  const output = await execute(endpoint.operation, call.actor, input, { signal: call.signal });
  return { status: endpoint.status ?? 200, body: output };
}

function notThere(code: string): HttpRefusal {
  return new HttpRefusal(
    501,
    code,
    "This part of the API is not available yet.",
    {},
    "See /api/openapi.json for what is.",
  );
}

function fromKept({ status, body, headers }: KeptAnswer): Response {
  return toResponse(status, body, headers);
}

function toResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body ?? null, bigintAsText), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function readQuery(request: Request): RawInput {
  const query: RawInput = {};
  for (const [name, value] of new URL(request.url).searchParams) query[name] = value;
  return query;
}

/** A token opens one project, so it need not be said. Paths and old clients say `slug` or `project`. */
async function withOwnProject(raw: RawInput, { actor, db: store }: Call): Promise<RawInput> {
  if (!isToken(actor) || raw.project !== undefined || raw.projectId !== undefined || raw.slug !== undefined)
    return raw;
  const project = await store.project.findUnique({
    where: { id: actor.token.projectId },
    select: { slug: true },
  });
  return project ? { ...raw, project: project.slug } : raw;
}

function isToken(actor: Actor): actor is Actor & { token: NonNullable<Actor["token"]> } {
  return actor.token !== undefined;
}

/** @throws HttpRefusal 413, 415, 400; DomainError validation when it is no object */
async function readBody(request: Request, endpoint: Endpoint): Promise<RawInput> {
  if (request.method === "GET" || request.method === "HEAD" || request.body === null) return {};
  const limit = endpoint.maxBytes ?? MAX_BYTES;
  const text = await readText(request, limit);
  if (text === null) throw new HttpRefusal(413, "http.too_large", `The body is larger than ${limit} bytes.`);
  if (text.trim() === "") return {};
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpRefusal(415, "http.content_type", "Send the body as application/json.");
  }
  if (isTooDeep(text)) throw new HttpRefusal(400, "http.too_deep", "The body is nested too deeply.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpRefusal(400, "http.malformed_json", "The body is not valid JSON.");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new DomainError("validation", "input.invalid", "(input): the body must be a JSON object.", {
      details: { fields: [{ field: "(input)", message: "The body must be a JSON object." }] },
    });
  }
  return value as RawInput;
}
