import type pg from "pg";
import type { Group } from "./put-order";
import type { UndoRelation } from "./relation";

const MODES: Record<string, string> = {
  A: "ENABLE ALWAYS",
  R: "ENABLE REPLICA",
  O: "ENABLE",
  D: "DISABLE",
};

interface Trigger {
  table: string;
  name: string;
  enabled: string;
  /** State of the partitioned table's trigger that this one is a copy of; null: it is one of its own. */
  above: string | null;
}

/** Copies for partitions are internal before PostgreSQL 15; those of foreign keys are nobody's to switch. */
const TRIGGERS = `
SELECT DISTINCT t.tgrelid::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(t.tgname) AS name, t.tgenabled::text AS enabled,
  p.tgenabled::text AS above
FROM pg_catalog.unnest($1::oid[]) o (oid) CROSS JOIN LATERAL (SELECT o.oid AS relid UNION SELECT x.relid
  FROM pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) x) r
JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.relid
LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid AND r.relid <> o.oid
WHERE (NOT t.tgisinternal OR p.oid IS NOT NULL) AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_constraint c WHERE c.oid = t.tgconstraint AND c.contype <> 't')
ORDER BY 1, 2`;

/**
 * Rows come back as they were: triggers of the tables and of their partitions have seen them before.
 * @returns statements that wake them again
 */
export async function silenceTriggers(
  client: pg.ClientBase,
  relations: readonly UndoRelation[],
): Promise<string[]> {
  const { rows } = await client.query<Trigger>(TRIGGERS, [relations.map(({ oid }) => oid)]);
  const own = rows.filter(({ above, enabled }) => above === null && enabled !== "D");
  const copies = rows.filter(({ above, enabled }) => above !== null && enabled !== above);
  const set = ({ table, name }: Trigger, mode = "ENABLE", only = "") =>
    `ALTER TABLE ${only}${table} ${mode} TRIGGER ${name}`;
  // Those of partitions follow the partitioned table's; where one had a state of its own, that comes after.
  for (const trigger of own) await client.query(set(trigger, "DISABLE"));
  for (const copy of copies) if (copy.enabled !== "D") await client.query(set(copy, "DISABLE", "ONLY "));
  return [
    ...own.map((trigger) => set(trigger, MODES[trigger.enabled])),
    ...copies.map((copy) => set(copy, MODES[copy.enabled], "ONLY ")),
  ];
}

/** Foreign keys in a ring are checked when all of its rows are there (docs: SET CONSTRAINTS). @returns how to end that */
export async function deferRing(client: pg.ClientBase, { circular }: Group): Promise<string[]> {
  if (circular.length === 0) return [];
  const back = ["SET CONSTRAINTS ALL IMMEDIATE"];
  for (const { relation, key } of circular) {
    await client.query(`ALTER TABLE ${relation} ALTER CONSTRAINT ${key.name} DEFERRABLE INITIALLY DEFERRED`);
    const before = `${key.deferrable ? "" : "NOT "}DEFERRABLE ${key.deferred ? "INITIALLY DEFERRED" : ""}`;
    back.push(`ALTER TABLE ${relation} ALTER CONSTRAINT ${key.name} ${before}`);
  }
  await client.query("SET CONSTRAINTS ALL DEFERRED");
  return back;
}
