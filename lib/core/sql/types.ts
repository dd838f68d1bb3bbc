/** A place in a script, for people: lines and columns count from 1, columns in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
}

/**
 * What a statement asks of the transaction around it.
 * `inside`: runs in a transaction. `outside`: PostgreSQL refuses it in one (CREATE INDEX CONCURRENTLY, VACUUM,
 * CREATE DATABASE, ALTER SYSTEM …). `control`: BEGIN, COMMIT, ROLLBACK, SAVEPOINT … of the script itself.
 */
export type TransactionNeed = "inside" | "outside" | "control";

/** The runner's advisory lock, one key per database: two runners never work on one target. Scripts may not drop it. */
export const RUNNER_LOCK = "7020119284657310";

/** One statement of a script as PostgreSQL's own parser sees it. */
export interface Statement {
  /** Counts from 1 within the script. */
  index: number;
  /** Exactly as written, without the semicolon; leading comments are not part of it. */
  text: string;
  /** UTF-16 offsets of `text` in the script. */
  start: number;
  end: number;
  /** Position of `start`. */
  line: number;
  column: number;
  /** The parser's node: "CreateStmt", "AlterTableStmt", "IndexStmt" … */
  node: string;
  need: TransactionNeed;
  /** Rows that follow a COPY … FROM stdin, without the closing `\.`. */
  copyData?: string;
}

/** Why a script is refused before anything runs. */
export interface ScriptProblem extends Position {
  code:
    | "syntax"
    | "psql_command"
    | "copy_program"
    | "unterminated_copy"
    | "too_large"
    | "null_byte"
    | "directive"
    /** It would take away the session state that locks and the ledger rest on: DISCARD ALL, PREPARE TRANSACTION … */
    | "session"
    /** DROP DATABASE: no migration of a target, nothing that a shadow or a rollback could show. */
    | "drop_database"
    /** It writes to the schema `dbmigrator` of the target, where the ledger is. */
    | "ledger";
  /** PostgreSQL's own message for syntax errors. */
  message: string;
  hint?: string;
}

export interface ParsedScript {
  statements: Statement[];
  problems: ScriptProblem[];
}

/** Lock modes of PostgreSQL, weakest first (documentation: "Explicit Locking", table-level locks). */
export const LOCK_MODES = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** `unknown` where only the catalog of the target could tell. */
export type Known = "yes" | "no" | "unknown";

export interface RelationLock {
  /** As written, schema-qualified when the script does so. */
  relation: string;
  mode: LockMode;
  /** Made earlier by the same script: nobody else can be waiting for it. */
  fresh?: true;
}

/** What a statement does by its form alone (and by the catalog when one was given). */
export interface StatementFacts {
  file?: string;
  index: number;
  line: number;
  statement: string;
  locks: RelationLock[];
  rewrite: Known;
  scan: Known;
}
