import { oid, text } from "../sql-text";
import type { Fact, FactId, KindDefinition } from "../types";
import { relationOf } from "./column";

/** pg_attrdef of columns that are not generated: a fact of its own, so that cycles with functions can be cut. */
export const defaultKind: KindDefinition = {
  kind: "default",
  keyword: "DEFAULT",
  readWith: "column",
  read: (row) => {
    if (row.default_oid === null || row.generated !== "") return null;
    const relation = text(row, "relation");
    const name = text(row, "name");
    return {
      id: `default:${relation}.${name}`,
      name,
      schema: null,
      parent: `${text(row, "of") === "v" ? "view" : "table"}:${relation}`,
      body: { expression: text(row, "expression") },
      addresses: [{ catalog: "pg_attrdef", oid: oid(row, "default_oid") }],
      aclTexts: null,
      extraDeps: [`column:${relation}.${name}`],
    };
  },
  create: (fact) => [`${on(fact)} SET DEFAULT ${fact.body.expression}`],
  drop: (fact) => [`${on(fact)} DROP DEFAULT`],
  alter: (_, to) => [`${on(to)} SET DEFAULT ${to.body.expression}`],
  commentOn: () => null,
};

/** Of the column that a default belongs to. */
export function columnWith(value: Fact): FactId {
  return `column:${value.id.slice("default:".length)}`;
}

/** As it follows a column where that is made. */
export function defaultClause({ body }: Fact): string {
  return ` DEFAULT ${body.expression}`;
}

/** Partitions and children have defaults of their own. */
function on(fact: Fact): string {
  const only = fact.parent?.startsWith("table:") ? "ONLY " : "";
  return `ALTER TABLE ${only}${relationOf(fact)} ALTER COLUMN ${fact.name}`;
}

const OF_SESSION = /\b(currval|lastval)\(|\bcurrent_setting\('[^']*\.[^']*'::text\)/;

/**
 * Whether it has a value only in a session that used the sequence or made the setting: to the rows that are there
 * when their column is added it could give none.
 */
export function isOfSession({ body }: Fact): boolean {
  return OF_SESSION.test(String(body.expression));
}
