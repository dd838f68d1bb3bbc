import type { Completion, CompletionContext, CompletionSource } from "@codemirror/autocomplete";
import {
  keywordCompletionSource,
  PostgreSQL,
  type SQLNamespace,
  schemaCompletionSource,
} from "@codemirror/lang-sql";
import { LanguageSupport, syntaxTree } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { quoteName } from "@/lib/core/risk/rule";

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
    unlessQualified(columnSource(names)),
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
    tables[table.name] = table.columns.map(columnCompletion);
  }
  return tables;
}

function columnCompletion({ name, type }: Names["tables"][number]["columns"][number]): Completion {
  return { label: name, detail: type, type: "property" };
}

const NAME = /(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)/u.source;
const EACH_NAME = new RegExp(NAME, "gu");
const DOTTED = new RegExp(`${NAME}(?:\\.${NAME})?`, "gu");

/** Columns of the tables that the statement names anywhere: an UPDATE names them before, a SELECT after. */
function columnSource(names: readonly Names[]): CompletionSource {
  const tables = new Map<string, Names["tables"][number]["columns"]>();
  for (const { schema, inSearchPath, tables: own } of names) {
    for (const { name, columns } of own) {
      tables.set(`${schema}.${name}`, columns);
      if (inSearchPath) tables.set(name, columns);
    }
  }
  return (context) => {
    const word = context.matchBefore(/"?[\p{L}_][\p{L}\p{N}_$]*/u);
    if (!word && !context.explicit) return null;
    const named = new Set(statementAt(context).match(DOTTED)?.map(unquoted));
    const columns = [...named].flatMap((name) => tables.get(name) ?? []);
    const options = [...new Map(columns.map((column) => [column.name, column])).values()].map(
      (column): Completion => ({ ...columnCompletion(column), apply: quoteName(column.name), boost: 10 }),
    );
    return options.length > 0 ? { from: word?.from ?? context.pos, options, validFor: /^"?\w*$/ } : null;
  };
}

/** Text of the statement that one is writing. */
function statementAt({ state, pos }: CompletionContext): string {
  let node = syntaxTree(state).resolveInner(pos, -1);
  while (node.name !== "Statement" && node.parent) node = node.parent;
  return state.sliceDoc(node.from, node.to);
}

/** As PostgreSQL keeps the name: `Shop."Order"` is shop.Order. */
function unquoted(written: string): string {
  return written.replace(EACH_NAME, (name) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  );
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
