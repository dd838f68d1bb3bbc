import { anyIn, notMember, oid, text } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

export interface PublicationBody {
  allTables: boolean;
  publish: string[];
  viaRoot: boolean;
  tables: { table: string; columns: string | null; filter: string | null }[];
  schemas: string[];
  generated: string;
}
export const publicationBody = (fact: Fact) => fact.body as unknown as PublicationBody;

/** pg_publication with its tables and schemas. */
export const publicationKind: KindDefinition = {
  kind: "publication",
  keyword: "PUBLICATION",
  presence: anyIn("pg_publication"),
  query: (
    version,
  ) => `SELECT p.oid, p.pubowner AS owner, quote_ident(p.pubname) AS name, p.puballtables AS all_tables, p.pubviaroot AS via_root,
      array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL) AS publish,
      ${version >= 180000 ? "p.pubgencols::text" : "'n'"} AS generated,
      (SELECT coalesce(json_agg(json_build_object('oid', r.oid, 'table', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
        'columns', ${version >= 150000 ? "(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs))" : "NULL"},
        'filter', ${version >= 150000 ? "pg_get_expr(r.prqual, r.prrelid)" : "NULL"}) ORDER BY n.nspname, c.relname), '[]')
        FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid) AS tables,
      ${version >= 150000 ? "(SELECT coalesce(json_agg(json_build_object('oid', s.oid, 'name', quote_ident(n.nspname)) ORDER BY n.nspname), '[]') FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)" : "'[]'::json"} AS schemas
    FROM pg_publication p WHERE ${notMember("pg_publication", "p.oid")}`,
  read: (row) => {
    const tables = row.tables as {
      oid: number;
      table: string;
      columns: string | null;
      filter: string | null;
    }[];
    const schemas = row.schemas as { oid: number; name: string }[];
    const publication: PublicationBody = {
      allTables: row.all_tables === true,
      publish: row.publish as string[],
      viaRoot: row.via_root === true,
      tables: tables.map(({ table, columns, filter }) => ({ table, columns, filter })),
      schemas: schemas.map(({ name }) => name),
      generated: text(row, "generated"),
    };
    return {
      id: `publication:${text(row, "name")}`,
      name: text(row, "name"),
      schema: null,
      parent: null,
      body: { ...publication },
      addresses: [
        { catalog: "pg_publication", oid: oid(row) },
        ...tables.map((one) => ({ catalog: "pg_publication_rel", oid: Number(one.oid) })),
        ...schemas.map((one) => ({ catalog: "pg_publication_namespace", oid: Number(one.oid) })),
      ],
    };
  },
  create: (fact) => {
    const b = publicationBody(fact);
    const what = b.allTables ? " FOR ALL TABLES" : objects(b) ? ` FOR ${objects(b)}` : "";
    return [`CREATE PUBLICATION ${fact.name}${what} WITH (${parameters(b)})`];
  },
  drop: (fact) => [`DROP PUBLICATION ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [publicationBody(from), publicationBody(to)];
    if (a.allTables !== b.allTables) return "replace";
    const on = `ALTER PUBLICATION ${to.name}`;
    const sets = objects(a) === objects(b);
    // What SET does not name stays as it is.
    const none = a.generated === "s" && b.generated !== "s" ? ", publish_generated_columns = none" : "";
    return [
      ...(parameters(a) === parameters(b) ? [] : [`${on} SET (${parameters(b)}${none})`]),
      ...(sets ? [] : objects(b) ? [`${on} SET ${objects(b)}`] : [`${on} DROP ${dropped(a)}`]),
    ];
  },
  ownedAs: (fact) => `PUBLICATION ${fact.name}`,
};

/** A publication after `ALTER PUBLICATION … DROP TABLE`. */
export function withoutTables(publication: Fact, names: readonly string[]): Fact {
  const tables = publicationBody(publication).tables.filter(({ table }) => !names.includes(table));
  return { ...publication, body: { ...publication.body, tables } };
}

function parameters(b: PublicationBody): string {
  const generated = b.generated === "s" ? ", publish_generated_columns = stored" : "";
  return `publish = '${b.publish.join(", ")}', publish_via_partition_root = ${b.viaRoot}${generated}`;
}

/** The word TABLE once: servers before 15 know no other form. */
function objects(b: PublicationBody): string {
  const tables = b.tables.map(
    (t) => `ONLY ${t.table}${t.columns ? ` (${t.columns})` : ""}${t.filter ? ` WHERE (${t.filter})` : ""}`,
  );
  return listed(tables, b.schemas);
}

function listed(tables: string[], schemas: string[]): string {
  return [
    ...(tables.length > 0 ? [`TABLE ${tables.join(", ")}`] : []),
    ...(schemas.length > 0 ? [`TABLES IN SCHEMA ${schemas.join(", ")}`] : []),
  ].join(", ");
}

function dropped(b: PublicationBody): string {
  return listed(
    b.tables.map((t) => t.table),
    b.schemas,
  );
}
