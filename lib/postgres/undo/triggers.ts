import type pg from "pg";
import type { Loss } from "../../core/undo/losses";

/** Bits of pg_trigger.tgtype (PostgreSQL's catalog/pg_trigger.h). */
const EVENT = { delete: 8, update: 16, truncate: 32 } as const;

/**
 * Triggers that a statement fires and whose code writes too: what they take away cannot be foreseen. Code in other
 * languages than PostgreSQL's own cannot be read and counts as such.
 * @returns `TRIGGER name ON table`, for people
 */
export async function writingTriggers(client: pg.ClientBase, losses: readonly Loss[]): Promise<string[]> {
  const found = new Set<string>();
  for (const loss of losses) {
    if (loss.kind !== "delete" && loss.kind !== "update" && loss.kind !== "truncate") continue;
    const { rows } = await client.query<{ what: string }>(
      `WITH RECURSIVE tables AS (
         SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid
         UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tables ON tables.oid = i.inhparent)
       SELECT pg_catalog.format('TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS what
         FROM tables JOIN pg_catalog.pg_trigger t ON t.tgrelid = tables.oid
         JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & $2 <> 0 AND t.tgparentid = 0
          AND (l.lanname <> 'plpgsql'
               OR pg_catalog.regexp_replace(p.prosrc, '''[^'']*''|--[^\\n]*', '', 'g')
                  ~* '\\m(delete\\s+from|truncate|update\\s+(only\\s+)?[\\w".]+\\s+(as\\s+)?[\\w"]*\\s*set|merge\\s+into|drop|execute|perform|call)\\M')
        ORDER BY 1`,
      [loss.relation, EVENT[loss.kind]],
    );
    for (const { what } of rows) found.add(what);
  }
  return [...found];
}
