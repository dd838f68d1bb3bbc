import type { Socket } from "node:net";
import type pg from "pg";
import type { PostgresFailure } from "../../core/run/types";
import type { Statement } from "../../core/sql/types";
import { DomainError } from "../../errors";
import { type ConnectionSpec, closeConnection, openConnection, streamOf } from "../connection/connect";
import { type PortalField, type PortalLimits, type PortalResult, readPortal } from "./portal";

export interface ConsoleLimits extends PortalLimits {
  timeoutMs: number;
}

export interface ConsoleColumn {
  name: string;
  /** As PostgreSQL writes it: `numeric(10,2)`; null when it could not be asked. */
  type: string | null;
}

export interface ConsoleResult extends Omit<PortalResult, "fields"> {
  statement: number;
  line: number;
  columns: ConsoleColumn[];
  durationMs: number;
}

export interface ConsoleOutcome {
  results: ConsoleResult[];
  /** Nothing was kept when there is one. */
  failure: PostgresFailure | null;
  durationMs: number;
}

/** What becomes of the transaction around the statements. */
export type ConsoleEnd = "read_only" | "commit" | "rollback";

/** Bytes that may arrive in all; a single giant cell is stopped here, before it is in memory. */
const MOST_BYTES = 96 * 1024 * 1024;

/**
 * Runs statements on a target in one transaction and reads a bounded part of their rows.
 *
 * `read_only`: the transaction is READ ONLY and its snapshot is taken before the first statement, after which the
 * server refuses to make it writable again. `rollback`: nothing is kept. One statement that PostgreSQL does not run
 * in a transaction runs without one, when `end` is `commit`.
 * @throws DomainError target.* when the target cannot be reached; sql.cancelled; sql.too_large; sql.in_doubt when
 *   the connection broke while COMMIT was under way
 * @see https://www.postgresql.org/docs/current/sql-set-transaction.html
 */
export async function runConsole(
  spec: ConnectionSpec,
  statements: readonly Pick<Statement, "index" | "text" | "line" | "column" | "need">[],
  options: { end: ConsoleEnd; limits: ConsoleLimits; guardAddresses?: boolean; signal?: AbortSignal },
): Promise<ConsoleOutcome> {
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator sql" },
    { guardAddresses: options.guardAddresses ?? true },
  );
  const watch = new Watch(client, spec, options);
  const started = performance.now();
  try {
    await begin(client, statements, options);
    const results: ConsoleResult[] = [];
    let left = options.limits.bytes;
    for (const statement of statements) {
      const before = performance.now();
      try {
        const result = await readPortal(client, statement.text, { ...options.limits, bytes: left });
        left = Math.max(0, left - sizeOf(result));
        results.push(toResult(statement, result, performance.now() - before));
      } catch (error) {
        watch.rethrow();
        return { results, failure: toFailure(error, statement), durationMs: performance.now() - started };
      }
    }
    if (options.end !== "commit") await nameTypes(client, results);
    const failure = await finish(client, statements, options.end);
    if (options.end === "commit" && !failure) await nameTypes(client, results);
    return { results: results.map(withoutFields), failure, durationMs: performance.now() - started };
  } finally {
    watch.stop();
    await closeConnection(client);
  }
}

async function begin(
  client: pg.Client,
  statements: readonly Pick<Statement, "need">[],
  options: { end: ConsoleEnd; limits: ConsoleLimits },
): Promise<void> {
  const timeout = Math.round(options.limits.timeoutMs);
  await client.query(
    `SET statement_timeout = ${timeout}; SET lock_timeout = ${Math.min(timeout, 10_000)};
     SET idle_in_transaction_session_timeout = '60s'; SET standard_conforming_strings = on`,
  );
  // Lets the server notice that we are gone; not every system it runs on can.
  await client.query("SET client_connection_check_interval = '1s'").catch(() => {});
  if (runsAlone(statements) && options.end === "commit") return;
  // The query takes the snapshot; from then on SET TRANSACTION and set_config cannot make it writable.
  await client.query(options.end === "read_only" ? "BEGIN READ ONLY; SELECT 1" : "BEGIN");
}

function runsAlone(statements: readonly Pick<Statement, "need">[]): boolean {
  return statements.length === 1 && statements[0]?.need === "outside";
}

async function finish(
  client: pg.Client,
  statements: readonly Pick<Statement, "need" | "index" | "line" | "column" | "text">[],
  end: ConsoleEnd,
): Promise<PostgresFailure | null> {
  if (runsAlone(statements) && end === "commit") return null;
  if (end !== "commit") {
    await client.query("ROLLBACK").catch(() => {});
    return null;
  }
  const last = statements.at(-1);
  try {
    await client.query("COMMIT");
    return null;
  } catch (error) {
    // Deferred constraints are checked here; the server's own refusal means that nothing was kept.
    if (last && isServerError(error)) return toFailure(error, last);
    throw new DomainError(
      "target",
      "sql.in_doubt",
      "The connection broke while the changes were being committed.",
      {
        hint: "Look on the target whether they are there before you run this again.",
        cause: error,
      },
    );
  }
}

/** Stops the work when the asker is gone, the time is over or too much arrives. */
class Watch {
  private reason: DomainError | null = null;
  private received = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly stream: Socket;

  constructor(
    private readonly client: pg.Client,
    private readonly spec: ConnectionSpec,
    private readonly options: { limits: ConsoleLimits; guardAddresses?: boolean; signal?: AbortSignal },
  ) {
    this.stream = streamOf(client);
    this.stream.on("data", (chunk) => {
      this.received += chunk.length;
      if (this.received > MOST_BYTES) this.cut(tooLarge());
    });
    // A statement may lift its own limit (set_config); this one it cannot reach.
    this.timer = setTimeout(
      () => this.cancel(timedOut(options.limits.timeoutMs)),
      options.limits.timeoutMs + 2000,
    );
    if (options.signal?.aborted) this.onAbort();
    options.signal?.addEventListener("abort", this.onAbort, { once: true });
  }

  private readonly onAbort = () => {
    void this.cancel(
      new DomainError("precondition", "sql.cancelled", "The execution was cancelled. Nothing was kept."),
    );
  };

  /** Asks the server to stop, and hangs up when it does not within two seconds. */
  private async cancel(reason: DomainError): Promise<void> {
    this.reason ??= reason;
    const pid = (this.client as unknown as { processID: number }).processID;
    const hangUp = setTimeout(() => this.stream.destroy(), 2000);
    try {
      const other = await openConnection(this.spec, {
        guardAddresses: this.options.guardAddresses ?? true,
        connectTimeoutMs: 2000,
      });
      await other.query("SELECT pg_cancel_backend($1)", [pid]);
      await closeConnection(other);
    } catch {
      this.stream.destroy();
    } finally {
      hangUp.unref();
    }
  }

  private cut(reason: DomainError): void {
    this.reason ??= reason;
    this.stream.destroy();
  }

  /** @throws DomainError why the work was stopped, when it was */
  rethrow(): void {
    if (this.reason) throw this.reason;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener("abort", this.onAbort);
  }
}

function tooLarge(): DomainError {
  return new DomainError("precondition", "sql.too_large", "The result is larger than 96 MiB.", {
    hint: "Choose fewer columns, or shorten long values with left(column, 1000).",
  });
}

function timedOut(ms: number): DomainError {
  return new DomainError(
    "precondition",
    "sql.timeout",
    `The execution took longer than ${Math.round(ms / 1000)} s.`,
    {
      details: { seconds: Math.round(ms / 1000) },
      hint: "Raise the limit, or make the query narrower.",
    },
  );
}

type WithFields = ConsoleResult & { fields: PortalField[] };

function toResult(
  statement: Pick<Statement, "index" | "line">,
  result: PortalResult,
  durationMs: number,
): WithFields {
  const columns = result.fields.map((field) => ({ name: field.name, type: null }));
  return { ...result, columns, statement: statement.index, line: statement.line, durationMs };
}

function withoutFields(result: ConsoleResult): ConsoleResult {
  const { fields: _, ...rest } = result as WithFields;
  return rest;
}

function sizeOf(result: PortalResult): number {
  return result.rows.reduce(
    (sum, row) => sum + row.reduce((all, cell) => all + (cell?.length ?? 0) + 8, 0),
    0,
  );
}

/** Types by their SQL names, asked once for all columns; without an answer the columns stay untyped. */
async function nameTypes(client: pg.Client, results: ConsoleResult[]): Promise<void> {
  const fields = results.flatMap((result) => (result as WithFields).fields);
  if (fields.length === 0) return;
  try {
    const answer = await client.query<{ name: string }>(
      "SELECT pg_catalog.format_type(t.id, t.modifier) AS name FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS t(id, modifier, n) ORDER BY t.n",
      [fields.map((field) => field.typeId), fields.map((field) => field.typeModifier)],
    );
    let at = 0;
    for (const result of results) {
      for (const column of result.columns) column.type = answer.rows[at++]?.name ?? null;
    }
  } catch {
    // The result itself is what was asked for.
  }
}

function isServerError(error: unknown): error is pg.DatabaseError {
  return typeof error === "object" && error !== null && "severity" in error && "code" in error;
}

/** PostgreSQL's words with the place in the whole text; positions count code points from 1. */
function toFailure(
  error: unknown,
  statement: Pick<Statement, "index" | "text" | "line" | "column">,
): PostgresFailure {
  if (!isServerError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { sqlState: "08006", message, statement: statement.index, line: statement.line };
  }
  const place = placeOf(statement, Number(error.position ?? Number.NaN));
  return {
    sqlState: error.code ?? "XX000",
    message: error.message,
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    statement: statement.index,
    ...place,
  };
}

function placeOf(
  statement: Pick<Statement, "text" | "line" | "column">,
  position: number,
): { line: number; column?: number } {
  if (!Number.isInteger(position) || position < 1) return { line: statement.line };
  const before = [...statement.text].slice(0, position - 1).join("");
  const lines = before.split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  if (lines.length === 1) return { line: statement.line, column: statement.column + column - 1 };
  return { line: statement.line + lines.length - 1, column };
}
