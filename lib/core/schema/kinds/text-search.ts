import { anyIn, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { KindDefinition, Row } from "../types";

const qualified = (row: Row) => `${text(row, "schema")}.${text(row, "name")}`;
const procedure = (column: string) => `nullif(${column}::oid, 0)::regproc::text`;

/** pg_ts_dict. */
export const tsDictionaryKind: KindDefinition = {
  kind: "ts_dictionary",
  keyword: "TEXT SEARCH DICTIONARY",
  presence: anyIn("pg_ts_dict"),
  query:
    () => `SELECT d.oid, d.dictowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(d.dictname) AS name,
      quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) AS template, d.dictinitoption AS options
    FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `ts_dictionary:${qualified(row)}`,
    name: qualified(row),
    schema: text(row, "schema"),
    parent: null,
    body: { template: text(row, "template"), options: optional(row, "options") },
    addresses: [{ catalog: "pg_ts_dict", oid: oid(row) }],
  }),
  create: (fact) => [
    `CREATE TEXT SEARCH DICTIONARY ${fact.name} (TEMPLATE = ${fact.body.template}${fact.body.options ? `, ${fact.body.options}` : ""})`,
  ],
  drop: (fact) => [`DROP TEXT SEARCH DICTIONARY ${fact.name}`],
  alter: (from, to) => {
    if (from.body.template !== to.body.template) return "replace";
    const [a, b] = [parseOptions(from.body.options), parseOptions(to.body.options)];
    const changed = [
      ...[...a.keys()].filter((name) => !b.has(name)),
      ...[...b].filter(([name, value]) => a.get(name) !== value).map(([name, value]) => `${name} = ${value}`),
    ];
    return [`ALTER TEXT SEARCH DICTIONARY ${to.name} (${changed.join(", ")})`];
  },
  ownedAs: (fact) => `TEXT SEARCH DICTIONARY ${fact.name}`,
};

/** `language = 'english', stopwords = 'a'`, as the server keeps it. */
function parseOptions(options: unknown): Map<string, string> {
  const pairs = String(options ?? "").matchAll(/("(?:[^"]|"")+"|\w+)\s*=\s*(E?'(?:[^']|'')*'|[^,]+)/g);
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, value.trim()]));
}

/** pg_ts_config and pg_ts_config_map. */
export const tsConfigurationKind: KindDefinition = {
  kind: "ts_configuration",
  keyword: "TEXT SEARCH CONFIGURATION",
  presence: anyIn("pg_ts_config"),
  query:
    () => `SELECT c.oid, c.cfgowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.cfgname) AS name,
      quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) AS parser,
      (SELECT coalesce(json_object_agg(m.alias, m.dictionaries), '{}') FROM (
        SELECT tt.alias, string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname), ', ' ORDER BY cm.mapseqno) AS dictionaries
        FROM pg_ts_config_map cm JOIN ts_token_type(c.cfgparser) tt ON tt.tokid = cm.maptokentype JOIN pg_ts_dict d ON d.oid = cm.mapdict
        JOIN pg_namespace dn ON dn.oid = d.dictnamespace WHERE cm.mapcfg = c.oid GROUP BY tt.alias) m) AS mappings
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `ts_configuration:${qualified(row)}`,
    name: qualified(row),
    schema: text(row, "schema"),
    parent: null,
    body: { parser: text(row, "parser"), mappings: row.mappings },
    addresses: [{ catalog: "pg_ts_config", oid: oid(row) }],
  }),
  create: (fact) => [
    `CREATE TEXT SEARCH CONFIGURATION ${fact.name} (PARSER = ${fact.body.parser})`,
    ...Object.entries(fact.body.mappings as Record<string, string>).map(
      ([token, dictionaries]) =>
        `ALTER TEXT SEARCH CONFIGURATION ${fact.name} ADD MAPPING FOR ${token} WITH ${dictionaries}`,
    ),
  ],
  drop: (fact) => [`DROP TEXT SEARCH CONFIGURATION ${fact.name}`],
  alter: (from, to) => {
    if (from.body.parser !== to.body.parser) return "replace";
    const [a, b] = [from.body.mappings as Record<string, string>, to.body.mappings as Record<string, string>];
    const on = `ALTER TEXT SEARCH CONFIGURATION ${to.name}`;
    return [
      ...Object.keys(a)
        .filter((token) => !(token in b))
        .map((token) => `${on} DROP MAPPING FOR ${token}`),
      ...Object.entries(b).flatMap(([token, dictionaries]) => {
        if (!(token in a)) return [`${on} ADD MAPPING FOR ${token} WITH ${dictionaries}`];
        return a[token] === dictionaries ? [] : [`${on} ALTER MAPPING FOR ${token} WITH ${dictionaries}`];
      }),
    ];
  },
  ownedAs: (fact) => `TEXT SEARCH CONFIGURATION ${fact.name}`,
};

/** pg_ts_template. */
export const tsTemplateKind: KindDefinition = {
  kind: "ts_template",
  keyword: "TEXT SEARCH TEMPLATE",
  presence: anyIn("pg_ts_template"),
  query:
    () => `SELECT t.oid, quote_ident(n.nspname) AS schema, quote_ident(t.tmplname) AS name, ${procedure("t.tmplinit")} AS init, ${procedure("t.tmpllexize")} AS lexize
    FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `ts_template:${qualified(row)}`,
    name: qualified(row),
    schema: text(row, "schema"),
    parent: null,
    body: { init: optional(row, "init"), lexize: text(row, "lexize") },
    addresses: [{ catalog: "pg_ts_template", oid: oid(row) }],
  }),
  create: (fact) => [
    `CREATE TEXT SEARCH TEMPLATE ${fact.name} (${fact.body.init ? `INIT = ${fact.body.init}, ` : ""}LEXIZE = ${fact.body.lexize})`,
  ],
  drop: (fact) => [`DROP TEXT SEARCH TEMPLATE ${fact.name}`],
};

/** pg_ts_parser. */
export const tsParserKind: KindDefinition = {
  kind: "ts_parser",
  keyword: "TEXT SEARCH PARSER",
  presence: anyIn("pg_ts_parser"),
  query:
    () => `SELECT p.oid, quote_ident(n.nspname) AS schema, quote_ident(p.prsname) AS name, ${procedure("p.prsstart")} AS start, ${procedure("p.prstoken")} AS gettoken,
      ${procedure("p.prsend")} AS "end", ${procedure("p.prslextype")} AS lextypes, ${procedure("p.prsheadline")} AS headline
    FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `ts_parser:${qualified(row)}`,
    name: qualified(row),
    schema: text(row, "schema"),
    parent: null,
    body: Object.fromEntries(
      ["start", "gettoken", "end", "lextypes", "headline"].map((key) => [key, optional(row, key)]),
    ),
    addresses: [{ catalog: "pg_ts_parser", oid: oid(row) }],
  }),
  create: (fact) => {
    const parts = Object.entries(fact.body)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key.toUpperCase()} = ${value}`);
    return [`CREATE TEXT SEARCH PARSER ${fact.name} (${parts.join(", ")})`];
  },
  drop: (fact) => [`DROP TEXT SEARCH PARSER ${fact.name}`],
};
