import type { Node } from "./parser";
import { scalarText } from "./transaction-need";
import { calledFunctions, calls, nameParts, names, walkTree } from "./tree";
import { RUNNER_LOCK, type ScriptProblem } from "./types";

export type Refusal = Pick<ScriptProblem, "code" | "message" | "hint">;

function session(message: string, hint: string): Refusal {
  return { code: "session", message, hint };
}

/** Schema of the ledger in every target; both begin with its name. */
const LEDGER = "dbmigrator";
/** The ledger's schema and that of the rows kept for undoing. */
const OWN = ["dbmigrator", "dbmigrator_undo"];
const isOwn = (schema: string | undefined) => schema !== undefined && OWN.includes(schema);

/**
 * Why a statement that PostgreSQL could read is refused all the same: it runs a program on the server, or it takes
 * away what the runner's guarantee rests on (its session's locks and time limits, the open transaction, the ledger).
 * Dynamic SQL cannot be seen here; the ledger's checks after the run notice what it did.
 */
export function refusalOf(tree: Node, text: string): Refusal | null {
  return (
    databaseRefusal(tree) ??
    programRefusal(tree, text) ??
    transactionRefusal(tree) ??
    sessionRefusal(tree, text) ??
    ledgerRefusal(tree, text)
  );
}

/** Neither a shadow nor a rollback could show what it does, and it may be another target of the same server. */
function databaseRefusal(tree: Node): Refusal | null {
  if (!("DropdbStmt" in tree)) return null;
  return {
    code: "drop_database",
    message: `DROP DATABASE ${tree.DropdbStmt.dbname ?? ""} is not accepted: a migration changes its own target and nothing else.`,
    hint: "Take the statement out; remove databases by hand, after a backup.",
  };
}

/**
 * The code of a DO block or a function, which the parser sees as a string; null for other statements. What it puts
 * together at run time stays unseen.
 */
export function codeOf(tree: Node): string | null {
  const options =
    "DoStmt" in tree
      ? tree.DoStmt.args
      : "CreateFunctionStmt" in tree
        ? tree.CreateFunctionStmt.options
        : null;
  for (const node of options ?? []) {
    if ("DefElem" in node && node.DefElem.defname === "as" && node.DefElem.arg)
      return scalarText(node.DefElem.arg);
  }
  return null;
}

const PROGRAM_IN_CODE = /\bcopy\b[^;]*\b(?:from|to)\s+program\b/i;
const COMMENTS = /\/\*[\s\S]*?\*\/|--[^\n]*/g;
const LEDGER_IN_CODE =
  /\b(?:insert\s+into|update|delete\s+from|truncate|alter\s+(?:table|schema)|drop\s+(?:table|schema)|merge\s+into)\b[^;]*\bdbmigrator(?:_undo)?\b/i;

function programRefusal(tree: Node, text: string): Refusal | null {
  const runs = "CopyStmt" in tree ? tree.CopyStmt.is_program : runsProgram(tree, text);
  if (!runs) return null;
  return {
    code: "copy_program",
    message: "COPY … PROGRAM runs a program on the database server and is not accepted.",
    hint: "Run the program elsewhere and load its output with COPY … FROM stdin.",
  };
}

/** In the code of a block or function, or in what a call hands on to be run (dblink_exec, cron.schedule). */
function runsProgram(tree: Node, text: string): boolean {
  if (!/program|\\/i.test(text)) return false;
  const code = [codeOf(tree) ?? "", ...calls(tree).flatMap(({ args }) => args.map((arg) => arg ?? ""))];
  return code.some((one) => PROGRAM_IN_CODE.test(one) || PROGRAM_IN_CODE.test(one.replace(COMMENTS, " ")));
}

function transactionRefusal(tree: Node): Refusal | null {
  if (!("TransactionStmt" in tree)) return null;
  const { kind, chain } = tree.TransactionStmt;
  if (
    kind === "TRANS_STMT_PREPARE" ||
    kind === "TRANS_STMT_COMMIT_PREPARED" ||
    kind === "TRANS_STMT_ROLLBACK_PREPARED"
  ) {
    return session(
      "Two-phase transactions are not accepted: the migration could not be recorded together with its change.",
      "Use BEGIN and COMMIT, or none: the runner opens a transaction itself.",
    );
  }
  if (!chain) return null;
  const verb = kind === "TRANS_STMT_COMMIT" ? "COMMIT" : "ROLLBACK";
  return session(
    `${verb} AND CHAIN opens another transaction at once, in which the migration could not be recorded.`,
    `Write ${verb}; BEGIN; instead.`,
  );
}

function sessionRefusal(tree: Node, text: string): Refusal | null {
  if ("DiscardStmt" in tree && tree.DiscardStmt.target === "DISCARD_ALL") {
    return session(
      "DISCARD ALL drops the lock that keeps other runners away.",
      "Use DISCARD PLANS, DISCARD SEQUENCES or DISCARD TEMP.",
    );
  }
  if (/advisory_unlock/i.test(text)) {
    const all = calledFunctions(tree).includes(UNLOCK_ALL) || codeOf(tree)?.includes(UNLOCK_ALL);
    if (all || text.includes(RUNNER_LOCK)) {
      return session(
        `${all ? `${UNLOCK_ALL}()` : "This"} drops the lock that keeps other runners away.`,
        "Release the locks of your own by their keys.",
      );
    }
  }
  if ("VariableSetStmt" in tree) {
    const { kind, name, args } = tree.VariableSetStmt;
    return kind === "VAR_SET_VALUE" ? settingRefusal(name ?? "", (args ?? []).map(scalarText)) : null;
  }
  if ("DoStmt" in tree && /standard_conforming_strings/i.test(codeOf(tree) ?? ""))
    return settingRefusal("standard_conforming_strings", ["off"]);
  if (!/set_config/i.test(text)) return null;
  for (const { name, args } of calls(tree)) {
    const [setting, value] = args;
    const refusal = name === "set_config" && setting ? settingRefusal(setting, [value ?? ""]) : null;
    if (refusal) return refusal;
  }
  return null;
}

const UNLOCK_ALL = "pg_advisory_unlock_all";
/** PostgreSQL takes the first letters of off, false and no, as far as they are not ambiguous. */
const OFF = /^(?:off?|f(?:a(?:l(?:s(?:e)?)?)?)?|no?|0)$/i;
const UTF8 = /^(?:utf-?8|unicode|default)?$/i;

/** Settings under which the server would read the script, or its names, otherwise than it was checked. */
function settingRefusal(setting: string, values: string[]): Refusal | null {
  const name = setting.toLowerCase();
  const [value = ""] = values;
  if (name === "session_authorization") {
    return session(
      "SET SESSION AUTHORIZATION changes who records the migration.",
      "Use SET LOCAL ROLE, which ends with the transaction.",
    );
  }
  if (name === "standard_conforming_strings" && OFF.test(value.trim())) {
    return session(
      "With standard_conforming_strings off, the server would read this script otherwise than it was checked.",
      "Write strings with backslash escapes as E'…'.",
    );
  }
  if (name === "client_encoding" && !UTF8.test(value.trim())) {
    return session(
      "The script changes the client's encoding; scripts are read as UTF-8.",
      "Save it as UTF-8 and remove this line.",
    );
  }
  const schemas = values.flatMap((one) => one.split(",")).map((one) => one.trim().replaceAll('"', ""));
  return name === "search_path" && schemas.some(isOwn) ? ledger() : null;
}

function ledger(): Refusal {
  return {
    code: "ledger",
    message: `The schema ${LEDGER} holds the record of what is applied; a migration may read it and not change it.`,
    hint: "Use the commands for it: baseline, repair, resolve-conflicts.",
  };
}

/** Statements that only read, or that give nothing away that a reader could not see. */
const HARMLESS = new Set([
  "SelectStmt",
  "ExplainStmt",
  "CommentStmt",
  "GrantStmt",
  "VariableShowStmt",
  "VacuumStmt",
]);
const WRITES = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

function ledgerRefusal(tree: Node, text: string): Refusal | null {
  // A name may also be written with escapes: U&"\0064bmigrator".
  if (!text.toLowerCase().includes(LEDGER) && !/u&"/i.test(text)) return null;
  const code = codeOf(tree);
  if (code !== null && LEDGER_IN_CODE.test(code)) return ledger();
  let found = false;
  const isLedger = (parts: string[]) => isOwn(parts[0]);
  const isHarmless = HARMLESS.has(Object.keys(tree)[0] ?? "");
  walkTree(tree, (name, body) => {
    if (WRITES.has(name)) {
      found ||= isOwn((body.relation as { schemaname?: string } | undefined)?.schemaname);
    }
    return undefined;
  });
  if (found) return ledger();
  if (isHarmless || WRITES.has(Object.keys(tree)[0] ?? "")) return null;
  if ("CopyStmt" in tree)
    return tree.CopyStmt.is_from && isOwn(tree.CopyStmt.relation?.schemaname) ? ledger() : null;
  if ("CreateSchemaStmt" in tree) return isOwn(tree.CreateSchemaStmt.schemaname) ? ledger() : null;
  if ("DropStmt" in tree)
    return (tree.DropStmt.objects ?? []).some((object) => isLedger(nameParts(object))) ? ledger() : null;
  if ("RenameStmt" in tree && tree.RenameStmt.renameType === "OBJECT_SCHEMA") {
    return isOwn(tree.RenameStmt.subname) ? ledger() : null;
  }
  if ("AlterOwnerStmt" in tree && isLedger(nameParts(tree.AlterOwnerStmt.object))) return ledger();
  if ("CreateFunctionStmt" in tree)
    return isLedger(names(tree.CreateFunctionStmt.funcname)) ? ledger() : null;
  walkTree(tree, (name, body) => {
    if (name === "query" || name === "SelectStmt") return false;
    if ((name === "RangeVar" || name === "relation" || name === "rel") && isOwn(body.schemaname as string))
      found = true;
    return undefined;
  });
  return found ? ledger() : null;
}
