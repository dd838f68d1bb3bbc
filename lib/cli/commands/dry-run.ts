import { planUp } from "../../core/plan/plan";
import { differingLines } from "../../core/run/difference";
import type { DryRun, TriedStatement } from "../../core/run/types";
import { count, duration, note, paint, print, printJson } from "../output";
import { failureText, requirePlan, statementTitle } from "../run-steps";
import { scratchServer } from "../scratch";
import { type CommonOptions, isJson, targetName, withSession } from "../session";

interface DryRunFlags extends CommonOptions {
  to?: string;
  steps?: number;
  /** Seconds. */
  timeout: number;
  shadow: "auto" | "embedded" | "target_server";
}

export async function dryRunCommand(options: DryRunFlags): Promise<number> {
  return withSession(options, async (session) => {
    const { steps, problems } = planUp(session.migrations, session.ledger, {
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.env === undefined ? {} : { environment: options.env }),
    });
    requirePlan(problems);
    const json = isJson(options);
    if (steps.length === 0) {
      if (json) printJson({ target: targetName(session.spec, options.env), ok: true, statements: [] });
      else print("Nothing to try: no migration is pending.");
      return 0;
    }
    const { dryRun } = await import("../../postgres/dry-run/dry-run");
    const stop = new AbortController();
    const onSignal = () => stop.abort(new Error("Cancelled."));
    process.once("SIGINT", onSignal);
    process.once("SIGTERM", onSignal);
    const scratch = scratchServer();
    try {
      const result = await dryRun({
        target: session.spec,
        embedded: scratch.start,
        shadow: options.shadow,
        steps: [...steps],
        timeoutMs: options.timeout * 1000,
        signal: stop.signal,
        onProgress: (progress) => {
          if (!json && progress.phase === "copy") note("Making a scratch copy of the target …");
        },
      });
      if (json) printJson({ target: targetName(session.spec, options.env), ...asJson(result) });
      else show(result);
      if (!result.ok) return 1;
      return options.exitCode && result.rollback.reason !== "proven" ? 2 : 0;
    } finally {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      await scratch.stop();
    }
  });
}

function asJson({ schemaBefore, schemaAfter, statements, ...rest }: DryRun) {
  return { ...rest, schemaChange: differingLines(schemaBefore, schemaAfter, 2000), statements };
}

function show(result: DryRun): void {
  note(`${result.shadow.reason.message} (PostgreSQL ${result.shadow.serverVersion})`);
  for (const remark of result.shadow.notes) note(remark.message);
  let migration = "";
  for (const statement of result.statements) {
    if (statement.migration !== migration) {
      migration = statement.migration;
      print();
      print(paint.bold(migration));
    }
    showStatement(statement);
  }
  if (result.failure) {
    print();
    print(`${paint.red("✗")} ${result.failure.migration ?? ""}\n${failureText(result.failure)}`);
  }
  print();
  print(verdict(result));
}

function showStatement(one: TriedStatement): void {
  const mark = one.error ? paint.red("✗") : one.tried ? paint.green("✓") : paint.yellow("–");
  const time = one.tried && !one.error ? `  ${paint.faint(duration(one.durationMs))}` : "";
  print(`${mark} ${String(one.line).padStart(4)}  ${statementTitle(one.sql)}${time}`);
  const say = (text: string) => print(`        ${text}`);
  if (one.error) print(failureText(one.error).replace(/^/gm, "      "));
  if (one.whyNot) say(paint.faint(one.whyNot));
  for (const lock of one.locks) {
    if (lock.mode !== "ACCESS SHARE") say(`${paint.yellow("locks")} ${lock.relation} ${lock.mode}`);
  }
  if (one.rewrites.length > 0) say(`${paint.yellow("rewrites")} ${one.rewrites.join(", ")}`);
  if (one.scans.length > 0) say(`${paint.yellow("reads all of")} ${one.scans.join(", ")}`);
  if (one.rows) say(`${count(one.rows, "row")}`);
}

function verdict(result: DryRun): string {
  if (!result.ok) return `${paint.red("✗")} It would fail. Nothing was done to the target.`;
  const { rollback } = result;
  const back = {
    proven: `${paint.green("✓")} The way back works: up and down leave the schema as it was.`,
    no_down: `${paint.yellow("!")} No way back: ${rollback.missing?.join(", ") ?? "a migration"} has no down script.`,
    failed: `${paint.red("✗")} The way back fails:\n${rollback.failure ? failureText(rollback.failure) : ""}`,
    differs: `${paint.yellow("!")} The way back ends with another schema:\n${rollback.difference ?? ""}`,
    partly: "The way back runs; what it leaves cannot be compared, since part of this was done before.",
    not_tried: "The way back was not tried.",
  }[rollback.reason];
  return `${paint.green("✓")} All of it works on the scratch copy. Nothing was done to the target.\n${back}`;
}
