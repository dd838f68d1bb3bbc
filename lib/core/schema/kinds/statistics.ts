import { anyIn, NAME, notMember, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

/** pg_statistic_ext. */
export const statisticsKind: KindDefinition = {
  kind: "statistics",
  keyword: "STATISTICS",
  presence: anyIn("pg_statistic_ext"),
  query: (
    version,
  ) => `SELECT s.oid, s.stxowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(s.stxname) AS name,
      quote_ident(cn.nspname) || '.' || quote_ident(c.relname) AS relation, c.relkind AS of,
      pg_get_statisticsobjdef(s.oid) AS definition, ${version >= 170000 ? "s.stxstattarget" : "nullif(s.stxstattarget, -1)"} AS target
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class c ON c.oid = s.stxrelid
    JOIN pg_namespace cn ON cn.oid = c.relnamespace WHERE ${USER_NAMESPACE} AND ${notMember("pg_statistic_ext", "s.oid")}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `statistics:${name}`,
      name,
      schema: text(row, "schema"),
      parent: `${text(row, "of") === "m" ? "materialized_view" : "table"}:${text(row, "relation")}`,
      body: { definition: text(row, "definition"), target: row.target === null ? null : Number(row.target) },
      addresses: [{ catalog: "pg_statistic_ext", oid: oid(row) }],
    };
  },
  create: (fact) => [String(fact.body.definition), ...(fact.body.target === null ? [] : [target(fact)])],
  drop: (fact) => [`DROP STATISTICS ${fact.name}`],
  alter: (from, to) => (inAnyOrder(from) === inAnyOrder(to) ? [target(to)] : "replace"),
  compared: (fact) => ({ ...fact.body, definition: inAnyOrder(fact) }),
  ownedAs: (fact) => `STATISTICS ${fact.name}`,
};

const NAMES = new RegExp(`(?<= ON )${NAME}(?:, ${NAME})*(?=, \\(| FROM )`);
const ONE_NAME = new RegExp(NAME, "g");

/** Its columns are printed as they stand in the table, which says nothing about it. */
function inAnyOrder({ body }: Fact): string {
  return String(body.definition).replace(NAMES, (names) => (names.match(ONE_NAME) ?? []).sort().join(", "));
}

function target(fact: Fact): string {
  return `ALTER STATISTICS ${fact.name} SET STATISTICS ${fact.body.target ?? -1}`;
}
