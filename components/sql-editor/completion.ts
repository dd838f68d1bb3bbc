import type { Completion, CompletionContext, CompletionSource } from "@codemirror/autocomplete";
import {
  keywordCompletionSource,
  PostgreSQL,
  type SQLNamespace,
  schemaCompletionSource,
} from "@codemirror/lang-sql";
import { LanguageSupport } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

/** Names of a database, as lib/postgres/catalog reads them. */
export interface Names {
  schema: string;
  inSearchPath: boolean;
  tables: { name: string; columns: { name: string; type: string }[] }[];
  functions: { name: string; arguments: string }[];
}

/** PostgreSQL's SQL with the names of a database; without names, keywords only. */
export function sqlLanguage(names: readonly Names[]): Extension {
  const found = names.filter((one) => one.inSearchPath);
  const schema: Record<string, SQLNamespace> = {};
  for (const one of names) schema[one.schema] = toNamespace(one);
  // Names that work without their schema stand beside the schemas, as one writes them.
  const open: SQLNamespace = Object.assign({}, ...found.map(toNamespace));
  const sources = [
    schemaCompletionSource({ dialect: PostgreSQL, schema: { ...schema, ...open } }),
    unlessQualified(keywordCompletionSource(PostgreSQL, true)),
    unlessQualified(functionSource(found.flatMap((one) => one.functions))),
  ];
  return new LanguageSupport(
    PostgreSQL.language,
    sources.map((autocomplete) => PostgreSQL.language.data.of({ autocomplete })),
  );
}

/** After a point only what belongs to the name before it can stand: no keyword, no function of another schema. */
function unlessQualified(source: CompletionSource): CompletionSource {
  return (context) => (context.matchBefore(/\.\w*/) ? null : source(context));
}

function toNamespace(names: Names): Record<string, Completion[]> {
  const tables: Record<string, Completion[]> = {};
  for (const table of names.tables) {
    tables[table.name] = table.columns.map(({ name, type }) => ({
      label: name,
      detail: type,
      type: "property",
    }));
  }
  return tables;
}

function functionSource(functions: Names["functions"]): CompletionSource {
  const options = functions.map(
    (one): Completion => ({
      label: one.name,
      detail: `(${one.arguments})`,
      type: "function",
      apply: `${one.name}(`,
    }),
  );
  return (context: CompletionContext) => {
    const word = context.matchBefore(/\w{2,}/);
    return word && options.length > 0 ? { from: word.from, options, validFor: /^\w*$/ } : null;
  };
}
