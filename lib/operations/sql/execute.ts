import { type ConsoleMode, checkConsoleScript } from "../../core/query/guard";
import { maskSecrets } from "../../core/query/mask";
import { loadParser } from "../../core/sql/parse-script";
import type { Statement } from "../../core/sql/types";
import { DomainError, keepFailure } from "../../errors";
import { type ConsoleEnd, type ConsoleOutcome, runConsole } from "../../postgres/console/run";
import type { OperationContext, Scope } from "../define";
import { targetSpec } from "../target/spec";
import { type RunSqlInput, SQL_LIMITS } from "./fields";

interface Request {
  ctx: OperationContext<"target">;
  scope: Scope;
  input: RunSqlInput;
  mode: ConsoleMode;
  end: ConsoleEnd;
  /** What is sent instead of a statement's own text, such as EXPLAIN before it. */
  rewrite?: (statement: Statement) => Statement;
}

/** How much of a text the audit trail keeps; the history keeps all of it. */
const AUDITED = 20_000;

/** What the audit trail says of an execution before it begins: the text, with its passwords masked. */
export function describeIntent(input: RunSqlInput): { sql: string; length?: number } {
  const masked = maskSecrets(input.sql);
  return { sql: masked.slice(0, AUDITED), ...(masked.length > AUDITED ? { length: masked.length } : {}) };
}

/**
 * Checks, runs and records a text of the SQL page. A statement that fails is part of the answer and of the history;
 * what is refused before it runs is an error.
 * @throws DomainError validation `sql.refused` with each place; target.*; sql.*
 */
export async function executeSql(request: Request): Promise<ConsoleOutcome> {
  const { ctx, input, mode } = request;
  const masked = maskSecrets(input.sql);
  ctx.note({ mode });
  await loadParser();
  const script = checkConsoleScript(input.sql, mode);
  if (script.problems.length > 0) throw refused(script.problems);
  const started = performance.now();
  try {
    const outcome = await runConsole(
      await targetSpec(ctx.db, input.targetId),
      script.statements.map(request.rewrite ?? ((statement) => statement)),
      {
        end: request.end,
        signal: ctx.signal,
        limits: {
          rows: input.rows,
          timeoutMs: input.timeoutSeconds * 1000,
          bytes: SQL_LIMITS.result,
          cell: SQL_LIMITS.cell,
        },
      },
    );
    const rows = outcome.results.reduce((sum, result) => sum + result.rows.length, 0);
    const tags = outcome.results.map((result) => result.tag).filter((tag) => tag !== null);
    ctx.note({
      rows,
      tags: tags.slice(0, 50),
      ...(outcome.failure ? { failed: outcome.failure.sqlState } : {}),
    });
    await record(request, masked, { rows, durationMs: outcome.durationMs, error: outcome.failure });
    return outcome;
  } catch (error) {
    const durationMs = performance.now() - started;
    const known = error instanceof DomainError ? keepFailure(error) : { code: "internal" };
    await record(request, masked, { rows: null, durationMs, error: known });
    throw error;
  }
}

function refused(problems: ReturnType<typeof checkConsoleScript>["problems"]): DomainError {
  const [first] = problems;
  return new DomainError("validation", "sql.refused", `Line ${first?.line}: ${first?.message}`, {
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
    details: {
      line: first?.line,
      reason: first?.message,
      problems: problems.slice(0, 50),
      fields: problems
        .slice(0, 50)
        .map((problem) => ({ field: "sql", message: `Line ${problem.line}: ${problem.message}` })),
    },
  });
}

/** The history of a person; a token has none, its executions are in the audit trail. */
async function record(
  { ctx, input, mode, scope }: Request,
  sql: string,
  result: { rows: number | null; durationMs: number; error: object | null },
): Promise<void> {
  if (!ctx.actor.userId || ctx.actor.kind !== "user") return;
  await ctx.db.sqlExecution.create({
    data: {
      userId: ctx.actor.userId,
      targetId: input.targetId,
      projectId: scope.projectId ?? "",
      sql,
      mode,
      rows: result.rows,
      durationMs: result.durationMs,
      ...(result.error ? { error: JSON.parse(JSON.stringify(result.error)) as object } : {}),
    },
  });
}
