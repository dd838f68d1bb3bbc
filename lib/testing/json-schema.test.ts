import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../transport/api/json-schema";
import { findMisfits } from "./json-schema";

const types: Record<string, JsonSchema> = {
  Row: {
    type: "object",
    properties: {
      id: { type: "string" },
      next: { anyOf: [{ $ref: "#/components/schemas/Row" }, { type: "null" }] },
    },
    required: ["id"],
  },
};
const row: JsonSchema = { $ref: "#/components/schemas/Row" };

describe("findMisfits", () => {
  it.each<[unknown, JsonSchema]>([
    [{ id: "a", next: { id: "b", next: null } }, row],
    [["a", null], { type: "array", items: { type: ["string", "null"] } }],
    [
      { a: 1, b: 2 },
      { type: "object", additionalProperties: { type: "number" } },
    ],
    ["b", { enum: ["a", "b"] }],
    [{ whatever: 1 }, {}],
  ])("%j fits", (value, schema) => {
    expect(findMisfits(value, schema, types)).toEqual([]);
  });

  it.each<[unknown, JsonSchema, string]>([
    [{}, row, "$.id: is missing"],
    [{ id: 7 }, row, "$.id: 7 is no string"],
    [{ id: "a", more: 1 }, row, "$.more: is not documented"],
    [{ id: "a", next: { id: null } }, row, "$.next.id: null is no string"],
    [["a", 1], { type: "array", items: { type: "string" } }, "$[1]: 1 is no string"],
    ["c", { enum: ["a", "b"] }, '$: "c" is none of them'],
    [null, { const: 1 }, "$: null"],
    [1, { $ref: "#/components/schemas/Other" }, "$: Other is not documented"],
  ])("%j does not, and where is told", (value, schema, words) => {
    expect(findMisfits(value, schema, types)).toEqual([words]);
  });
});
