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
    const found = await find(`${event} ${relation}`, () => triggersOf(client, relation, EVENT[event], made));
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

/** `TRIGGER name ON table`. */
async function triggersOf(
  client: pg.ClientBase,
  relation: string,
  event: number,
  made: MadeCode,
): Promise<string[]> {
  const { rows } = await client.query<Call & { what: string }>(
    `WITH RECURSIVE tables AS (
       SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid
       UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tables ON tables.oid = i.inhparent)
     SELECT pg_catalog.format('TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS what,
       n.nspname AS schema, p.proname AS name
       FROM tables JOIN pg_catalog.pg_trigger t ON t.tgrelid = tables.oid
       JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & $2 <> 0 AND t.tgparentid = 0
      ORDER BY 1`,
    [relation, event],
  );
  const coming = made.triggers
    .filter((trigger) => (trigger.events & event) !== 0 && isSameName(trigger.relation, relation))
    .map(({ what, calls }) => ({ what, ...calls }));
  const found: string[] = [];
  for (const { what, schema, name } of [...rows, ...coming])
    if (await writes(client, [{ schema, name }], made)) found.push(what);
  return found;
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

/** Whether a function, or one that it calls, however deep, takes rows away. */
async function writes(client: pg.ClientBase, first: readonly Call[], made: MadeCode): Promise<boolean> {
  const seen = new Set<string>();
  for (let open = first; open.length > 0; ) {
    const routines = await routinesOf(client, open, made);
    if (routines.some(({ behaviour }) => behaviour.writes)) return true;
    open = routines
      .flatMap(({ behaviour }) => behaviour.calls)
      .filter((call) => {
        const key = JSON.stringify(call);
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
