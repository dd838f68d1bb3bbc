import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Instance } from "./instance";

/**
 * Runs a module of e2e/operations against the instance's store, in a node of its own: tests prepare through the real
 * operations what no page is about.
 * @returns what the module printed
 */
export async function runOperations(
  module: string,
  instance: Instance,
  settings: Record<string, string> = {},
): Promise<string> {
  const outfile = join("test-results", "operations", module.replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [join("e2e/operations", module)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
  const { databaseUrl, secret, data } = instance;
  const env = {
    ...process.env,
    ...settings,
    DATABASE_URL: databaseUrl,
    DBMIGRATOR_SECRET: secret,
    DBMIGRATOR_DATA: data,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], { env });
  return stdout;
}
