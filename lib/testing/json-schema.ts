import type { JsonSchema } from "../transport/api/json-schema";

/**
 * Where a value does not fit a schema: one line each, empty when it fits. Knows what our own documents use. A field
 * that the schema does not name is told too: what is not documented is not promised.
 */
export function findMisfits(
  value: unknown,
  schema: JsonSchema,
  types: Record<string, JsonSchema>,
  path = "$",
): string[] {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    const named = types[name];
    return named ? findMisfits(value, named, types, path) : [`${path}: ${name} is not documented`];
  }
  if (schema.anyOf) return anyOf(value, schema.anyOf, types, path);
  if (schema.const !== undefined) return value === schema.const ? [] : [`${path}: ${show(value)}`];
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${path}: ${show(value)} is none of them`];
  if (schema.type === undefined) return [];
  const allowed = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type = typeOf(value);
  if (!allowed.includes(type)) return [`${path}: ${show(value)} is no ${allowed.join(" or ")}`];
  if (type === "array") return listMisfits(value as unknown[], schema, types, path);
  if (type === "object") return objectMisfits(value as Record<string, unknown>, schema, types, path);
  return [];
}

function anyOf(
  value: unknown,
  schemas: readonly JsonSchema[],
  types: Record<string, JsonSchema>,
  path: string,
): string[] {
  const tried = schemas.map((one) => findMisfits(value, one, types, path));
  if (tried.some((misfits) => misfits.length === 0)) return [];
  return [...tried].sort((a, b) => a.length - b.length)[0] ?? [`${path}: fits nothing`];
}

function listMisfits(
  value: unknown[],
  schema: JsonSchema,
  types: Record<string, JsonSchema>,
  path: string,
): string[] {
  const places = schema.prefixItems as JsonSchema[] | undefined;
  return value.flatMap((item, index) => {
    const own = places ? places[index] : schema.items;
    return own ? findMisfits(item, own, types, `${path}[${index}]`) : [`${path}[${index}]: one too many`];
  });
}

function objectMisfits(
  value: Record<string, unknown>,
  schema: JsonSchema,
  types: Record<string, JsonSchema>,
  path: string,
): string[] {
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  const rest = schema.additionalProperties as JsonSchema | undefined;
  const own = Object.entries(value).flatMap(([name, field]) => {
    const known = schema.properties?.[name] ?? rest;
    return known
      ? findMisfits(field, known, types, `${path}.${name}`)
      : [`${path}.${name}: is not documented`];
  });
  return [...missing.map((name) => `${path}.${name}: is missing`), ...own];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "undefined";
}
