import { quoteName, quoteRelation } from "../risk/rule";
import type { Node } from "../sql/parser";
import { codeOf as bodyOf } from "../sql/refusals";
import { scalarText } from "../sql/transaction-need";
import { names, nodeName, walkTree } from "../sql/tree";
import { callsIn, relationSql } from "./losses";

/** A function as the statement calls it. */
export interface Call {
  schema: string | null;
  name: string;
}

/** By what a statement sets other code to work. */
export interface CodeOfStatement {
  /** What it inserts into, also inside WITH; quoted for SQL. */
  inserts: string[];
  calls: Call[];
}

/** A rule or a function only says what will be done one day. */
const RUNS = [
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CreateTableAsStmt",
  "CopyStmt",
];

/** @param tree null when the statement was too large to keep one, or is not to be asked: nothing */
export function codeOf(tree: Node | null): CodeOfStatement {
  const inserts = new Set<string>();
  if (!tree || !RUNS.includes(nodeName(tree))) return { inserts: [], calls: [] };
  if ("CopyStmt" in tree && tree.CopyStmt.is_from) inserts.add(relationSql(tree.CopyStmt.relation));
  walkTree(tree, (name, body) => {
    if (name === "InsertStmt") inserts.add(relationSql(body.relation as Relation));
    if (name === "MergeStmt" && mayInsert(body)) inserts.add(relationSql(body.relation as Relation));
    return undefined;
  });
  return { inserts: [...inserts], calls: callsIn(tree).filter(({ schema }) => schema !== "pg_catalog") };
}

type Relation = Parameters<typeof relationSql>[0];

function mayInsert({ mergeWhenClauses }: Record<string, unknown>): boolean {
  return (mergeWhenClauses as Node[]).some(
    (node) => "MergeWhenClause" in node && node.MergeWhenClause.commandType === "CMD_INSERT",
  );
}

/** What a function does about rows, by its text. */
export interface Behaviour {
  /** It deletes or overwrites some, or may. */
  writes: boolean;
  /** What looks like a call in it. */
  calls: Call[];
  /** What it inserts into, as it is written there: that may set triggers to work. */
  inserts: string[];
}

/** A text or a comment does nothing. */
const SILENT = /'[^']*'|--[^\n]*|\/\*[\s\S]*?\*\//g;
const WRITES =
  /\b(delete\s+from|truncate|update\s+(only\s+)?[\w".]+\s+(as\s+)?[\w"]*\s*set|do\s+update|merge\s+into|drop|execute|call|perform(?!\s+(pg_catalog\.)?(pg_notify|set_config|nextval|setval)\b))\b/i;
const NAME = '(?:"(?:[^"]|"")+"|[a-z_][\\w$]*)';
const INSERT = new RegExp(`\\binsert\\s+into\\s+(${NAME}(?:\\s*\\.\\s*${NAME})?)`, "gi");
const CALL = /(?:("(?:[^"]|"")+"|[a-z_][\w$]*)\s*\.\s*)?("(?:[^"]|"")+"|[a-z_][\w$]*)\s*\(/gi;

/**
 * Code in PL/pgSQL and SQL is read; PostgreSQL's own and C are taken for harmless, and what is written in another
 * language may do anything.
 */
export function behaviourOf(language: string, text: string): Behaviour {
  if (language === "internal" || language === "c") return { writes: false, calls: [], inserts: [] };
  if (language !== "plpgsql" && language !== "sql") return { writes: true, calls: [], inserts: [] };
  const code = text.replace(SILENT, "");
  const calls = new Map<string, Call>();
  for (const [, schema, name = ""] of code.matchAll(CALL)) {
    const call = { schema: schema === undefined ? null : unquoted(schema), name: unquoted(name) };
    calls.set(JSON.stringify(call), call);
  }
  const inserts = new Set([...code.matchAll(INSERT)].map(([, relation = ""]) => relation));
  return { writes: WRITES.test(code), calls: [...calls.values()], inserts: [...inserts] };
}

/** NEW may be another row altogether. */
const REPLACES_ROW =
  /\bnew\s*(:=|=(?!\s*old\b))|\binto\s+(strict\s+)?new\b(?!\s*\.)|\breturn\s+(?!(new|old|null)\s*;)/i;

/**
 * Which columns of a row a BEFORE trigger may change, by its function's text: those that it names as NEW's. PostgreSQL's
 * own functions and those of its extensions are told the column by an argument (`tsvector_update_trigger`, `moddatetime`).
 * @param args of the trigger
 * @param columns of the table, as the catalog has them
 */
export function changedByTrigger(
  { language, text, args }: { language: string; text: string; args: readonly string[] },
  columns: readonly string[],
): string[] {
  if (language === "internal" || language === "c") return columns.filter((name) => args.includes(name));
  const code = text.replace(SILENT, "");
  if (language !== "plpgsql" || REPLACES_ROW.test(code)) return [...columns];
  const named = new Set([...code.matchAll(NEW_COLUMN)].map(([, name = ""]) => unquoted(name)));
  return columns.filter((name) => named.has(name));
}

const NEW_COLUMN = new RegExp(`\\bnew\\s*\\.\\s*(${NAME})`, "gi");

const unquoted = (name: string) =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();

/** A function that a script makes. */
export interface MadeRoutine extends Call {
  /** Only what is volatile may write (documentation: "Function Volatility Categories"). */
  volatile: boolean;
  behaviour: Behaviour;
}

/** A trigger that a script makes. */
export interface MadeTrigger {
  /** For people: `TRIGGER name ON table`. */
  what: string;
  /** Quoted for SQL, as the script writes it. */
  relation: string;
  /** Bits of pg_trigger.tgtype. */
  events: number;
  calls: Call;
}

export interface MadeCode {
  routines: MadeRoutine[];
  triggers: MadeTrigger[];
}

/** Adds the function or trigger that a statement makes to what is made before. @returns whether there was one */
export function addMade(made: MadeCode, tree: Node | null, text: string): boolean {
  if (tree && "CreateFunctionStmt" in tree) {
    const { funcname, options = [], sql_body } = tree.CreateFunctionStmt;
    const option = (name: string) => {
      const found = options.find((node) => "DefElem" in node && node.DefElem.defname === name);
      return found && "DefElem" in found && found.DefElem.arg ? scalarText(found.DefElem.arg) : null;
    };
    const language = option("language")?.toLowerCase() ?? "sql";
    const behaviour = behaviourOf(language, sql_body ? text : (bodyOf(tree) ?? ""));
    made.routines.push({
      ...called(funcname),
      ...{ volatile: (option("volatility") ?? "volatile") === "volatile", behaviour },
    });
    return true;
  }
  if (tree && "CreateTrigStmt" in tree) {
    const { trigname = "", relation, events = 0, funcname } = tree.CreateTrigStmt;
    const what = `TRIGGER ${quoteName(trigname)} ON ${quoteRelation(relation)}`;
    made.triggers.push({ what, relation: relationSql(relation), events, calls: called(funcname) });
    return true;
  }
  return false;
}

function called(parts: Node[] | undefined): Call {
  const all = names(parts);
  return { schema: all.at(-2) ?? null, name: all.at(-1) ?? "" };
}
