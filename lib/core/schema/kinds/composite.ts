import { dependantsOf } from "../lookups";
import { anyIn, literal, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, FactId, KindDefinition, Snapshot } from "../types";

interface Attribute {
  name: string;
  type: string;
  collation: string | null;
  comment: string | null;
}
export const attributes = (fact: Fact) => fact.body.attributes as Attribute[];
const comment = (fact: Fact, one: Attribute) =>
  `COMMENT ON COLUMN ${fact.name}.${one.name} IS ${one.comment === null ? "NULL" : literal(one.comment)}`;
const written = (a: Attribute) => `${a.name} ${a.type}${a.collation ? ` COLLATE ${a.collation}` : ""}`;

function isStored(type: FactId, snapshot: Snapshot): boolean {
  return dependantsOf(snapshot, type).some((id) => /^(column|domain|composite|range):/.test(id));
}

/** pg_class with relkind c and its pg_attribute rows. */
export const compositeKind: KindDefinition = {
  kind: "composite",
  keyword: "TYPE",
  presence: anyIn("pg_class", "oid", "relkind = 'c'"),
  query:
    () => `SELECT c.oid, t.oid AS type, t.typarray, t.typowner AS owner, quote_ident(n.nspname) AS schema,
      quote_ident(c.relname) AS name, coalesce(t.typacl, acldefault('T', t.typowner))::text[] AS acl,
      (SELECT coalesce(json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
          'collation', CASE WHEN a.attcollation <> at.typcollation THEN
            (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
             JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END,
          'comment', col_description(c.oid, a.attnum))
          ORDER BY a.attnum), '[]')
        FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = c.reltype
    WHERE c.relkind = 'c' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `composite:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { attributes: row.attributes },
      addresses: [
        { catalog: "pg_type", oid: oid(row, "type") },
        { catalog: "pg_type", oid: oid(row, "typarray") },
        { catalog: "pg_class", oid: oid(row) },
      ],
    };
  },
  create: (fact) => [
    `CREATE TYPE ${fact.name} AS (${attributes(fact).map(written).join(", ")})`,
    ...attributes(fact).flatMap((one) => (one.comment === null ? [] : [comment(fact, one)])),
  ],
  drop: (fact) => [`DROP TYPE ${fact.name}`],
  alter: (from, to, around) => {
    const [a, b] = [attributes(from), attributes(to)];
    const old = new Map(a.map((attribute) => [attribute.name, attribute]));
    const kept = a.filter((one) => b.some((other) => other.name === one.name)).map((one) => one.name);
    // Attributes can only be added at the end; another order means another type.
    if (b.slice(0, kept.length).some((one, i) => one.name !== kept[i])) return "replace";
    // PostgreSQL refuses to retype what values are stored of ("cannot alter type … because column … uses it").
    const retyped = b.some(
      (one) => old.has(one.name) && written(old.get(one.name) as Attribute) !== written(one),
    );
    if (retyped && isStored(from.id, around.from)) return "replace";
    const actions = [
      ...a.filter((one) => !kept.includes(one.name)).map((one) => `DROP ATTRIBUTE ${one.name}`),
      ...b.flatMap((one) => {
        const before = old.get(one.name);
        if (!before) return [`ADD ATTRIBUTE ${written(one)}`];
        if (written(before) === written(one)) return [];
        return [
          `ALTER ATTRIBUTE ${one.name} TYPE ${one.type}${one.collation ? ` COLLATE ${one.collation}` : ""}`,
        ];
      }),
    ];
    const commented = b.filter((one) => one.comment !== (old.get(one.name)?.comment ?? null));
    return [
      ...(actions.length > 0 ? [`ALTER TYPE ${to.name} ${actions.join(", ")}`] : []),
      ...commented.map((one) => comment(to, one)),
    ];
  },
  ownedAs: (fact) => `TYPE ${fact.name}`,
  grantedOn: (fact) => ({ on: `TYPE ${fact.name}`, all: "U" }),
};
