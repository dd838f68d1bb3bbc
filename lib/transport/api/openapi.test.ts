import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import english from "../../../messages/en/api-docs.json";
import spanish from "../../../messages/es/api-docs.json";
import { projectRoot } from "../../server/root";
import { ENDPOINTS } from "./endpoints";
import { openApiDocument } from "./openapi";
import { matchEndpoint } from "./router";

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: {
    content: Record<string, { schema: { properties: Record<string, object>; required?: string[] } }>;
  };
  responses: Record<string, object>;
}
const paths = openApiDocument().paths as Record<string, Record<string, Operation>>;

describe("the OpenAPI document", () => {
  it("holds every endpoint once, with a text in both languages", () => {
    const ids = ENDPOINTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, method, path } of ENDPOINTS) {
      const [group = "", verb = ""] = id.split(".");
      const summary = paths[path]?.[method.toLowerCase()]?.summary;
      expect(summary).toBe((english.operations as Record<string, Record<string, string>>)[group]?.[verb]);
      expect((spanish.operations as Record<string, Record<string, string>>)[group]?.[verb]).toBeTruthy();
    }
  });

  it("names every place of a path as a parameter, and every reference it makes", () => {
    const document = openApiDocument();
    for (const [path, methods] of Object.entries(paths)) {
      const places = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const [method, operation] of Object.entries(methods)) {
        if (method === "servers") continue;
        const inPath = (operation.parameters ?? []).filter((p) => p.in === "path").map((p) => p.name);
        expect(inPath).toEqual(places);
      }
    }
    const schemas = Object.keys((document.components as { schemas: object }).schemas);
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(schemas).toContain(name);
  });

  it("tells what must be sent, from the operations' own schemas", () => {
    const body = paths["/migrations/validate"]?.post?.requestBody?.content["application/json"]?.schema;
    expect(body?.required).toEqual(["sql"]);
    expect(Object.keys(body?.properties ?? {})).toEqual(["sql", "file", "serverVersion"]);
    const approve =
      paths["/deployments/{number}/approve"]?.post?.requestBody?.content["application/json"]?.schema;
    expect(Object.keys(approve?.properties ?? {}).sort()).toEqual(["boundHash", "comment", "project"]);
    expect(paths["/migrations"]?.get?.parameters?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["project", "service", "state", "limit"]),
    );
  });

  it("says which endpoints are still to come", () => {
    for (const { missing, path, method } of ENDPOINTS) {
      const responses = Object.keys(paths[path]?.[method.toLowerCase()]?.responses ?? {});
      expect(responses.includes("501")).toBe(missing !== undefined);
    }
  });
});

describe("the router", () => {
  it("takes fixed segments before places, and tells other methods from other paths", () => {
    const idOf = (method: string, ...path: string[]) => {
      const match = matchEndpoint(method, path);
      return match.kind === "found" ? match.endpoint.id : match.kind;
    };
    expect(idOf("GET", "migrations", "status")).toBe("migrations.status");
    expect(idOf("GET", "migrations", "abc")).toBe("migrations.get");
    expect(idOf("POST", "migrations", "run")).toBe("migrations.run");
    expect(idOf("PATCH", "migrations", "status")).toBe("method");
    expect(idOf("GET", "migrations", "a", "b")).toBe("none");
    expect(idOf("GET")).toBe("none");
  });

  it("is reached under /api/v1 and under /api", () => {
    for (const file of ["app/api/v1/[...path]/route.ts", "app/api/[...path]/route.ts"]) {
      expect(existsSync(join(projectRoot(), file))).toBe(true);
    }
  });
});
