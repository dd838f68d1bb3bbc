import { factsOfKind } from "../lookups";
import { alterOptions, list, literal, notMember, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition, Snapshot } from "../types";

export interface IndexBody {
  definition: string;
  options: string[];
  valid: boolean;
  attachedTo: string | null;
  statistics: string | null;
}
export const indexBody = (fact: Fact) => fact.body as unknown as IndexBody;

/** pg_index whose index no constraint made. */
export const indexKind: KindDefinition = {
  kind: "index",
  keyword: "INDEX",
  query:
    () => `SELECT i.oid, quote_ident(n.nspname) AS schema, quote_ident(i.relname) AS name, c.relkind AS of,
      quote_ident(cn.nspname) || '.' || quote_ident(c.relname) AS relation, pg_get_indexdef(i.oid) AS definition, i.reloptions AS options,
      x.indisvalid AS valid, quote_ident(pn.nspname) || '.' || quote_ident(p.relname) AS attached_to,
      CASE WHEN x.indexprs IS NOT NULL THEN (SELECT string_agg(a.attnum || ' ' || a.attstattarget, ',' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attstattarget >= 0) END AS statistics
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
    JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
    LEFT JOIN pg_inherits h ON h.inhrelid = i.oid LEFT JOIN pg_class p ON p.oid = h.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')) AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'm') AND ${USER_NAMESPACE} AND ${notMember("pg_class", "i.oid")}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const index: IndexBody = {
      definition: text(row, "definition"),
      options: list(row, "options"),
      valid: row.valid === true,
      attachedTo: optional(row, "attached_to"),
      statistics: optional(row, "statistics"),
    };
    return {
      id: `index:${name}`,
      name,
      schema: text(row, "schema"),
      parent: `${text(row, "of") === "m" ? "materialized_view" : "table"}:${text(row, "relation")}`,
      body: index as unknown as Fact["body"],
      addresses: [{ catalog: "pg_class", oid: oid(row) }],
    };
  },
  create: (fact) => (isUnattached(fact) ? [] : createIndex(fact)),
  commentOn: (fact) => (isUnattached(fact) ? null : `INDEX ${fact.name}`),
  drop: (fact, { from }) => [`DROP INDEX ${fact.name}${holdsKeys(fact, from) ? " CASCADE" : ""}`],
  alter: (from, to) => {
    const [a, b] = [indexBody(from), indexBody(to)];
    const bare = (body: IndexBody) => body.definition.replace(/ WITH \([^)]*\)/, "");
    if (bare(a) !== bare(b) || (a.valid !== b.valid && !a.valid)) return "replace";
    return [
      ...alterOptions(`ALTER INDEX ${to.name}`, a.options, b.options),
      ...(a.statistics === b.statistics ? [] : [...forgotten(from, to), ...statistics(to)]),
    ];
  },
};

/**
 * An index of a partitioned table alone that some partitions lack. ATTACH PARTITION would make theirs, so it comes
 * after that (see diff/late).
 */
export function isUnattached(fact: Fact): boolean {
  const { valid, definition } = indexBody(fact);
  return !valid && / ON ONLY /.test(definition);
}

/** Keys of partitions that belong to an index that is none: they go with it, and PostgreSQL wants that to be said. */
function holdsKeys(fact: Fact, snapshot: Snapshot): boolean {
  if (!/ ON ONLY /.test(indexBody(fact).definition)) return false;
  return factsOfKind(snapshot, "constraint").some(({ body }) => body.attachedTo === fact.name);
}

/** Of a partition's index, or the key that has one. */
export function attachIndex({ kind, schema, name, body }: Fact): string {
  return `ALTER INDEX ${body.attachedTo} ATTACH PARTITION ${kind === "constraint" ? `${schema}.${body.index}` : name}`;
}

/** It, with its comment. */
export function createUnattached(fact: Fact): string[] {
  const words = fact.comment === null ? [] : [`COMMENT ON INDEX ${fact.name} IS ${literal(fact.comment)}`];
  return [...createIndex(fact), ...words];
}

function createIndex(fact: Fact): string[] {
  return [indexBody(fact).definition, ...statistics(fact)];
}

function forgotten(from: Fact, to: Fact): string[] {
  const columns = (fact: Fact) =>
    (indexBody(fact).statistics?.split(",") ?? []).map((entry) => entry.split(" ")[0]);
  const kept = columns(to);
  return columns(from)
    .filter((column) => !kept.includes(column))
    .map((column) => `ALTER INDEX ${to.name} ALTER COLUMN ${column} SET STATISTICS -1`);
}

function statistics(fact: Fact): string[] {
  const entries = indexBody(fact).statistics?.split(",") ?? [];
  return entries.map((entry) => {
    const [column, target] = entry.split(" ");
    return `ALTER INDEX ${fact.name} ALTER COLUMN ${column} SET STATISTICS ${target}`;
  });
}
