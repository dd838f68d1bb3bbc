import { z } from "zod";
import { readDirectives } from "../../core/migration/directives";
import { analyzeScriptAsync } from "../../core/risk/analyze";
import { transactionMode } from "../../core/run/units";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { Script } from "./name";
import { migrationScope } from "./scope";
import type { LintResult } from "./views";

const LintInput = z.object({
  id: z.uuid(),
  script: Script,
  /** Major version of the server that it is for; without it, of the service's oldest target. */
  serverVersion: z.number().int().min(14).max(30).optional(),
});

/** What the editor answers while somebody types; the page shows no more of a script that has hundreds. */
const MOST = 200;

/** Problems, findings and facts of a text that need not be saved. Nothing runs. */
export const lintScript = defineOperation({
  name: "migration.lint",
  permission: "migration.read",
  input: LintInput,
  audit: "none",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }): Promise<LintResult> => {
    const started = performance.now();
    const serverVersion = input.serverVersion ?? (await oldestServer(ctx.db, input.id));
    const { directives, problems } = readDirectives(input.script);
    const analysis = await analyzeScriptAsync(input.script, { serverVersion, directives });
    const { statements } = analysis.parsed;
    return {
      problems: [...problems, ...analysis.parsed.problems].sort((a, b) => a.line - b.line).slice(0, MOST),
      findings: analysis.findings.slice(0, MOST),
      facts: analysis.facts
        .slice(0, MOST)
        .map((fact) => ({ ...fact, statement: fact.statement.slice(0, 300) })),
      severity: analysis.severity,
      destroys: analysis.destroys,
      statements: statements.length,
      places: statements.slice(0, MOST).map(({ start, end }) => ({ start, end })),
      transaction: transactionMode(analysis.parsed, directives),
      serverVersion,
      durationMs: performance.now() - started,
    };
  },
});

/** The oldest server among the service's targets: what runs there runs on the others. */
async function oldestServer(db: Db, migrationId: string): Promise<number> {
  const targets = await db.target.findMany({
    where: { service: { migrations: { some: { id: migrationId } } } },
    select: { probe: true },
  });
  const majors = targets.flatMap(({ probe }) => {
    const major = Number.parseInt(
      (probe as { probe?: { version?: string } } | null)?.probe?.version ?? "",
      10,
    );
    return Number.isInteger(major) ? [major] : [];
  });
  return majors.length > 0 ? Math.min(...majors) : NEWEST;
}

/** Assumed while no target was ever reached. */
const NEWEST = 18;
