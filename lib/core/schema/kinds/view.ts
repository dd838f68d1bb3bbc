import { alterOptions, list, oid, storageOptions, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

interface Body {
  definition: string;
  options: string[];
  columns: { name: string; type: string; collation: string }[];
}
const body = (fact: Fact) => fact.body as unknown as Body;

/** pg_class with relkind v. */
export const viewKind: KindDefinition = {
  kind: "view",
  keyword: "VIEW",
  query:
    () => `SELECT c.oid, r.oid AS rule, c.reltype AS type, t.typarray, c.relowner AS owner, quote_ident(n.nspname) AS schema,
      quote_ident(c.relname) AS name, coalesce(c.relacl, acldefault('r', c.relowner))::text[] AS acl,
      pg_get_viewdef(c.oid) AS definition, c.reloptions AS options,
      (SELECT json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod), 'collation', a.attcollation::text) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = c.reltype
    LEFT JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const options = list(row, "options");
    // Written as WITH CHECK OPTION, wherever it stands among them.
    const check = options.filter((option) => option.startsWith("check_option="));
    return {
      id: `view:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: {
        definition: text(row, "definition"),
        options: [...options.filter((option) => !check.includes(option)), ...check],
        columns: row.columns ?? [],
      },
      addresses: [
        { catalog: "pg_class", oid: oid(row) },
        { catalog: "pg_rewrite", oid: oid(row, "rule") },
        { catalog: "pg_type", oid: oid(row, "type") },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
    };
  },
  create: (fact) => [createView("CREATE VIEW", fact)],
  drop: (fact) => [`DROP VIEW ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    const options = alterOptions(`ALTER VIEW ${to.name}`, a.options, b.options);
    const sameColumns = JSON.stringify(a.columns) === JSON.stringify(b.columns);
    if (meaningOf(from) === meaningOf(to) && sameColumns) return options;
    // CREATE OR REPLACE keeps grants and dependants, but only lets columns be added at the end.
    const prefix = a.columns.every((column, i) => JSON.stringify(column) === JSON.stringify(b.columns[i]));
    return prefix ? [createView("CREATE OR REPLACE VIEW", to)] : "replace";
  },
  // Collation oids differ between databases; they only tell whether a view may be replaced in place.
  compared: (fact) => ({
    ...fact.body,
    ...comparedText(fact),
    columns: body(fact).columns.map(({ name, type }) => ({ name, type })),
  }),
  ownedAs: (fact) => `VIEW ${fact.name}`,
  grantedOn: (fact) => ({ on: `TABLE ${fact.name}`, all: "arwdDxtm" }),
};

/** What a printed query is compared by; see diff/column-aliases. */
export function meaningOf({ body }: Fact): string {
  return bareJoins(String(body.byColumn ?? body.definition));
}

export function comparedText(fact: Fact): { definition: string; byColumn: undefined } {
  return { definition: meaningOf(fact), byColumn: undefined };
}

/**
 * A natural outer join without common columns is printed `ON TRUE`, and what is made of that text `ON (true)`: the
 * same view, which no statement could make equal.
 */
export function bareJoins(definition: string): string {
  return definition.replace(/ ON TRUE(?=[\s);]|$)/g, " ON (true)");
}

function createView(verb: string, fact: Fact): string {
  const b = body(fact);
  const check = b.options.find((option) => option.startsWith("check_option="));
  const options = b.options.filter((option) => option !== check);
  const withOptions = options.length > 0 ? ` WITH (${storageOptions(options)})` : "";
  const withCheck = check ? `\n WITH ${check.slice("check_option=".length).toUpperCase()} CHECK OPTION` : "";
  return `${verb} ${fact.name}${withOptions} AS\n${b.definition.replace(/;\s*$/, "")}${withCheck}`;
}
