import { z } from "zod";

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  description?: string;
  default?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  [key: string]: unknown;
}

/** What callers may send for a zod schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return json as JsonSchema;
}

export interface FlatField {
  name: string;
  schema: JsonSchema;
  required: boolean;
}

/** All fields that a schema knows; needed are those that every alternative needs. */
export function flatFields(schema: JsonSchema): FlatField[] {
  const fields = new Map<string, FlatField>();
  const add = (list: FlatField[]) => {
    for (const field of list) {
      const known = fields.get(field.name);
      fields.set(field.name, known ? both(known, field) : field);
    }
  };
  const required = new Set(schema.required ?? []);
  add(
    Object.entries(schema.properties ?? {}).map(([name, one]) => ({
      name,
      schema: one,
      required: required.has(name) && one.default === undefined,
    })),
  );
  for (const part of schema.allOf ?? []) add(flatFields(part));
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(flatFields);
  for (const list of alternatives) {
    add(
      list.map((field) => ({
        ...field,
        required: alternatives.every((other) =>
          other.some(({ name, required: needed }) => name === field.name && needed),
        ),
      })),
    );
  }
  return [...fields.values()];
}

/** One field of two parts: whatever one of them takes. */
function both(a: FlatField, b: FlatField): FlatField {
  const schemas = [...(a.schema.anyOf ?? [a.schema]), ...(b.schema.anyOf ?? [b.schema])];
  const distinct = [...new Map(schemas.map((one) => [JSON.stringify(one), one])).values()];
  const schema = distinct.length > 1 ? { anyOf: distinct } : a.schema;
  return { name: a.name, schema, required: a.required || b.required };
}

/** A type in few words, for people: "string", "integer", "array of string", "one of a, b". */
export function typeWords(schema: JsonSchema): string {
  if (typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) ?? "object";
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === "array") return `${schema.items ? typeWords(schema.items) : "any"}[]`;
  const words = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type;
  if (words) return schema.format && schema.format !== "regex" ? `${words} (${schema.format})` : words;
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  return parts ? [...new Set(parts.map(typeWords))].join(" | ") : "any";
}
