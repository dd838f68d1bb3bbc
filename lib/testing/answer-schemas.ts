import { join } from "node:path";
import ts from "typescript";
import { projectRoot } from "../server/root";
import type { JsonSchema } from "../transport/api/json-schema";

/** Schema of each endpoint's answer by its id, and of the types that they name. */
export interface AnswerSchemas {
  answers: Record<string, JsonSchema>;
  types: Record<string, JsonSchema>;
}

/**
 * JSON Schemas of what the API answers, read from the TypeScript types of the operations: what the compiler checks
 * is what is documented. An instant is a text (`JSON.stringify` makes one of a Date).
 */
export function readAnswerSchemas(): AnswerSchemas {
  const root = projectRoot();
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const file = join(root, "lib", "transport", "api", "endpoints.ts");
  const program = ts.createProgram([file], { ...options, noEmit: true });
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} cannot be read`);
  return new SchemaReader(program.getTypeChecker(), source).read();
}

class SchemaReader {
  private readonly types: Record<string, JsonSchema> = {};
  private readonly names = new Map<ts.Type, string>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly source: ts.SourceFile,
  ) {}

  read(): AnswerSchemas {
    const module = this.checker.getSymbolAtLocation(this.source);
    const list =
      module && this.checker.getExportsOfModule(module).find((one) => one.name === "ENDPOINT_LIST");
    if (!list) throw new Error("ENDPOINT_LIST is not exported");
    const tuple = this.checker.getTypeOfSymbol(list) as ts.TypeReference;
    const answers: Record<string, JsonSchema> = {};
    for (const endpoint of this.checker.getTypeArguments(tuple)) {
      const id = this.propertyType(endpoint, "id");
      if (!id?.isStringLiteral() || this.propertyType(endpoint, "missing")) continue;
      if (this.propertyType(endpoint, "file")) continue;
      answers[id.value] = this.schemaOf(this.answerType(endpoint));
    }
    const types = Object.fromEntries(Object.entries(this.types).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { answers, types };
  }

  private propertyType(type: ts.Type, name: string): ts.Type | undefined {
    const symbol = type.getProperty(name);
    return symbol && this.checker.getTypeOfSymbol(symbol);
  }

  private answerType(endpoint: ts.Type): ts.Type {
    const respond = this.propertyType(endpoint, "respond");
    if (respond) {
      const body = this.propertyType(this.resultOf(respond), "body");
      if (body) return body;
    }
    const operation = this.propertyType(endpoint, "operation");
    const run = operation && this.propertyType(operation, "run");
    if (!run) throw new Error("an endpoint without an operation");
    return this.resultOf(run);
  }

  private resultOf(method: ts.Type): ts.Type {
    const signature = method.getCallSignatures()[0];
    if (!signature) throw new Error("not a function");
    const result = signature.getReturnType();
    return this.checker.getAwaitedType(result) ?? result;
  }

  private schemaOf(type: ts.Type): JsonSchema {
    if (type.isUnion()) return this.unionSchema(type);
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (flags & ts.TypeFlags.Null) return { type: "null" };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === "true" };
    if (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return { type: "string" };
    if (flags & ts.TypeFlags.Number) return { type: "number" };
    if (flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.objectOrList(type);
    throw new Error(`${this.checker.typeToString(type)} has no schema`);
  }

  private unionSchema(type: ts.UnionType): JsonSchema {
    const parts = type.types.filter((one) => !(one.flags & ts.TypeFlags.Undefined));
    const booleans = parts.filter((one) => one.flags & ts.TypeFlags.BooleanLiteral);
    const literals = parts.filter((one) => one.isStringLiteral() || one.isNumberLiteral());
    const rest = parts.filter((one) => !booleans.includes(one) && !literals.includes(one as never));
    const schemas = asDeclared(rest, (one) => one.symbol).map((one) => this.schemaOf(one));
    if (booleans.length === 2) schemas.unshift({ type: "boolean" });
    else for (const one of booleans) schemas.unshift(this.schemaOf(one));
    const values = literals.map((one) => (one as ts.LiteralType).value as string | number);
    if (values.length === 1) schemas.unshift({ const: values[0] });
    else if (values.length > 1) schemas.unshift({ enum: values.sort() });
    return joined(schemas);
  }

  private objectOrList(type: ts.Type): JsonSchema {
    if (this.checker.isTupleType(type)) {
      const items = this.checker.getTypeArguments(type as ts.TypeReference).map((one) => this.schemaOf(one));
      return { type: "array", prefixItems: items };
    }
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { type: "array", items: item ? this.schemaOf(item) : {} };
    }
    if (type.symbol?.name === "Date") return { type: "string", format: "date-time" };
    const name = this.nameOf(type);
    if (!name) return this.objectSchema(type);
    const reference = { $ref: `#/components/schemas/${name}` };
    if (this.types[name]) return reference;
    // First a place for it: a type may hold itself.
    this.types[name] = {};
    this.types[name] = this.objectSchema(type);
    return reference;
  }

  /** The name of an interface or alias of ours; a second one of that name gets its folder's before it. */
  private nameOf(type: ts.Type): string | null {
    const known = this.names.get(type);
    if (known) return known;
    const symbol = type.aliasSymbol ?? type.symbol;
    const declaration = symbol?.declarations?.[0];
    const generic = (type.aliasTypeArguments ?? this.argumentsOf(type)).length > 0;
    if (!declaration || generic || !/^[A-Z]/.test(symbol.name)) return null;
    const path = declaration.getSourceFile().fileName;
    if (path.includes("node_modules")) return null;
    const folder = path.split("/").at(-2) ?? "";
    const taken = [...this.names.values()];
    const long = `${folder.charAt(0).toUpperCase()}${folder.slice(1)}${symbol.name}`;
    const name = taken.includes(symbol.name) ? long : symbol.name;
    if (taken.includes(name)) throw new Error(`two types are called ${name}`);
    this.names.set(type, name);
    return name;
  }

  private argumentsOf(type: ts.Type): readonly ts.Type[] {
    const isReference = (type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference;
    return isReference ? this.checker.getTypeArguments(type as ts.TypeReference) : [];
  }

  private objectSchema(type: ts.Type): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const symbol of asDeclared(this.checker.getPropertiesOfType(type), (one) => one)) {
      const own = this.checker.getTypeOfSymbol(symbol);
      if (own.getCallSignatures().length > 0) throw new Error(`${symbol.name} is a function`);
      properties[symbol.name] = this.described(symbol, this.schemaOf(own));
      const mayLack = symbol.flags & ts.SymbolFlags.Optional || isMaybeUndefined(own);
      if (!mayLack) required.push(symbol.name);
    }
    const index = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: "object",
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(index ? { additionalProperties: this.schemaOf(index) } : {}),
    };
  }

  /** The words above a field; beside a reference they are allowed since OpenAPI 3.1. */
  private described(symbol: ts.Symbol, schema: JsonSchema): JsonSchema {
    const words = ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim();
    return words ? { ...schema, description: words.replace(/\s+/g, " ") } : schema;
  }
}

/**
 * In the order in which they are declared: the compiler's own order of a union, and of what a mapped type picks,
 * depends on what it happened to read before, so that another import anywhere would change the description.
 */
function asDeclared<T>(list: readonly T[], symbolOf: (one: T) => ts.Symbol | undefined): T[] {
  const place = (one: T) => {
    const declaration = symbolOf(one)?.declarations?.[0];
    return { file: declaration?.getSourceFile().fileName ?? "", at: declaration?.getStart() ?? 0 };
  };
  const placed = list.map((one) => ({ one, ...place(one) }));
  const apart = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
  return placed.sort((a, b) => apart(a.file, b.file) || a.at - b.at).map(({ one }) => one);
}

function isMaybeUndefined(type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.Undefined) return true;
  return type.isUnion() && type.types.some((one) => one.flags & ts.TypeFlags.Undefined);
}

/** One of several, null last: `type: ["string", "null"]` where that says it. */
function joined(parts: JsonSchema[]): JsonSchema {
  const isNull = (one: JsonSchema) => one.type === "null";
  const schemas = [...parts.filter((one) => !isNull(one)), ...parts.filter(isNull)];
  const [first, second] = schemas;
  if (schemas.length === 1 && first) return first;
  if (schemas.length === 2 && first && second?.type === "null" && typeof first.type === "string")
    return { ...first, type: [first.type, "null"] };
  return { anyOf: schemas };
}
