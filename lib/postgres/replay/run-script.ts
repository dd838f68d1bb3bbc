import pg from "pg";
import { readDirectives } from "../../core/migration/directives";
import type { PostgresFailure } from "../../core/run/types";
import { splitUnits } from "../../core/run/units";
import { parseScriptAsync, treeOf } from "../../core/sql/parse-script";
import type { Statement } from "../../core/sql/types";
import { openConnection } from "../connection/connect";
import { treatmentOf } from "../dry-run/rules";
import { tryScript } from "../dry-run/script";
import { Tracer } from "../dry-run/trace";
import { readServerParts } from "../shadow/traits";
import type { EmptyShadow } from "./empty-shadow";

/** A statement that a scratch copy cannot run, or runs with other words. */
export interface Unreplayed {
  migration: string;
  line: number;
  sql: string;
  node: string;
  why: string;
  /** Its server lacks what the statement installs: whatever rests on it cannot run either. */
  missing?: true;
}

export interface ReplayedScript {
  failure: PostgresFailure | null;
  unreplayed: Unreplayed[];
}

/**
 * Runs one script in an empty scratch database for what it leaves behind, without watching it: in one message where
 * that is the same, otherwise statement by statement like a dry run.
 */
export async function runScript(
  shadow: EmptyShadow,
  name: string,
  script: string,
  signal: AbortSignal,
): Promise<ReplayedScript> {
  signal.throwIfAborted();
  const parsed = await parseScriptAsync(script);
  const { units, problems } = splitUnits(parsed, readDirectives(script).directives);
  const [unit] = units;
  const plain =
    parsed.problems.length + problems.length === 0 &&
    units.length <= 1 &&
    (unit === undefined || unit.kind === "transaction" || unit.kind === "block") &&
    parsed.statements.every(isPlain);
  // What one script sets must not reach the next: the runner sees to the same.
  await shadow.session.query("DISCARD ALL");
  if (unit === undefined && plain) return { failure: null, unreplayed: [] };
  if (plain && unit && (await runAtOnce(shadow.session, unit.statements, unit.kind === "block"))) {
    return { failure: null, unreplayed: [] };
  }
  return runCarefully(shadow, name, script, parsed.statements, signal);
}

function isPlain(statement: Statement): boolean {
  return statement.copyData === undefined && treatmentOf(statement, treeOf(statement)).how === "run";
}

/** @returns false when it failed and left nothing: running it carefully then tells why, or gets past it */
async function runAtOnce(session: pg.Client, statements: Statement[], own: boolean): Promise<boolean> {
  const body = statements.map((statement) => statement.text).join("\n;\n");
  try {
    await session.query(own ? body : `BEGIN;\n${body}\n;\nCOMMIT`);
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code === "57P01") throw error;
    await session.query("ROLLBACK");
    return false;
  }
}

async function runCarefully(
  shadow: EmptyShadow,
  name: string,
  script: string,
  statements: Statement[],
  signal: AbortSignal,
): Promise<ReplayedScript> {
  const open = () => openConnection({ ...shadow.spec, applicationName: "dbmigrator-replay" });
  const sessions = await Promise.all([open(), open(), open()]);
  const [session, gate, watcher] = sessions;
  try {
    const result = await tryScript(
      {
        session,
        tracer: await Tracer.start(session),
        tools: { gate, watcher },
        admin: shadow.admin,
        major: shadow.major,
        ...(await readServerParts(watcher)),
        signal,
      },
      name,
      script,
    );
    const nodes = new Map(statements.map((statement) => [statement.index, statement.node]));
    const unreplayed = result.statements.flatMap((one): Unreplayed[] => {
      const why = one.whyNot ?? one.adapted;
      if (
        why === undefined ||
        one.whyNotCode === "made_by_administrator" ||
        one.whyNotCode === "earlier_failed"
      )
        return [];
      const missing = one.whyNotCode === "extension_missing" ? { missing: true as const } : {};
      const node = nodes.get(one.statement) ?? "";
      return [{ migration: name, line: one.line, sql: one.sql, node, why, ...missing }];
    });
    return { failure: result.failure, unreplayed };
  } finally {
    await Promise.all(sessions.map((one) => one.end().catch(() => undefined)));
  }
}
