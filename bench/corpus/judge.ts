import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isSecret } from "../../lib/core/schema/secrets";
import type { ConnectionSpec } from "../../lib/postgres/connection/connect";
import { openConnection } from "../../lib/postgres/connection/connect";
import { runPgDump } from "../../lib/postgres/dump/bridge";
import { withoutRestrict } from "../../lib/postgres/dump/text";

const run = promisify(execFile);
const ARGS = ["--schema-only", "--no-tablespaces"];

/** Major version of an installed pg_dump; 0: none. */
const installed = run("pg_dump", ["--version"]).then(
  ({ stdout }) => Number(/ (\d+)/.exec(stdout)?.[1] ?? 0),
  () => 0,
);

/** What pg_dump says, owners and subscriptions too; a native one where it knows the server, else the WebAssembly one. */
export async function dumpAll(spec: ConnectionSpec & { password: string }, major: number): Promise<string> {
  if ((await installed) >= major) {
    const { stdout } = await run(
      "pg_dump",
      [...ARGS, "-h", spec.host, "-p", String(spec.port), "-U", spec.user, spec.database],
      { env: { ...process.env, PGPASSWORD: spec.password }, maxBuffer: 1 << 28 },
    );
    return withoutRestrict(stdout);
  }
  return withoutRestrict(await runPgDump(await openConnection(spec), ARGS, AbortSignal.timeout(120_000)));
}

/** Statements of two dumps that the other one lacks, order of statements and of columns aside; "" when equal. */
export function compareDumps(have: string, want: string): string {
  const [a, b] = [canonical(have), canonical(want)];
  const [inA, inB] = [new Set(a), new Set(b)];
  const surplus = a.filter((part) => !inB.has(part));
  const missing = b.filter((part) => !inA.has(part));
  if (surplus.length + missing.length === 0 && a.length === b.length) return "";
  return `have: ${surplus.slice(0, 8).join(" | ")}\n want: ${missing.slice(0, 8).join(" | ")}`;
}

function canonical(dump: string): string[] {
  return dump
    .split(/\n\n+/)
    .map((part) => hidePassword(part.replace(/^--.*\n?/gm, "").trim()))
    .filter(Boolean)
    .flatMap((part) => (/^(GRANT|REVOKE|ALTER DEFAULT)/.test(part) ? part.split("\n") : [part]))
    .map((part) => (/^CREATE (UNLOGGED |FOREIGN )?TABLE/.test(part) ? sortedLines(part) : part))
    .map((part) =>
      part.startsWith("ALTER PUBLICATION ")
        ? part.replace(/(?<= ADD TABLE ONLY \S+ \()[^()]*(?=\))/, sortedList)
        : part,
    )
    .map((part) =>
      part.startsWith("CREATE STATISTICS ") ? part.replace(/(?<= ON ).*(?= FROM )/s, sortedList) : part,
    )
    .sort();
}

/** Columns that statistics are about, or that are published, stand as in their table. */
function sortedList(columns: string): string {
  return columns.split(", ").sort().join(", ");
}

/** A plan holds no secrets, so neither may the comparison. */
function hidePassword(statement: string): string {
  if (!/^CREATE (USER MAPPING|SUBSCRIPTION|SERVER|FOREIGN)/.test(statement)) return statement;
  return statement
    .replace(/(password\s*=\s*)(''[^']*''|[^\s']+)/gi, "$1hidden")
    .replace(/^(\s*)("?)(\w+)(\2 )'(?:[^']|'')*'/gm, (whole, space, quote, name, end) =>
      isSecret(name) ? `${space}${quote}${name}${end}'hidden'` : whole,
    )
    .replace(/(:\/\/[^/:@]*):[^/@]*@/, "$1:hidden@");
}

/** Parents come in whatever order pg_inherits has them, not in that of inhseqno. */
function sortedLines(statement: string): string {
  const lines = statement
    .replace(/(?<=^INHERITS \().*(?=\))/m, sortedList)
    .split("\n")
    .map((line) => line.replace(/,$/, "").trim());
  return lines.sort().join("\n");
}
