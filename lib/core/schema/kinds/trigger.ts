import { anyIn, notMember, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, FactId, KindDefinition, Snapshot } from "../types";
import { relationOf } from "./column";
import { leavesWhole, tableBody } from "./table";

export const ENABLED: Record<string, string> = {
  O: "ENABLE",
  D: "DISABLE",
  R: "ENABLE REPLICA",
  A: "ENABLE ALWAYS",
};

/** pg_trigger, without internal ones; of those that partitions get from their parent only what is switched otherwise. */
export const triggerKind: KindDefinition = {
  kind: "trigger",
  keyword: "TRIGGER",
  presence: anyIn("pg_trigger", "oid", "(NOT tgisinternal OR tgparentid <> 0)"),
  query: (
    version,
  ) => `SELECT t.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, c.relkind AS of, quote_ident(t.tgname) AS name,
      CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid) END AS definition, t.tgenabled AS enabled, t.tgconstraint AS constraint_oid,
      p.tgenabled AS parent_enabled, quote_ident(pn.nspname) || '.' || quote_ident(pc.relname) AS parent_relation, quote_ident(p.tgname) AS parent_name
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_trigger p ON p.oid = t.tgparentid LEFT JOIN pg_class pc ON pc.oid = p.tgrelid LEFT JOIN pg_namespace pn ON pn.oid = pc.relnamespace
    WHERE (NOT t.tgisinternal AND t.tgparentid = 0 OR ${version >= 150000 ? "NOT t.tgisinternal AND " : ""}t.tgenabled <> p.tgenabled) AND ${USER_NAMESPACE} AND ${notMember("pg_trigger", "t.oid")}`,
  read: (row) => {
    const relation = text(row, "relation");
    const name = text(row, "name");
    const addresses = [{ catalog: "pg_trigger", oid: oid(row) }];
    if (Number(row.constraint_oid) !== 0)
      addresses.push({ catalog: "pg_constraint", oid: oid(row, "constraint_oid") });
    return {
      id: `trigger:${relation}.${name}`,
      name,
      schema: null,
      parent: `${text(row, "of") === "v" ? "view" : "table"}:${relation}`,
      body: {
        definition: optional(row, "definition"),
        enabled: text(row, "enabled"),
        inherited: optional(row, "parent_enabled"),
      },
      addresses,
      extraDeps: row.parent_name
        ? [`trigger:${text(row, "parent_relation")}.${text(row, "parent_name")}`]
        : [],
    };
  },
  create: (fact) => {
    // Of a partition: written when it is attached (see diff/late).
    if (fact.body.definition === null) return [];
    return [String(fact.body.definition), ...(fact.body.enabled === "O" ? [] : [switchTrigger(fact)])];
  },
  drop: (fact, around) => {
    if (fact.body.definition !== null) return [`DROP TRIGGER ${fact.name} ON ${relationOf(fact)}`];
    // The partition's copy goes back to what its parent says, when that is still there.
    const usual = triggersAbove(fact, around.to)
      .map(({ id }) => around.to.facts.get(id)?.body.enabled)
      .find((enabled) => enabled !== undefined);
    return usual && around.to.facts.has(fact.parent ?? "") && !leavesWhole(fact.parent, around)
      ? [switchTrigger({ ...fact, body: { ...fact.body, enabled: usual } })]
      : [];
  },
  alter: (from, to) => {
    if (from.body.definition !== to.body.definition) {
      const replaced = String(to.body.definition).replace(/^CREATE TRIGGER/, "CREATE OR REPLACE TRIGGER");
      // Constraint triggers cannot be replaced; the copies of partitions are not made by themselves.
      if (!replaced.startsWith("CREATE OR") || !/^CREATE TRIGGER/.test(String(from.body.definition)))
        return "replace";
      return [replaced, ...(to.body.enabled === "O" ? [] : [switchTrigger(to)])];
    }
    return from.body.enabled === to.body.enabled || to.body.definition === null ? [] : [switchTrigger(to)];
  },
  compared: (fact) => ({ ...fact.body, inherited: undefined }),
  commentOn: (fact) => `TRIGGER ${fact.name} ON ${relationOf(fact)}`,
};

/** The triggers that the copy of a partition comes from, the nearest first; those that follow their own parent are no facts. */
export function triggersAbove(fact: Fact, snapshot: Snapshot): { id: FactId; table: FactId }[] {
  const above: { id: FactId; table: FactId }[] = [];
  let table = snapshot.facts.get(fact.parent ?? "");
  while (table?.kind === "table" && tableBody(table).partitionOf !== null) {
    const parent = tableBody(table).partitionOf;
    above.push({ id: `trigger:${parent}.${fact.name}`, table: `table:${parent}` });
    table = snapshot.facts.get(`table:${parent}`);
  }
  return above;
}

/** `ALTER TABLE … ENABLE | DISABLE … TRIGGER`. */
export function switchTrigger(fact: Fact): string {
  return `ALTER TABLE ${relationOf(fact)} ${ENABLED[String(fact.body.enabled)]} TRIGGER ${fact.name}`;
}
