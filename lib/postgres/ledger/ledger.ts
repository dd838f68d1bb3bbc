import type pg from "pg";
import type { MigrationSource } from "../../core/migration/types";
import type { LedgerRow, LedgerStatus, LedgerSteps } from "../../core/plan/types";
import { DomainError } from "../../errors";
import { CREATE_LEDGER, insertRowSql, LEDGER_VERSION } from "./ledger-sql";

export type { LedgerRow } from "../../core/plan/types";

/** Held while the ledger's tables are made, so that two first runs do not race. */
const CREATE_LOCK = "7020119284657311";

/**
 * Makes the ledger's schema and tables when they are missing, and brings older ones up to date. Safe to call from
 * several sessions at once.
 * @throws DomainError target.no_rights, target.read_only, ledger.too_new
 */
export async function ensureLedger(client: pg.Client): Promise<void> {
  const version = await readVersion(client);
  if (version === LEDGER_VERSION) return;
  if (version !== null && version > LEDGER_VERSION) {
    throw new DomainError(
      "precondition",
      "ledger.too_new",
      "The ledger of this target was made by a newer DBMigrator.",
      {
        details: { version },
        hint: "Update DBMigrator here.",
      },
    );
  }
  try {
    await client.query(
      `BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(${CREATE_LOCK}); ${CREATE_LEDGER} COMMIT`,
    );
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw mapLedgerError(error);
  }
}

async function readVersion(client: pg.Client): Promise<number | null> {
  try {
    const found = await client.query<{ version: number }>("SELECT version FROM dbmigrator.ledger");
    return found.rows[0]?.version ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw mapLedgerError(error);
  }
}

/** Undefined table or schema. */
function isMissing(error: unknown): boolean {
  return ["42P01", "3F000"].includes((error as { code?: string }).code ?? "");
}

function mapLedgerError(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "42501") {
    return new DomainError("target", "target.no_rights", `The role may not use the ledger: ${message}.`, {
      hint: "Grant CREATE on the database or on the schema dbmigrator, or SELECT and INSERT on its tables.",
      cause: error,
    });
  }
  if (code === "25006") {
    return new DomainError(
      "target",
      "target.read_only",
      "The target is read-only; the ledger cannot be written.",
      {
        hint: "Connect to the primary, or look at default_transaction_read_only of the role and the database.",
        cause: error,
      },
    );
  }
  return error;
}

const ROW = `id::text AS id, service, filename, version, name, kind, direction, status, checksum,
  applied_at AS "appliedAt", applied_by AS "appliedBy", execution_time_ms AS "executionMs",
  error_message AS "errorMessage", run_id AS "runId", steps, schema_fingerprint AS "schemaFingerprint",
  rollback_script IS NOT NULL AS "hasRollback"`;

/**
 * The current row of every migration, in the order in which they were written; empty when there is no ledger.
 * Writes nothing.
 * @throws DomainError target.no_rights
 */
export async function readLedger(client: pg.Client, service?: string): Promise<LedgerRow[]> {
  const filter = service === undefined ? "" : "AND service = $1";
  try {
    const found = await client.query<LedgerRow>(
      `SELECT ${ROW} FROM dbmigrator.migrations_log WHERE is_current ${filter} ORDER BY id`,
      service === undefined ? [] : [service],
    );
    return found.rows;
  } catch (error) {
    if (isMissing(error)) return [];
    throw mapLedgerError(error);
  }
}

/** Every row ever written about a migration, or about all of a service, latest first. */
export async function readLedgerHistory(
  client: pg.Client,
  filter: { service: string; filename?: string; limit?: number },
): Promise<LedgerRow[]> {
  try {
    const found = await client.query<LedgerRow>(
      `SELECT ${ROW} FROM dbmigrator.migrations_log
       WHERE service = $1 AND ($2::text IS NULL OR filename = $2) ORDER BY id DESC LIMIT $3`,
      [filter.service, filter.filename ?? null, filter.limit ?? 100],
    );
    return found.rows;
  } catch (error) {
    if (isMissing(error)) return [];
    throw mapLedgerError(error);
  }
}

/** The scripts that the ledger kept of applied migrations: to compare with files, and to revert without them. */
export async function readLedgerScripts(client: pg.Client, service?: string): Promise<MigrationSource[]> {
  try {
    const found = await client.query<MigrationSource>(
      `SELECT service, filename, version, name, kind, script_content AS up, rollback_script AS down, checksum
       FROM dbmigrator.migrations_log
       WHERE is_current AND direction = 'up' AND ($1::text IS NULL OR service = $1) ORDER BY id`,
      [service ?? null],
    );
    return found.rows;
  } catch (error) {
    if (isMissing(error)) return [];
    throw mapLedgerError(error);
  }
}

/** Who manages a target. @returns the instance's name; null when nobody does */
export async function readManagedBy(client: pg.Client): Promise<string | null> {
  try {
    const found = await client.query<{ name: string | null }>(
      "SELECT managed_by AS name FROM dbmigrator.ledger",
    );
    return found.rows[0]?.name ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw mapLedgerError(error);
  }
}

/** Marks a target as managed by an instance (its address), or by nobody (null); makes the ledger when missing. */
export async function setManagedBy(client: pg.Client, instance: string | null): Promise<void> {
  await ensureLedger(client);
  await client.query("UPDATE dbmigrator.ledger SET managed_by = $1 WHERE managed_by IS DISTINCT FROM $1", [
    instance,
  ]);
}

/** @throws DomainError ledger.managed when an instance manages the target: the command line must not go past it */
export async function requireUnmanaged(client: pg.Client): Promise<void> {
  const name = await readManagedBy(client);
  if (name === null) return;
  throw new DomainError(
    "precondition",
    "ledger.managed",
    `This target is managed by the DBMigrator at ${name}.`,
    {
      details: { instance: name },
      hint: "Deploy it there, or pass --allow-managed when that is not possible.",
    },
  );
}

export interface RecordOptions {
  appliedBy: string;
  runId: string;
}

/**
 * Records migrations as in effect without running them: what a database already had (`baseline`).
 * Migrations that have a current row are left alone. Takes the runner's place: call it under the runner's lock.
 * @returns file names that were recorded
 */
export async function recordBaseline(
  client: pg.Client,
  migrations: readonly MigrationSource[],
  options: RecordOptions,
): Promise<string[]> {
  await ensureLedger(client);
  const rows = await readLedger(client);
  const held = new Map(rows.map((row) => [`${row.service}/${row.filename}`, row]));
  const due = migrations.filter((migration) => {
    const row = held.get(`${migration.service}/${migration.filename}`);
    return !row || row.status === "reverted" || row.status === "failed";
  });
  const statements = due.map((migration) =>
    insertRowSql({
      ...{ migration, direction: "up", status: "baseline", executionMs: null, ...options },
      replaces: held.get(`${migration.service}/${migration.filename}`)?.id,
    }),
  );
  await inTransaction(client, statements);
  return due.map((migration) => migration.filename);
}

/** Accepts the scripts as they are now for what is applied already (`repair`): new rows with their checksums. */
export async function acceptChecksums(
  client: pg.Client,
  migrations: readonly MigrationSource[],
  options: RecordOptions,
): Promise<string[]> {
  const rows = new Map((await readLedger(client)).map((row) => [`${row.service}/${row.filename}`, row]));
  const changed = migrations.flatMap((migration) => {
    const row = rows.get(`${migration.service}/${migration.filename}`);
    const applied = row?.status === "applied" || row?.status === "baseline";
    return row && applied && row.checksum !== migration.checksum ? [{ migration, row }] : [];
  });
  const statements = changed.map(({ migration, row }) =>
    insertRowSql({
      ...{ migration, direction: "up", status: row.status, executionMs: row.executionMs, ...options },
      replaces: row.id,
    }),
  );
  await inTransaction(client, statements);
  return changed.map(({ migration }) => migration.filename);
}

export interface Settlement extends RecordOptions {
  service: string;
  filename: string;
  /** What a person found: it is in effect, or nothing of it is. */
  as: "applied" | "not_applied";
  reason: string;
}

/**
 * Ends the doubt about a migration by a person's word, who looked at the target. The former row stays.
 * @throws DomainError not_found when nothing is in doubt about it
 */
export async function settleMigration(client: pg.Client, settlement: Settlement): Promise<void> {
  const { service, filename } = settlement;
  const found = await client.query<{
    id: string;
    direction: "up" | "down";
    status: LedgerStatus;
    steps: LedgerSteps | null;
  }>(
    `SELECT id::text AS id, direction, status, steps FROM dbmigrator.migrations_log
     WHERE is_current AND service = $1 AND filename = $2 AND (status IN ('running', 'in_doubt') OR status = 'failed')`,
    [service, filename],
  );
  const row = found.rows[0];
  if (!row) {
    throw new DomainError(
      "not_found",
      "ledger.nothing_in_doubt",
      `Nothing is in doubt about ${filename} on this target.`,
      {
        details: { service, filename },
      },
    );
  }
  const inEffect = settlement.as === "applied";
  const status =
    row.direction === "up" ? (inEffect ? "applied" : "failed") : inEffect ? "reverted" : "applied";
  await inTransaction(client, [
    `UPDATE dbmigrator.migrations_log SET is_current = false WHERE id = ${Number(row.id)} AND is_current`,
    {
      text: `INSERT INTO dbmigrator.migrations_log (service, filename, version, name, kind, direction, script_content,
          checksum, rollback_script, status, applied_by, error_message, run_id)
        SELECT service, filename, version, name, kind, CASE WHEN $2 = 'reverted' THEN 'down' ELSE 'up' END,
          coalesce(CASE WHEN $2 <> 'reverted' AND direction = 'down' THEN (
            SELECT up.script_content FROM dbmigrator.migrations_log up WHERE up.direction = 'up'
              AND up.service = l.service AND up.filename = l.filename ORDER BY up.id DESC LIMIT 1) END, script_content),
          checksum, rollback_script, $2, $3, $4, $5
        FROM dbmigrator.migrations_log l WHERE id = $1`,
      values: [row.id, status, settlement.appliedBy, `settled: ${settlement.reason}`, settlement.runId],
    },
  ]);
}

/** Adds the schema's fingerprint to the rows of a run, once it is known. */
export async function recordFingerprint(
  client: pg.Client,
  runId: string,
  fingerprint: string,
): Promise<void> {
  await client.query(
    `UPDATE dbmigrator.migrations_log SET schema_fingerprint = $2
     WHERE id = (SELECT max(id) FROM dbmigrator.migrations_log WHERE run_id = $1) AND schema_fingerprint IS NULL`,
    [runId, fingerprint],
  );
}

async function inTransaction(client: pg.Client, statements: (string | pg.QueryConfig)[]): Promise<void> {
  if (statements.length === 0) return;
  await client.query("BEGIN");
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw mapLedgerError(error);
  }
}
