import type pg from "pg";
import type { Call, CodeOfStatement } from "../../core/undo/code";
import type { Loss } from "../../core/undo/losses";

/** Bits of pg_trigger.tgtype (PostgreSQL's catalog/pg_trigger.h). */
const EVENT = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;

/** What other code of the target, beside the statement's own words, may take away. `what`: for people. */
export interface WritingCode {
  reason: "trigger" | "code";
  what: string;
}

/** What was found before: thousands of INSERTs ask about the same few tables. */
export type KnownCode = Map<string, string[]>;

/**
 * Code that a statement sets to work and that deletes or overwrites rows: triggers of what it writes to, and functions
 * that it calls. What they take away cannot be foreseen. Code in PL/pgSQL and SQL is read; what is written in another
 * language than these and C may do anything. What is not there yet is unknown.
 * @param known kept by the caller from one statement to the next, while the catalog stays as it is
 */
export async function writingCode(
  client: pg.ClientBase,
  losses: readonly Loss[],
  { inserts, calls }: CodeOfStatement,
  known: KnownCode = new Map(),
): Promise<WritingCode[]> {
  const find = async (key: string, ask: () => Promise<string[]>) => {
    const found = known.get(key) ?? (await ask());
    known.set(key, found);
    return found;
  };
  const fired = [
    ...losses.flatMap((loss) =>
      loss.kind === "delete" || loss.kind === "update" || loss.kind === "truncate"
        ? [{ relation: loss.relation, event: loss.kind }]
        : [],
    ),
    ...inserts.map((relation) => ({ relation, event: "insert" as const })),
  ];
  const triggers = new Set<string>();
  for (const { relation, event } of fired) {
    const found = await find(`${event} ${relation}`, () => triggersOf(client, relation, EVENT[event]));
    for (const what of found) triggers.add(what);
  }
  // A plain call is one of the losses already, whatever its function does.
  const isTold = losses.some((loss) => loss.kind === "uncovered" && loss.reason === "code");
  const functions =
    calls.length > 0 && !isTold ? await find(JSON.stringify(calls), () => functionsOf(client, calls)) : [];
  return [
    ...[...triggers].map((what) => ({ reason: "trigger" as const, what })),
    ...functions.map((what) => ({ reason: "code" as const, what })),
  ];
}

/** Of a function `p` in a language `l`: texts and comments in its code do nothing, nor do some calls. */
const WRITES = String.raw`(CASE WHEN l.lanname IN ('plpgsql', 'sql')
  THEN pg_catalog.regexp_replace(
         CASE WHEN p.prosrc = '' THEN pg_catalog.pg_get_functiondef(p.oid) ELSE p.prosrc END,
         '''[^'']*''|--[^\n]*', '', 'g')
       ~* '\m(delete\s+from|truncate|update\s+(only\s+)?[\w".]+\s+(as\s+)?[\w"]*\s*set|do\s+update|merge\s+into|drop|execute|call|perform(?!\s+(pg_catalog\.)?(pg_notify|set_config|nextval|setval)\M))\M'
  ELSE l.lanname NOT IN ('internal', 'c') END)`;

/** `TRIGGER name ON table`. */
async function triggersOf(client: pg.ClientBase, relation: string, event: number): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `WITH RECURSIVE tables AS (
       SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid
       UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tables ON tables.oid = i.inhparent)
     SELECT pg_catalog.format('TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS what
       FROM tables JOIN pg_catalog.pg_trigger t ON t.tgrelid = tables.oid
       JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & $2 <> 0 AND t.tgparentid = 0
        AND ${WRITES}
      ORDER BY 1`,
    [relation, event],
  );
  return rows.map(({ what }) => what);
}

/** `name()`. PostgreSQL lets only volatile functions write (documentation: "Function Volatility Categories"). */
async function functionsOf(client: pg.ClientBase, calls: readonly Call[]): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `SELECT DISTINCT p.oid::pg_catalog.regproc || '()' AS what
       FROM pg_catalog.jsonb_to_recordset($1) AS called(schema pg_catalog.text, name pg_catalog.text)
       JOIN pg_catalog.pg_proc p ON p.proname = called.name
       JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.provolatile = 'v' AND p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND CASE WHEN called.schema IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
                 ELSE n.nspname = called.schema END
        AND ${WRITES}
      ORDER BY 1`,
    [JSON.stringify(calls)],
  );
  return rows.map(({ what }) => what);
}
