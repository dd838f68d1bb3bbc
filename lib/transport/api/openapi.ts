import english from "../../../messages/en/api-docs.json";
import answers from "./answer-schemas.json";
import type { Endpoint } from "./endpoint";
import { ENDPOINTS } from "./endpoints";
import { type FlatField, flatFields, inputSchema, type JsonSchema } from "./json-schema";

type Texts = Record<string, Record<string, string>>;

/** Text of an endpoint in the document. */
function summaryOf(id: string): string {
  const [group = "", verb = ""] = id.split(".");
  return (english.operations as Texts)[group]?.[verb] ?? id;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

/** Fields of an endpoint by where they go. Made for the document and for the page alike. */
export function fieldsOf(endpoint: Endpoint): { parameters: Parameter[]; body: JsonSchema | null } {
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const schema = inputSchema(endpoint.request ?? endpoint.operation.input);
  const fields = endpoint.missing ? [] : flatFields(schema);
  const inQuery = endpoint.method === "GET" || endpoint.method === "DELETE";
  const parameters: Parameter[] = inPath.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: fields.find((field) => field.name === name)?.schema ?? { type: "string" },
  }));
  const rest = fields.filter(({ name }) => !inPath.includes(name) && !isOtherWay(name, inPath));
  if (inQuery) {
    for (const { name, schema: type, required } of rest) {
      parameters.push({ name, in: "query", required: required && name !== "project", schema: type });
    }
    return { parameters, body: null };
  }
  if (rest.length === 0) return { parameters, body: null };
  const required = rest.filter((field) => field.required && field.name !== "project").map(({ name }) => name);
  const properties = Object.fromEntries(rest.map(({ name, schema: type }) => [name, type]));
  return { parameters, body: { type: "object", properties, ...(required.length > 0 ? { required } : {}) } };
}

/** A deployment in the path by its number needs no id, and the slug is the project's other name. */
function isOtherWay(name: string, inPath: readonly string[]): boolean {
  return (
    (inPath.includes("number") && (name === "deploymentId" || name === "targetId")) ||
    (name === "projectId" && !inPath.includes(name))
  );
}

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

function responsesOf(endpoint: Endpoint): Record<string, unknown> {
  const common = { 401: problem("Not signed in") };
  if (endpoint.missing) return { ...common, 501: problem("Not available yet") };
  const json = {
    description: summaryOf(endpoint.id),
    content: endpoint.file
      ? { [endpoint.file.type]: { schema: { type: "string" } } }
      : { "application/json": { schema: answerSchema(endpoint) } },
  };
  return {
    [endpoint.status ?? 200]: json,
    ...(endpoint.respond ? { 200: { ...json, description: "It ended; state says how" } } : {}),
    ...common,
    403: problem("The role does not suffice"),
    404: problem("It is not there, or may not be seen"),
    409: problem("Not in this state"),
    412: problem("Something must be done before"),
    422: problem("Input not valid; errors names each field"),
    ...(endpoint.operation.audit === "target"
      ? { 502: problem("The target database refused or is away") }
      : {}),
  };
}

/** What an endpoint answers, as the types of its operation say; empty while it answers nothing but 501. */
export function answerSchema(endpoint: Endpoint): JsonSchema {
  return (answers.answers as Record<string, JsonSchema>)[endpoint.id] ?? {};
}

/** The fields of an answer; the named types in it are looked up. */
export function answerFields(endpoint: Endpoint): FlatField[] {
  const schema = answerSchema(endpoint);
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  return flatFields(
    name === undefined ? schema : ((answers.types as Record<string, JsonSchema>)[name] ?? {}),
  );
}

function documented(endpoint: Endpoint): Record<string, unknown> {
  const { parameters, body } = fieldsOf(endpoint);
  const key: Parameter = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: english.idempotency,
    schema: { type: "string", maxLength: 200 },
  };
  return {
    operationId: endpoint.id.replace(".", "_"),
    tags: [endpoint.tag],
    summary: summaryOf(endpoint.id),
    description: `${english.permission}: \`${endpoint.operation.permission}\``,
    parameters: endpoint.creates ? [...parameters, key] : parameters,
    ...(body
      ? {
          requestBody: {
            required: (body.required ?? []).length > 0,
            content: { "application/json": { schema: body } },
          },
        }
      : {}),
    responses: responsesOf(endpoint),
    ...(endpoint.missing ? { "x-not-available": true } : {}),
  };
}

/** The whole API as an OpenAPI 3.1 document, from the schemas that check what comes in. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of ENDPOINTS) {
    paths[endpoint.path] ??= {};
    (paths[endpoint.path] as Record<string, unknown>)[endpoint.method.toLowerCase()] = documented(endpoint);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "DBMigrator",
      version: "1",
      description: `${english.intro}\n\n${english.auth}\n\n${english.errors}`,
    },
    servers: [{ url: "/api/v1" }],
    tags: Object.entries(english.tags).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }, { session: [] }],
    paths: { ...paths, ...INSTANCE_PATHS },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "dbm_…" },
        session: { type: "apiKey", in: "cookie", name: "dbmigrator.session" },
      },
      schemas: { ...answers.types, Problem: PROBLEM, Health: HEALTH },
    },
  };
}

const text: JsonSchema = { type: "string" };

const PROBLEM: JsonSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: text,
    title: text,
    status: { type: "integer" },
    detail: text,
    code: text,
    hint: text,
    errors: {
      type: "array",
      items: { type: "object", required: ["field", "message"], properties: { field: text, message: text } },
    },
    details: { type: "object" },
    id: text,
  },
};

const HEALTH: JsonSchema = {
  type: "object",
  required: ["status", "database"],
  properties: {
    status: { type: "string", enum: ["ok", "degraded", "down"] },
    database: { type: "string", enum: ["connected", "unreachable"] },
    pending_migrations: { type: ["integer", "null"] },
    last_migration: {
      type: ["object", "null"],
      properties: {
        filename: text,
        service: text,
        environment: text,
        at: { type: "string", format: "date-time" },
      },
    },
    lock_status: { type: ["string", "null"], enum: ["free", "held", null] },
  },
};

const health = {
  description: summaryOf("instance.health"),
  content: { "application/json": { schema: { $ref: "#/components/schemas/Health" } } },
};

/** These lie at the root and not below /api/v1. */
const INSTANCE_PATHS = {
  "/health": {
    servers: [{ url: "/" }],
    get: {
      operationId: "instance_health",
      tags: ["instance"],
      summary: summaryOf("instance.health"),
      security: [],
      responses: { 200: health, 503: health },
    },
  },
  "/metrics": {
    servers: [{ url: "/" }],
    get: {
      operationId: "instance_metrics",
      tags: ["instance"],
      summary: summaryOf("instance.metrics"),
      responses: {
        200: { description: summaryOf("instance.metrics"), content: { "text/plain": { schema: text } } },
        401: problem("Not signed in"),
      },
    },
  },
};
