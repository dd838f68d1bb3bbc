/** Names that change, as tokens of SQL text: identifiers in the form in which PostgreSQL prints them. */
export interface NameRules {
  /** `schema.name` of relations, types and routines. */
  qualified: Map<string, string>;
  schemas: Map<string, string>;
  /** By `schema.table` (its old name): columns. */
  columns: Map<string, Map<string, string>>;
  /** By `schema.table` (its old name): constraints. */
  constraints: Map<string, Map<string, string>>;
  /** By `schema.enum` (its old name): values as SQL literals. */
  labels: Map<string, Map<string, string>>;
}

const TOKEN =
  /"(?:[^"]|"")*"|[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|--[^\n]*|\/\*[\s\S]*?\*\/|\s+|::|./g;
const IDENTIFIER = /^(?:"|[A-Za-z_\u0080-\uffff](?!'))/;

/** Lexical pieces that together are the text; strings, bodies in dollar quotes and comments in one piece each. */
export function tokensOf(sql: string): string[] {
  return sql.match(TOKEN) ?? [];
}

/** Parts of a dotted name: `public."a.b".c` has three. */
export function nameParts(name: string): string[] {
  return tokensOf(name).filter((token) => token !== ".");
}

/** `schema.name` in their new form wherever the text names them; `schema.table.column` too. */
export function rewriteQualified(sql: string, rules: NameRules): string {
  if (!sql.includes(".")) return sql;
  const tokens = tokensOf(sql);
  for (let i = 0; i + 2 < tokens.length; i++) {
    if (tokens[i + 1] === "::" && /^reg/.test(tokens[i + 2] ?? "")) {
      tokens[i] = rewriteInside(tokens[i] ?? "", rules);
      continue;
    }
    const [first = "", dot, second = ""] = [tokens[i], tokens[i + 1], tokens[i + 2]];
    if (dot !== "." || tokens[i - 1] === "." || !IDENTIFIER.test(first) || !IDENTIFIER.test(second)) continue;
    const name = `${first}.${second}`;
    const column = tokens[i + 3] === "." ? rules.columns.get(name)?.get(tokens[i + 4] ?? "") : undefined;
    if (column !== undefined) tokens[i + 4] = column;
    const renamed = rules.qualified.get(name);
    const schema = rules.schemas.get(first);
    if (renamed !== undefined) [tokens[i], tokens[i + 1], tokens[i + 2]] = [renamed, "", ""];
    else if (schema !== undefined) tokens[i] = schema;
  }
  return tokens.join("");
}

/** `'schema.name'::regclass`. */
function rewriteInside(constant: string, rules: NameRules): string {
  if (!constant.startsWith("'")) return constant;
  const name = constant.slice(1, -1).replaceAll("''", "'");
  return `'${rewriteQualified(name, rules).replaceAll("'", "''")}'`;
}

/** `table.column` where a query calls a relation by its bare name, as PostgreSQL does when it has no alias. */
export function rewriteAlias(sql: string, from: string, to: string): string {
  const tokens = tokensOf(sql);
  return tokens
    .map((token, i) => (token === from && tokens[i + 1] === "." && tokens[i - 1] !== "." ? to : token))
    .join("");
}

/** Column names in an expression over one table: bare, or after `old.`, `new.` or the table's own name. */
export function rewriteColumns(sql: string, columns: Map<string, string>, table: string): string {
  const tokens = tokensOf(sql);
  const owners = new Set(["old", "new", "OLD", "NEW", table]);
  return tokens
    .map((token, i) => {
      const renamed = columns.get(token);
      if (renamed === undefined || tokens[i - 1] === "::" || tokens[i + 1] === "(") return token;
      if (tokens[i + 1] === ".") return token;
      return tokens[i - 1] !== "." || owners.has(tokens[i - 2] ?? "") ? renamed : token;
    })
    .join("");
}

/** Values of enums, which PostgreSQL prints as `'value'::schema.enum`. */
export function rewriteLabels(sql: string, labels: NameRules["labels"]): string {
  const tokens = tokensOf(sql);
  return tokens
    .map((token, i) => {
      if (!token.startsWith("'") || tokens[i + 1] !== "::") return token;
      const type = `${tokens[i + 2]}.${tokens[i + 4]}`;
      return labels.get(type)?.get(token) ?? token;
    })
    .join("");
}
