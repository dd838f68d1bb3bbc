import type pg from "pg";
import type { Group } from "./put-order";
import type { UndoRelation } from "./relation";
import { STEADY_TEXT } from "./store";

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
WHERE (NOT t.tgisinternal OR t.tgparentid <> 0) AND NOT EXISTS (
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
  const rules = await silenceRules(client, relations);
  return [
    ...rules,
    ...own.map((trigger) => set(trigger, MODES[trigger.enabled])),
    ...copies.map((copy) => set(copy, MODES[copy.enabled], "ONLY ")),
  ];
}

/** A rule would do something else in place of the put-back, or beside it. @returns statements that wake them again */
async function silenceRules(client: pg.ClientBase, relations: readonly UndoRelation[]): Promise<string[]> {
  const { rows } = await client.query<Omit<Trigger, "above">>(
    `SELECT ev_class::pg_catalog.regclass::text AS table, pg_catalog.quote_ident(rulename) AS name, ev_enabled::text AS enabled
     FROM pg_catalog.pg_rewrite WHERE ev_class = ANY ($1::oid[]) AND ev_enabled <> 'D' ORDER BY 1, 2`,
    [relations.map(({ oid }) => oid)],
  );
  const set = ({ table, name }: (typeof rows)[number], mode = "ENABLE") =>
    `ALTER TABLE ${table} ${mode} RULE ${name}`;
  for (const rule of rows) await client.query(set(rule, "DISABLE"));
  return rows.map((rule) => set(rule, MODES[rule.enabled]));
}

/** Rows that a policy hides must not be taken for gone: the server refuses instead. @returns what it was before */
export async function setRowSecurity(client: pg.ClientBase, to: string): Promise<string> {
  const before = await setSettings(client, { row_security: to });
  return before.row_security ?? "on";
}

/** For the rest of the transaction. @returns what they were before, for this function */
export async function setSettings(
  client: pg.ClientBase,
  settings: Record<string, string>,
): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; before: string }>(
    `SELECT s.name, pg_catalog.current_setting(s.name) AS before, pg_catalog.set_config(s.name, s.value, true)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s (name, value)`,
    [Object.keys(settings), Object.values(settings)],
  );
  return Object.fromEntries(rows.map(({ name, before }) => [name, before]));
}

/** While rows are put back: they are read as they were written, and compared by the same text. */
export const QUIET = { row_security: "off", array_nulls: "on", ...STEADY_TEXT };

/** Foreign keys in a ring are checked when all of its rows are there (docs: SET CONSTRAINTS). @returns how to end that */
export async function deferRing(
  client: pg.ClientBase,
  { members }: Pick<Group, "members">,
  circular: Group["circular"],
): Promise<string[]> {
  if (circular.length === 0) return [];
  const back = ["SET CONSTRAINTS ALL IMMEDIATE"];
  for (const { relation, key } of circular) {
    await client.query(`ALTER TABLE ${relation} ALTER CONSTRAINT ${key.name} DEFERRABLE INITIALLY DEFERRED`);
    const before = `${key.deferrable ? "" : "NOT "}DEFERRABLE ${key.deferred ? "INITIALLY DEFERRED" : ""}`;
    back.push(`ALTER TABLE ${relation} ALTER CONSTRAINT ${key.name} ${before}`);
  }
  await client.query("SET CONSTRAINTS ALL DEFERRED");
  // What is unique is told at once, or it would fail the whole transaction when it ends.
  const { rows } = await client.query<{ name: string }>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.conname) AS name FROM pg_catalog.pg_constraint c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
     WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('p', 'u', 'x') AND c.condeferrable`,
    [members.map(({ relation }) => relation.oid)],
  );
  for (const { name } of rows) await client.query(`SET CONSTRAINTS ${name} IMMEDIATE`);
  return back;
}
