import type { MigrationSource } from "../../core/migration/types";
import type { LedgerStatus, LedgerSteps } from "../../core/plan/types";

/** Version of the ledger's tables, in dbmigrator.ledger.version. */
export const LEDGER_VERSION = 1;

/**
 * The ledger's tables. A row is never rewritten, except that it stops being the current one, that the row of a
 * migration at work moves on, and that the schema's fingerprint is added once it is known; a trigger sees to it.
 */
export const CREATE_LEDGER = `
DO $$ BEGIN
  -- IF NOT EXISTS would demand the right to make schemas also where an administrator has made it.
  IF pg_catalog.to_regnamespace('dbmigrator') IS NULL THEN CREATE SCHEMA dbmigrator; END IF;
END $$;
CREATE TABLE IF NOT EXISTS dbmigrator.ledger (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL,
  managed_by text,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
CREATE TABLE IF NOT EXISTS dbmigrator.migrations_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service text NOT NULL,
  filename text NOT NULL,
  version text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('versioned', 'repeatable')),
  direction text NOT NULL CHECK (direction IN ('up', 'down')),
  script_content text NOT NULL,
  checksum text NOT NULL,
  rollback_script text,
  status text NOT NULL CHECK (status IN ('running', 'applied', 'failed', 'reverted', 'baseline', 'in_doubt')),
  is_current boolean NOT NULL DEFAULT true,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by text NOT NULL,
  execution_time_ms double precision,
  error_message text,
  run_id text,
  steps jsonb,
  schema_fingerprint text
);
CREATE UNIQUE INDEX IF NOT EXISTS migrations_log_current ON dbmigrator.migrations_log (service, filename) WHERE is_current;
CREATE OR REPLACE FUNCTION dbmigrator.keep_log() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.status = 'running' AND NEW.is_current AND
      (OLD.id, OLD.service, OLD.filename, OLD.direction, OLD.script_content, OLD.checksum, OLD.run_id)
      IS NOT DISTINCT FROM
      (NEW.id, NEW.service, NEW.filename, NEW.direction, NEW.script_content, NEW.checksum, NEW.run_id) THEN
      RETURN NEW;
    END IF;
    IF pg_catalog.to_jsonb(NEW) - 'is_current' = pg_catalog.to_jsonb(OLD) - 'is_current'
      AND OLD.is_current AND NOT NEW.is_current THEN
      RETURN NEW;
    END IF;
    IF OLD.schema_fingerprint IS NULL
      AND pg_catalog.to_jsonb(NEW) - 'schema_fingerprint' = pg_catalog.to_jsonb(OLD) - 'schema_fingerprint' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'dbmigrator.migrations_log only grows: % is refused', TG_OP
    USING HINT = 'Use the commands baseline, repair and down, or settle the migration.';
END $fn$;
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = 'dbmigrator.migrations_log'::regclass AND tgname = 'keep_rows') THEN
    CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON dbmigrator.migrations_log
      FOR EACH ROW EXECUTE FUNCTION dbmigrator.keep_log();
    CREATE TRIGGER keep_table BEFORE TRUNCATE ON dbmigrator.migrations_log
      FOR EACH STATEMENT EXECUTE FUNCTION dbmigrator.keep_log();
  END IF;
END $do$;
COMMENT ON TABLE dbmigrator.migrations_log IS 'What was applied to this database, by DBMigrator. Append-only.';
INSERT INTO dbmigrator.ledger (version) VALUES (${LEDGER_VERSION}) ON CONFLICT DO NOTHING;
`;

/**
 * A text literal that reads the same whatever standard_conforming_strings says (documentation: "String Constants
 * with C-Style Escapes").
 */
export function quoteText(text: string | null): string {
  if (text === null) return "NULL";
  return `E'${text.replace(/[\\']/g, (found) => found + found)}'`;
}

/** A row to be written. */
export interface NewLedgerRow {
  migration: MigrationSource;
  direction: "up" | "down";
  status: LedgerStatus;
  appliedBy: string;
  runId: string;
  /** `message`: by the server, since the message arrived that the INSERT is part of; `mark`: since MARK_BEGIN. */
  executionMs: number | "message" | "mark" | null;
  errorMessage?: string | null;
  steps?: LedgerSteps | null;
  /** Row that stops being current; by its id, so that a row of another runner is left alone and the INSERT fails. */
  replaces?: string | undefined;
  /** false: only for the record; what is current stays so. */
  current?: boolean;
}

const ELAPSED =
  "pg_catalog.extract('epoch', pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp())::float8 * 1000";

/** Remembers, for one transaction, when a migration began that shares its message with others. */
export const MARK_BEGIN =
  "SELECT pg_catalog.set_config('dbmigrator.began', pg_catalog.clock_timestamp()::text, true)";
/** The same where another COMMIT follows that waits for the disk: the log is written in order, so that one covers both. */
export const MARK_BEGIN_UNAWAITED = `${MARK_BEGIN}, pg_catalog.set_config('synchronous_commit', 'off', true)`;
/** Waits until all that was committed before is on the disk: a COMMIT that wrote something does. */
export const AWAIT_DISK = "UPDATE dbmigrator.ledger SET version = version";
const SINCE_MARK =
  "pg_catalog.extract('epoch', pg_catalog.clock_timestamp() - pg_catalog.current_setting('dbmigrator.began')::timestamptz)::float8 * 1000";

/** SQL text, to be sent together with a script in one message; every value is quoted by quoteText. */
export function insertRowSql(row: NewLedgerRow): string {
  const { migration, direction } = row;
  const script = direction === "up" ? migration.up : (migration.down ?? "");
  const elapsed = elapsedSql(row.executionMs);
  const values = [
    ...[
      migration.service,
      migration.filename,
      migration.version,
      migration.name,
      migration.kind,
      direction,
    ].map(quoteText),
    quoteText(script),
    quoteText(migration.checksum),
    quoteText(migration.down),
    quoteText(row.status),
    row.current === false ? "false" : "true",
    quoteText(row.appliedBy),
    elapsed,
    quoteText(row.errorMessage ?? null),
    quoteText(row.runId),
    stepsSql(row.steps ?? null),
  ];
  const replace = row.replaces
    ? `UPDATE dbmigrator.migrations_log SET is_current = false WHERE id = ${Number(row.replaces)} AND is_current;\n`
    : "";
  return `${replace}INSERT INTO dbmigrator.migrations_log (service, filename, version, name, kind, direction, script_content, checksum, rollback_script, status, is_current, applied_by, execution_time_ms, error_message, run_id, steps) VALUES (${values.join(", ")})`;
}

/** How long the last `count` migrations took, oldest first, as one JSON array of milliseconds. */
export function lastTimesSql(count: number): string {
  return `SELECT pg_catalog.json_agg(ms ORDER BY id) FROM (SELECT id, execution_time_ms AS ms FROM dbmigrator.migrations_log ORDER BY id DESC LIMIT ${count}) AS last`;
}

function elapsedSql(elapsed: NewLedgerRow["executionMs"]): string {
  if (elapsed === "message") return ELAPSED;
  if (elapsed === "mark") return SINCE_MARK;
  return elapsed === null ? "NULL" : elapsed.toFixed(3);
}

function stepsSql(steps: LedgerSteps | null): string {
  return steps ? `${quoteText(JSON.stringify(steps))}::pg_catalog.jsonb` : "NULL";
}

/** The row of a migration at work moves on. */
export interface LedgerProgress {
  service: string;
  filename: string;
  runId: string;
  steps: LedgerSteps;
  status?: LedgerStatus;
  executionMs?: number;
  errorMessage?: string;
}

/** SQL text; touches only the row that this run opened. */
export function updateRowSql(progress: LedgerProgress): string {
  const set = [`steps = ${stepsSql(progress.steps)}`];
  if (progress.status)
    set.push(`status = ${quoteText(progress.status)}`, "applied_at = pg_catalog.clock_timestamp()");
  if (progress.executionMs !== undefined) set.push(`execution_time_ms = ${progress.executionMs.toFixed(3)}`);
  if (progress.errorMessage !== undefined) set.push(`error_message = ${quoteText(progress.errorMessage)}`);
  return `UPDATE dbmigrator.migrations_log SET ${set.join(", ")} WHERE service = ${quoteText(progress.service)} AND filename = ${quoteText(progress.filename)} AND run_id = ${quoteText(progress.runId)} AND is_current AND status = 'running'`;
}

/**
 * The same, for the transaction whose effect it records: without its row it must not be committed. As a DO block, where
 * a statement can ask whether it found anything; no `$` is left in the literals, so nothing ends the block early.
 */
export function moveRowSql(progress: LedgerProgress): string {
  const update = updateRowSql(progress).replaceAll("$", "\\x24");
  return `DO $row$ BEGIN ${update}; IF NOT FOUND THEN RAISE EXCEPTION 'The row of this run is no longer in the ledger.' USING ERRCODE = '55000', HINT = 'Somebody settled or removed it meanwhile; nothing of this transaction was kept.'; END IF; END $row$`;
}

/**
 * A migration that is told as applied must outlive a crash, also where ordinary commits do not wait for the disk.
 * @param scope the rest of this transaction, or of the session
 */
export function durableCommit(scope: "transaction" | "session"): string {
  return `SELECT pg_catalog.set_config('synchronous_commit', 'on', ${scope === "transaction"}) WHERE pg_catalog.current_setting('synchronous_commit') = 'off'`;
}
