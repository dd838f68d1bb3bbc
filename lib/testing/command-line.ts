import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

const program = join(import.meta.dirname, "../../dist/dbmigrator.cjs");

export interface CommandResult {
  code: number | null;
  out: string;
  err: string;
}

export interface CommandFolder {
  path: string;
  run(args: string[], extra?: Record<string, string>): CommandResult;
  /** Runs it with --json and reads what it prints. */
  json<T>(args: string[]): T & { exit: number | null };
  write(path: string, content: string): void;
  remove(): void;
}

/** Bundles the command line as it is installed; once a test file, in beforeAll. */
export async function bundleForTests(): Promise<void> {
  const { bundleCommandLine } = await import("../../scripts/prepare.mjs");
  await bundleCommandLine();
}

/** A folder of its own to run the command line in, with nothing of the environment around the tests. */
export function commandFolder(): CommandFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "dbmigrator-cli-")));
  const run = (args: string[], extra: Record<string, string> = {}): CommandResult => {
    const env = { PATH: process.env.PATH ?? "", HOME: path, USER: "tester", ...extra };
    const done = spawnSync(process.execPath, [program, ...args], {
      cwd: path,
      encoding: "utf8",
      env: env as unknown as NodeJS.ProcessEnv,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  };
  return {
    path,
    run,
    json: (args) => {
      const { code, out, err } = run([...args, "--json"]);
      try {
        return { ...JSON.parse(out), exit: code };
      } catch {
        throw new Error(`no JSON (exit ${code}): ${out}${err}`);
      }
    },
    write: (file, content) => {
      mkdirSync(join(path, file, ".."), { recursive: true });
      writeFileSync(join(path, file), content);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Runs statements on a database, in a session of their own. */
export async function execute<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<T>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
