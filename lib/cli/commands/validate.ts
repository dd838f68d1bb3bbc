import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { readDirectives } from "../../core/migration/directives";
import { describePaths } from "../../core/migration/file-sets";
import { DEFAULT_SERVICE, endsTransaction, outsideTransaction } from "../../core/migration/layouts";
import { splitMarkers } from "../../core/migration/markers";
import type { Finding, Severity } from "../../core/risk/types";
import type { FactCatalog } from "../../core/sql/facts/knowledge";
import type { ScriptProblem, StatementFacts } from "../../core/sql/types";
import { DomainError } from "../../errors";
import { migrationsFolder, readConfig } from "../config";
import { readSqlFiles, readText } from "../files";
import { count, paint, print, printJson } from "../output";
import { statementTitle } from "../run-steps";
import { type CommonOptions, isJson } from "../session";
import { findTarget, openTarget } from "../target";

interface ValidateOptions extends CommonOptions {
  pgVersion?: number;
}

interface Script {
  file: string;
  text: string;
}

interface Result {
  statements: StatementFacts[];
  findings: Finding[];
  problems: (ScriptProblem & { file: string })[];
}

export async function validate(files: string[], options: ValidateOptions): Promise<number> {
  const scripts = files.length > 0 ? files.flatMap(readFiles) : readFolderScripts(options);
  const { serverVersion, catalog } = await readTarget(options);
  const { analyzeScript } = await import("../../core/risk/analyze");
  const { loadParser } = await import("../../core/sql/parse-script");
  await loadParser();
  const result: Result = { statements: [], findings: [], problems: [] };
  for (const { file, text } of scripts) {
    const { directives, problems } = readDirectives(text);
    const found = analyzeScript(text, { serverVersion, directives, file, ...(catalog ? { catalog } : {}) });
    // Not push(...): a dump has more statements than a call takes arguments.
    result.statements = result.statements.concat(found.facts);
    result.findings = result.findings.concat(found.findings);
    const refused = [...found.parsed.problems, ...problems].map((problem) => ({ file, ...problem }));
    result.problems = result.problems.concat(refused);
  }
  if (isJson(options)) printJson(asJson(result, serverVersion));
  else show(result, scripts.length, serverVersion);
  if (result.problems.length > 0) return 1;
  return options.exitCode && result.findings.some((one) => !one.ignored) ? 2 : 0;
}

async function readTarget(
  options: ValidateOptions,
): Promise<{ serverVersion: number; catalog: FactCatalog | null }> {
  // Only a target that was named: reading files must not depend on a server that happens to be configured.
  const spec = options.url || options.env ? await findTarget(options, readConfig()) : null;
  if (!spec) return { serverVersion: options.pgVersion ?? 18, catalog: null };
  const { client } = await openTarget(spec);
  const { closeConnection, serverMajor } = await import("../../postgres/connection/connect");
  try {
    const { readFactCatalog } = await import("../../postgres/fact-catalog");
    return {
      serverVersion: options.pgVersion ?? serverMajor(client),
      catalog: await readFactCatalog(client),
    };
  } finally {
    await closeConnection(client);
  }
}

function readFiles(file: string): Script[] {
  const path = resolve(file);
  const settings = existsSync(`${path}.conf`) ? readText(`${path}.conf`) : "";
  return splitFile(file, readText(path), settings);
}

function readFolderScripts(options: ValidateOptions): Script[] {
  const config = readConfig();
  const folder = migrationsFolder(config, options.dir);
  const files = readSqlFiles(folder);
  const settings = new Map(files.map(({ path, content }) => [path, content]));
  const parts = describePaths(files.map(({ path }) => path));
  return files.flatMap(({ path, content }) => {
    const part = parts.get(path);
    if (!part || typeof part === "string" || part.role === "config") return [];
    const service = config.service ?? part.service ?? DEFAULT_SERVICE;
    if (options.service !== undefined && options.service !== service) return [];
    return splitFile(shown(join(folder, path)), content, settings.get(`${path}.conf`) ?? "");
  });
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** A file with both scripts is read as two; line numbers stay those of the file. @param settings Flyway's, beside it */
function splitFile(file: string, content: string, settings: string): Script[] {
  const plain = content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  const text = endsTransaction(settings) ? outsideTransaction(plain) : plain;
  const split = splitMarkers(text);
  if ("problem" in split) {
    throw new DomainError("validation", "files.problems", `${file}: ${split.problem}`);
  }
  if (split.down === undefined) return [{ file, text: split.up }];
  const above = text.slice(0, text.length - split.down.length).replace(/[^\n]/g, "");
  return [
    { file, text: split.up },
    { file, text: above + split.down },
  ];
}

function asJson(result: Result, serverVersion: number) {
  return {
    ok: result.problems.length === 0,
    serverVersion,
    problems: result.problems,
    statements: result.statements.map(({ file, line, statement, locks, rewrite, scan }) => {
      return { file, line, statement, locks, rewrite, scan };
    }),
    findings: result.findings.map((one) => ({
      ...{ file: one.file, line: one.line, column: one.column, code: one.code, severity: one.severity },
      ...{ message: one.message, suggestion: one.suggestion ?? null, title: one.title },
      ...(one.fix ? { fix: one.fix } : {}),
      ...(one.ignored ? { ignored: one.ignored } : {}),
    })),
  };
}

const WORDS: Record<Severity, { word: string; paint: (text: string) => string }> = {
  danger: { word: "danger ", paint: paint.red },
  warning: { word: "warning", paint: paint.yellow },
  notice: { word: "notice ", paint: paint.blue },
  safe: { word: "safe   ", paint: paint.green },
};

function show({ problems, findings, statements }: Result, files: number, serverVersion: number): void {
  for (const { file, line, column, message, hint } of problems) {
    print(`${paint.red("refused")} ${file}:${line}:${column}  ${message}`);
    if (hint) print(`        ${hint}`);
  }
  const facts = new Map(statements.map((fact) => [`${fact.index} ${fact.file}`, fact]));
  for (const one of findings) {
    const { word, paint: color } = WORDS[one.severity];
    print(
      `${one.ignored ? paint.faint("ignored") : color(word)} ${one.file}:${one.line}  ${one.title} ${paint.faint(`(${one.code})`)}`,
    );
    const found = facts.get(`${one.statement} ${one.file}`);
    if (found) print(`        ${paint.faint(statementTitle(found.statement))}`);
    print(`        ${one.message}`);
    if (one.suggestion) print(`        ${one.suggestion}`);
    if (one.ignored) print(`        Ignored: ${one.ignored.reason}`);
  }
  if (problems.length + findings.length > 0) print();
  const told = `${count(statements.length, "statement")} in ${count(files, "file")}, read for PostgreSQL ${serverVersion}`;
  const open = findings.filter((one) => !one.ignored).length;
  const verdict =
    problems.length > 0
      ? `${paint.red("✗")} ${count(problems.length, "problem")} to solve before anything can run`
      : open > 0
        ? `${paint.yellow("!")} ${count(open, "finding")}`
        : `${paint.green("✓")} nothing to say against them`;
  print(`${told}: ${verdict}.`);
}
