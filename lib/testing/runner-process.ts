import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { MigrationSource } from "../core/migration/types";
import type { ConnectionSpec } from "../postgres/connection/connect";
import type { runMigrations } from "../postgres/runner/runner";
import { projectRoot } from "../server/root";

type RunMode = NonNullable<Parameters<typeof runMigrations>[0]["mode"]>;

/** Runs migrations in a process of its own, for tests that kill it. */
export interface RunnerProgram {
  /** Resolves once it begins to run scripts. */
  start(spec: ConnectionSpec, migrations: readonly MigrationSource[], mode?: RunMode): Promise<RunnerProcess>;
  remove(): void;
}

export interface RunnerProcess {
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
}

export async function buildRunnerProgram(): Promise<RunnerProgram> {
  // Inside of the project, so that the bundle finds its packages.
  const folder = mkdtempSync(join(projectRoot(), "node_modules", ".dbmigrator-test-"));
  await build({
    ...{ bundle: true, packages: "external", platform: "node", format: "esm", target: "node20" },
    logLevel: "error",
    entryPoints: [join(projectRoot(), "lib", "testing", "run-child.ts")],
    outfile: join(folder, "child.mjs"),
  });
  return {
    async start(spec, migrations, mode = "each") {
      writeFileSync(join(folder, "steps.json"), JSON.stringify(migrations));
      const child = spawn(process.execPath, [join(folder, "child.mjs"), join(folder, "steps.json")], {
        env: { ...process.env, TEST_SPEC: JSON.stringify(spec), TEST_MODE: mode },
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((resolve) => {
        child.stdout.once("data", resolve);
        child.once("exit", resolve);
      });
      return { kill: () => killed(child) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  return gone;
}
