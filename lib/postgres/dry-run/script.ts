import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { readDirectives } from "../../core/migration/directives";
import { maskSecrets } from "../../core/query/mask";
import { sessionStatements } from "../../core/run/session-state";
import type { PostgresFailure, TriedStatement, WhyNotCode } from "../../core/run/types";
import { splitUnits, type Unit } from "../../core/run/units";
import { parseScriptAsync, treeOf } from "../../core/sql/parse-script";
import type { ScriptProblem, Statement } from "../../core/sql/types";
import { hashStatement } from "../runner/scripts";
import { failureOf } from "../runner/statement-failure";
import type { ServerParts } from "../shadow/traits";
import { breaksSavepoints, mayNeedRights, replacesFile, type Treatment, treatmentOf } from "./rules";
import type { Observation, Tracer } from "./trace";
import { type OutsideTools, observeOutside } from "./trace-outside";

/** The sessions of one dry run, all on the scratch copy. */
/** `extensions`: what the scratch server could install. */
export interface Trial extends ServerParts {
  /** Runs the scripts. */
  session: pg.Client;
  tracer: Tracer;
  tools: OutsideTools;
  /** Administrator of the scratch server. */
  admin: pg.Client;
  major: number;
  signal: AbortSignal;
  onStatement?: (statement: Statement) => void;
}

export interface ScriptResult {
  statements: TriedStatement[];
  failure: PostgresFailure | null;
}

const BY_ADMINISTRATOR = "Done by the scratch server's administrator, apart from the script.";
const NOTHING: Observation = { locks: [], rewrites: [], scans: [] };

/**
 * Tries one script as the runner would run it: in one transaction, statement by statement outside of one
 * (`transaction=none` and what PostgreSQL refuses in one), or with its own BEGIN and COMMIT.
 * A failing statement stops it, and what its transaction did is undone.
 * @param done hashes of the first statements, which the copy has already: what they set in their session is repeated
 */
export async function tryScript(
  trial: Trial,
  migration: string,
  script: string,
  done: readonly string[] = [],
): Promise<ScriptResult> {
  const parsed = await parseScriptAsync(script);
  const { directives } = readDirectives(script);
  const { units, problems } = splitUnits(parsed, directives);
  const problem = [...parsed.problems, ...problems][0];
  if (problem) return { statements: [], failure: problemAsFailure(problem, migration) };
  const run = new ScriptRun(trial, migration);
  const inEffect = hasDone(parsed.statements, done) ? done.length : 0;
  await run.resume(sessionStatements(units, inEffect));
  for (const unit of units) {
    if ((unit.statements.at(-1)?.index ?? 0) <= inEffect) run.leaveOut(unit);
    else await run.unit(unit);
  }
  return { statements: run.statements, failure: run.failure };
}

/** Statements that were changed since are no longer those that were done; the run says so. */
function hasDone(statements: readonly Statement[], done: readonly string[]): boolean {
  return done.every((hash, at) => statements[at] !== undefined && hashStatement(statements[at]) === hash);
}

function problemAsFailure(problem: ScriptProblem, migration: string): PostgresFailure {
  const { message, hint, line, column } = problem;
  return { sqlState: "42601", message, ...(hint ? { hint } : {}), migration, line, column };
}

class ScriptRun {
  readonly statements: TriedStatement[] = [];
  failure: PostgresFailure | null = null;
  /** DROP EXTENSION of what the open transaction still holds; the administrator's turn comes when it has ended. */
  private readonly afterCommit: Statement[] = [];

  constructor(
    private readonly trial: Trial,
    private readonly migration: string,
  ) {}

  async unit(unit: Unit): Promise<void> {
    if (unit.kind === "batch" && !this.failure) return this.batches(unit);
    const ours = unit.kind === "transaction" && !this.failure;
    if (ours) await this.begin();
    for (const statement of unit.statements) {
      if (this.failure) this.skip(statement, "earlier_failed", "Not tried: an earlier statement failed.");
      else await this.step(statement, unit.kind === "outside");
    }
    await this.end();
  }

  /** What the copy cannot repeat it does without, as where it stands in a script that is tried whole. */
  async resume(statements: readonly Statement[]): Promise<void> {
    for (const { text } of statements) {
      await this.trial.session.query(text).catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) throw error;
      });
    }
  }

  leaveOut(unit: Unit): void {
    for (const statement of unit.statements)
      this.skip(statement, "in_effect", "Not tried: an earlier attempt has done it.");
  }

  private async begin(): Promise<void> {
    await this.trial.tracer.beginTransaction(this.trial.session);
    await this.trial.session.query("BEGIN");
  }

  private async end(): Promise<void> {
    const { session, admin } = this.trial;
    const waiting = this.afterCommit.splice(0);
    // A script may have ended its transaction itself.
    const isOpen = session.getTransactionStatus() !== "I";
    if (this.failure) {
      if (isOpen) await session.query("ROLLBACK");
      return;
    }
    try {
      if (isOpen) await session.query("COMMIT");
      for (const statement of waiting) await admin.query(statement.text);
    } catch (error) {
      // A deferred constraint speaks at COMMIT; it belongs to no single statement. So does what is dropped after it.
      if (!(error instanceof pg.DatabaseError)) throw error;
      this.failure = { sqlState: error.code ?? "XX000", message: error.message, migration: this.migration };
    }
  }

  /** Each batch in a transaction of its own, until one changes nothing; what the first is seen to do stands for all. */
  private async batches(unit: Unit): Promise<void> {
    const [statement] = unit.statements;
    const max = Math.min(unit.batch?.max ?? MOST_BATCHES, MOST_BATCHES);
    let first: TriedStatement | undefined;
    for (let turn = 0; statement && !this.failure; turn++) {
      await this.begin();
      await this.step(statement, false);
      await this.end();
      const tried = this.statements.pop();
      if (!tried) return;
      const rows: number | null = (first?.rows ?? 0) + (tried.rows ?? 0);
      const durationMs = (first?.durationMs ?? 0) + (tried.durationMs ?? 0);
      first = { ...(first ?? tried), rows, durationMs, error: tried.error };
      if (!tried.rows || turn + 1 >= max) break;
    }
    if (first) this.statements.push(first);
  }

  private skip(
    statement: Statement,
    code: WhyNotCode,
    why: string,
    about: Pick<TriedStatement, "extension"> = {},
  ): void {
    this.add(statement, NOTHING, { tried: false, whyNot: why, whyNotCode: code, ...about });
  }

  private async step(statement: Statement, apart: boolean): Promise<void> {
    this.trial.signal.throwIfAborted();
    this.trial.onStatement?.(statement);
    if (statement.need === "control") return this.control(statement);
    const treatment = treatmentOf(statement, treeOf(statement), this.trial.lz4);
    if (treatment.how === "skip") return this.skip(statement, treatment.code, treatment.why);
    if (treatment.how === "administrator") return this.byAdministrator(statement, treatment.extension);
    return apart ? this.outside(statement) : this.inside(statement, treatment);
  }

  private async control(statement: Statement): Promise<void> {
    if (this.trial.session.getTransactionStatus() === "I")
      await this.trial.tracer.beginTransaction(this.trial.session);
    await this.timed(statement, statement.text, async () => NOTHING);
  }

  private async inside(statement: Statement, treatment: Treatment): Promise<void> {
    const { session, tracer } = this.trial;
    const sql = treatment.how === "adapt" ? treatment.sql : statement.text;
    const adapted = treatment.how === "adapt" ? { adapted: treatment.adapted } : {};
    const guarded =
      mayNeedRights(statement) && !/^\s*SET\s+(LOCAL\s+|SESSION\s+)?(TRANSACTION|CHARACTERISTICS)/i.test(sql);
    const apart = guarded || breaksSavepoints(statement);
    if (apart) await session.query("SAVEPOINT dbmigrator_try");
    const observe = () => tracer.observe(session, replacesFile(statement) ? "replace" : "rewrite");
    await this.timed(statement, sql, observe, { adapted, guarded });
    // After an error the status that node-pg knows may still be the one from before.
    if (apart && !this.failure && session.getTransactionStatus() === "T")
      await session.query("RELEASE SAVEPOINT dbmigrator_try");
  }

  private async outside(statement: Statement): Promise<void> {
    const { session, tracer, tools, major } = this.trial;
    await tracer.beginTransaction(session);
    const countScans = major >= 15;
    const before = countScans ? await scanCounts(session) : null;
    let rows: number | null = null;
    const started = performance.now();
    try {
      const seen = await observeOutside(tracer, tools, session, async () => {
        rows = await this.send(statement, statement.text);
      });
      const durationMs = since(started);
      const scans = before ? grown(before, await scanCounts(session), tracer) : [];
      this.add(statement, { ...seen, scans }, { durationMs, rows, scansObserved: countScans });
    } catch (error) {
      this.fail(statement, error, statement.text, since(started));
    }
  }

  private async byAdministrator(statement: Statement, extension: string): Promise<void> {
    const { admin, extensions } = this.trial;
    if (statement.node !== "DropStmt" && !extensions.has(extension)) {
      return this.skip(
        statement,
        "extension_missing",
        `Not tried: the scratch server has no extension ${extension}.`,
        { extension },
      );
    }
    try {
      await admin.query("SET lock_timeout = '2s'");
      await admin.query(statement.text);
      this.skip(statement, "made_by_administrator", BY_ADMINISTRATOR);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      const isHeld = error.code === "55P03" && this.trial.session.getTransactionStatus() === "T";
      if (isHeld && statement.node === "DropStmt") {
        this.afterCommit.push(statement);
        this.skip(statement, "made_by_administrator", BY_ADMINISTRATOR);
      } else if (error.code === "42501" || error.code === "55P03") {
        this.skip(statement, "role_rights", `Not tried: ${error.message}.`);
      } else this.fail(statement, error, statement.text, null);
    }
  }

  private async timed(
    statement: Statement,
    sql: string,
    observe: () => Promise<Observation>,
    options: { adapted?: { adapted?: string }; guarded?: boolean } = {},
  ): Promise<void> {
    const started = performance.now();
    try {
      const rows = await this.send(statement, sql);
      const durationMs = since(started);
      this.add(statement, await observe(), { durationMs, rows, ...options.adapted });
    } catch (error) {
      const denied = error instanceof pg.DatabaseError && error.code === "42501";
      if (!options.guarded || !denied) return this.fail(statement, error, sql, since(started));
      await this.trial.session.query("ROLLBACK TO SAVEPOINT dbmigrator_try");
      const why = `Not tried: the scratch copy's role has fewer rights (${error.message}).`;
      this.skip(statement, "role_rights", why);
    }
  }

  private async send(statement: Statement, sql: string): Promise<number | null> {
    const { session } = this.trial;
    if (statement.copyData !== undefined) return copyRows(session, sql, statement.copyData);
    const result = await session.query(sql);
    return COUNTED.has(result.command) ? result.rowCount : null;
  }

  private fail(statement: Statement, error: unknown, sql: string, durationMs: number | null): void {
    // 57P01: the session was ended from outside, which is no answer about the statement.
    if (!(error instanceof pg.DatabaseError) || error.code === "57P01") throw error;
    this.trial.signal.throwIfAborted();
    this.failure = failureOf(error, this.migration, statement, sql);
    this.add(statement, NOTHING, { durationMs, error: this.failure });
  }

  private add(statement: Statement, seen: Observation, rest: Partial<TriedStatement>): void {
    this.statements.push({
      migration: this.migration,
      statement: statement.index,
      line: statement.line,
      sql: maskSecrets(statement.text),
      ...seen,
      durationMs: null,
      rows: null,
      error: null,
      tried: true,
      scansObserved: rest.tried !== false && !rest.error,
      ...rest,
    });
  }
}

/** Batches on a scratch copy, which holds only what the migrations put there. */
const MOST_BATCHES = 200;

const COUNTED = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "COPY"]);

function since(started: number): number {
  return Math.round((performance.now() - started) * 100) / 100;
}

async function copyRows(session: pg.Client, sql: string, data: string): Promise<number> {
  const stream = session.query(copyFrom(sql));
  await new Promise<void>((resolve, reject) => {
    stream.once("error", reject);
    stream.once("finish", () => resolve());
    stream.end(data);
  });
  return stream.rowCount;
}

/** Scans so far by table; needs pg_stat_force_next_flush of PostgreSQL 15. */
async function scanCounts(session: pg.Client): Promise<Map<string, number>> {
  await session.query("SELECT pg_catalog.pg_stat_force_next_flush()");
  const { rows } = await session.query<{ oid: string; scans: string }>(
    `SELECT c.oid::text AS oid, pg_catalog.pg_stat_get_numscans(c.oid)::text AS scans
       FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r','p','m')`,
  );
  return new Map(rows.map((row) => [row.oid, Number(row.scans)]));
}

function grown(before: Map<string, number>, after: Map<string, number>, tracer: Tracer): string[] {
  return [...after].flatMap(([oid, count]) => {
    const name = tracer.nameOf(oid);
    return name !== undefined && count > (before.get(oid) ?? 0) ? [name] : [];
  });
}
