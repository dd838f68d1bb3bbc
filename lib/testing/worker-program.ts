import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { env } from "../env";
import { projectRoot } from "../server/root";
import type { WorkerOptions } from "../worker/main";

/** A worker as a program of its own, for tests that kill or stop it. */
export interface WorkerProgram {
  /** Resolves once it takes jobs. */
  start(options: WorkerOptions | object, variables?: Record<string, string>): Promise<ChildProcess>;
  /** Ends at once all that it started. */
  kill(): void;
  remove(): Promise<void>;
}

/** @param entry another program beside this file; it says when it is ready as the worker does */
export async function workerProgram(entry = "worker-process.ts"): Promise<WorkerProgram> {
  // Inside the project, so that the program finds its packages.
  const folder = await mkdtemp(join(projectRoot(), "node_modules", ".worker-"));
  const program = join(folder, "worker.mjs");
  await build({
    entryPoints: [join(projectRoot(), "lib", "testing", entry)],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    target: "node20",
  });
  const children: ChildProcess[] = [];
  const kill = () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  };
  return {
    async start(options, variables = {}) {
      const { DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_SHADOW_URL } = env();
      const child = fork(program, [JSON.stringify(options)], {
        env: {
          ...{ NODE_ENV: "test", PATH: "/usr/bin:/bin", LOG_LEVEL: "fatal" },
          ...{ DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_SHADOW_URL, ...variables },
        },
      });
      children.push(child);
      await new Promise((ready, failed) => child.once("message", ready).once("exit", failed));
      return child;
    },
    kill,
    async remove() {
      kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
