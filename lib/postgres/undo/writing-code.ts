import type pg from "pg";
import { quoteName } from "../../core/risk/rule";
import {
  type Behaviour,
  behaviourOf,
  type Call,
  type CodeOfStatement,
  type MadeCode,
} from "../../core/undo/code";
import type { Loss } from "../../core/undo/losses";
import { attributesGoneWith } from "./cascade";

/** Bits of pg_trigger.tgtype (PostgreSQL's catalog/pg_trigger.h). */
const EVENT = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;

/**
 * What other code of the target, beside the statement's own words, may take away; and composite types that lose an
 * attribute with what it drops. `what`: for people.
 */
export interface WritingCode {
  reason: "trigger" | "code" | "attribute";
  what: string;
}

/** What was found before: thousands of INSERTs ask about the same few tables. */
export type KnownCode = Map<string, string[]>;

const NOTHING: MadeCode = { routines: [], triggers: [] };

/**
 * Code that a statement sets to work and that deletes or overwrites rows: triggers of what it writes to, and functions
 * that it calls, with those that these call. What they take away cannot be foreseen.
 * @param known kept by the caller from one statement to the next, while the catalog and what is made stay as they are
 * @param made by scripts that run before the statement, and is not in the catalog yet
 */
export async function writingCode(
  client: pg.ClientBase,
  losses: readonly Loss[],
  { inserts, calls }: CodeOfStatement,
  known: KnownCode = new Map(),
  made: MadeCode = NOTHING,
): Promise<WritingCode[]> {
  const find = async (key: string, ask: () => Promise<string[]>) => {
    const found = known.get(key) ?? (await ask());
    known.set(key, found);
    return found;
  };
  const fired: Fired[] = [
    ...losses.flatMap((loss) =>
      loss.kind === "delete" || loss.kind === "update" || loss.kind === "upsert" || loss.kind === "truncate"
        ? [
            {
              relation: loss.relation,
              event: loss.kind === "upsert" ? EVENT.update : EVENT[loss.kind],
              columns: loss.kind === "update" || loss.kind === "upsert" ? loss.columns : [],
            },
          ]
        : [],
    ),
    ...inserts.map((relation) => ({ relation, event: EVENT.insert, columns: [] })),
  ];
  const triggers = new Set<string>();
  for (const one of fired) {
    const found = await find(JSON.stringify(one), () => triggersOf(client, one, made));
    for (const what of found) triggers.add(what);
  }
  // A plain call is one of the losses already, whatever its function does.
  const isTold = losses.some((loss) => loss.kind === "uncovered" && loss.reason === "code");
  const functions =
    calls.length > 0 && !isTold
      ? await find(JSON.stringify(calls), () => functionsOf(client, calls, made))
      : [];
  const attributes: string[] = [];
  for (const loss of losses)
    if (loss.kind === "drop_cascade") attributes.push(...(await attributesGoneWith(client, loss)));
  return [
    ...attributes.map((what) => ({ reason: "attribute" as const, what })),
    ...[...triggers].map((what) => ({ reason: "trigger" as const, what })),
    ...functions.map((what) => ({ reason: "code" as const, what })),
  ];
}

/** What happens to a table's rows. */
interface Fired {
  /** As SQL names it. */
  relation: string;
  event: number;
  /** Of an UPDATE, as the catalog has them: where the key is not among them, no foreign key acts. */
  columns: readonly string[];
}

/** `TRIGGER name ON table`. */
async function triggersOf(client: pg.ClientBase, fired: Fired, made: MadeCode): Promise<string[]> {
  const found: string[] = [];
  for (const { what, schema, name } of await callsOfTriggers(client, fired, made))
    if (await writes(client, [{ schema, name }], made)) found.push(what);
  return found;
}

/**
 * What is called because rows of a table are written: by triggers of its own, of those that inherit from it, and of
 * those whose rows a foreign key's action takes along or changes. The table is looked up in the catalog: to_regclass
 * fails for a schema that the role may not use, where a function of somebody else's may write.
 */
async function callsOfTriggers(
  client: pg.ClientBase,
  { relation, event, columns }: Fired,
  made: MadeCode,
): Promise<(Call & { what: string })[]> {
  const { rows } = await client.query<Call & { what: string }>(
    `WITH RECURSIVE fired (oid, event, columns) AS (
       SELECT c.oid, $2::int, $3::pg_catalog.name[] FROM pg_catalog.parse_ident($1) AS named (parts)
         JOIN pg_catalog.pg_class c ON c.relname = parts[pg_catalog.cardinality(parts)]
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND (n.nspname = parts[pg_catalog.cardinality(parts) - 1]
           OR pg_catalog.cardinality(parts) = 1 AND pg_catalog.pg_table_is_visible(c.oid))
       UNION SELECT x.* FROM fired f CROSS JOIN LATERAL (
         SELECT i.inhrelid, f.event, f.columns FROM pg_catalog.pg_inherits i WHERE i.inhparent = f.oid
         UNION ALL SELECT c.conrelid, CASE WHEN f.event = ${EVENT.delete} AND c.confdeltype <> 'c' THEN ${EVENT.update} ELSE f.event END,
             ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
           FROM pg_catalog.pg_constraint c
          WHERE c.contype = 'f' AND c.confrelid = f.oid AND CASE f.event
            WHEN ${EVENT.truncate} THEN true
            WHEN ${EVENT.delete} THEN c.confdeltype IN ('c', 'n', 'd')
            WHEN ${EVENT.update} THEN c.confupdtype IN ('c', 'n', 'd') AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey) AND a.attname = ANY (f.columns))
            ELSE false END) x)
     SELECT DISTINCT pg_catalog.format('TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS what,
       n.nspname AS schema, p.proname AS name
       FROM fired JOIN pg_catalog.pg_trigger t ON t.tgrelid = fired.oid
       JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & fired.event <> 0 AND t.tgparentid = 0
      ORDER BY 1`,
    [relation, event, columns],
  );
  const coming = made.triggers
    .filter((trigger) => (trigger.events & event) !== 0 && isSameName(trigger.relation, relation))
    .map(({ what, calls }) => ({ what, ...calls }));
  return [...rows, ...coming];
}

/** One of them may leave the schema to the search path. */
function isSameName(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

/** `name()`. */
async function functionsOf(client: pg.ClientBase, calls: readonly Call[], made: MadeCode): Promise<string[]> {
  const found = new Set<string>();
  for (const call of calls)
    for (const { what, behaviour } of await routinesOf(client, [call], made))
      if (behaviour.writes || (await writes(client, behaviour.calls, made))) found.add(what);
  return [...found].sort();
}

/** Whether a function, or one that it calls or sets to work by what it inserts, however deep, takes rows away. */
async function writes(client: pg.ClientBase, first: readonly Call[], made: MadeCode): Promise<boolean> {
  const seen = new Set<string>();
  for (let open = first; open.length > 0; ) {
    const routines = await routinesOf(client, open, made);
    if (routines.some(({ behaviour }) => behaviour.writes)) return true;
    const next = routines.flatMap(({ behaviour }) => behaviour.calls);
    for (const relation of new Set(routines.flatMap(({ behaviour }) => behaviour.inserts)))
      next.push(...(await callsOfTriggers(client, { relation, event: EVENT.insert, columns: [] }, made)));
    open = next.filter(({ schema, name }) => {
      const key = JSON.stringify({ schema, name });
      return !seen.has(key) && seen.add(key);
    });
  }
  return false;
}

interface Routine {
  what: string;
  behaviour: Behaviour;
}

/**
 * The functions that may be meant, whatever their arguments; what is made takes the place of what is there. Only what
 * is volatile may write (documentation: "Function Volatility Categories").
 */
async function routinesOf(client: pg.ClientBase, calls: readonly Call[], made: MadeCode): Promise<Routine[]> {
  const coming = made.routines.filter((one) => calls.some((call) => isMeant(one, call)));
  const rest = calls.filter((call) => !coming.some((one) => isMeant(one, call)));
  const routines = coming
    .filter(({ volatile }) => volatile)
    .map(({ schema, name, behaviour }) => ({
      what: `${[schema, name].flatMap((part) => (part === null ? [] : quoteName(part))).join(".")}()`,
      behaviour,
    }));
  if (rest.length === 0) return routines;
  const { rows } = await client.query<{ what: string; language: string; text: string }>(
    `SELECT DISTINCT p.oid::pg_catalog.regproc || '()' AS what, l.lanname AS language,
       CASE WHEN p.prosrc = '' THEN pg_catalog.pg_get_functiondef(p.oid) ELSE p.prosrc END AS text
       FROM pg_catalog.jsonb_to_recordset($1) AS called(schema pg_catalog.text, name pg_catalog.text)
       JOIN pg_catalog.pg_proc p ON p.proname = called.name
       JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.provolatile = 'v' AND p.prokind = 'f' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND CASE WHEN called.schema IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
                 ELSE n.nspname = called.schema END
      ORDER BY 1`,
    [JSON.stringify(rest)],
  );
  return [
    ...routines,
    ...rows.map(({ what, language, text }) => ({ what, behaviour: behaviourOf(language, text) })),
  ];
}

function isMeant(made: Call, call: Call): boolean {
  return (
    made.name === call.name && (call.schema === null || made.schema === null || made.schema === call.schema)
  );
}
