// After an install (npm's postinstall, or start.mjs): the Prisma client, the command line in dist/, and its link, so
// that `npx dbmigrator` works at once. Needs no network.
import "./node-version.mjs";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stampInstall } from "./install.mjs";
import { fail, fingerprint, readJson, root } from "./say.mjs";

const STAMP = "dist/prepared.json";

export async function prepare() {
  generateClient();
  await bundleCommandLine();
  linkCommand();
}

/** `prisma generate` wants a schema engine that it would download; any program will do, and it must be one that fails. */
function generateClient() {
  const stamp = fingerprint(["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"]);
  if (existsSync(join(root, "lib/db/generated/client.ts")) && readJson(STAMP)?.client === stamp) return;
  const args = [join(root, "node_modules/prisma/build/index.js"), "generate", "--no-hints"];
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  if (result.status !== 0)
    fail(`The database client could not be generated: ${result.stderr.trim().split("\n").slice(-1)}`);
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, STAMP), JSON.stringify({ client: stamp }));
}

/**
 * dist/dbmigrator.cjs, which shows the overview as text made here, and the commands in dist/cli: all of them, and those
 * that only look apart, with the code that V8 made of them when they were run here once.
 */
export async function bundleCommandLine() {
  const start = join(root, "lib/cli/start.ts");
  if (!existsSync(start)) return;
  const { build } = await import("esbuild");
  const { bundleOptions, commandPlugins, cjsOptions, lookingAlone } = await import("./bundle.mjs");
  const outfile = join(root, "dist/dbmigrator.cjs");
  const version = JSON.stringify(readJson("package.json").version);
  const shared = { ...bundleOptions, minify: true, plugins: commandPlugins, absWorkingDir: root };
  const define = { ...cjsOptions.define, __DBMIGRATOR_VERSION__: version };
  for (const [name, plugins] of [
    ["commands.cjs", commandPlugins],
    ["looking.cjs", [lookingAlone, ...commandPlugins]],
  ]) {
    const commands = join(root, "dist/cli", name);
    await build({
      ...{ ...shared, ...cjsOptions, define, plugins },
      entryPoints: [join(root, "lib/cli/main.ts")],
      outfile: `${commands}.new`,
    });
    // V8 knows code by the length of its source alone: never a new file beside old code.
    rmSync(`${commands}.cache`, { force: true });
    renameSync(`${commands}.new`, commands);
    keepCompiled(commands);
  }
  const bundleStart = (help) =>
    build({
      ...shared,
      format: "cjs", // node loads its machinery for modules only when it meets one
      entryPoints: [start],
      outfile,
      banner: { js: "#!/usr/bin/env node" },
      define: help === undefined ? {} : { __DBMIGRATOR_HELP__: JSON.stringify(help) },
    });
  await bundleStart();
  const shown = spawnSync(process.execPath, [outfile, "--help"], { encoding: "utf8" });
  if (shown.status !== 0) fail(`The command line does not start: ${shown.stderr}`);
  await bundleStart(shown.stdout);
  chmodSync(outfile, 0o755);
  removeOldParts();
}

/** A start without it is slower and otherwise the same: another version of node compiles the commands itself. */
function keepCompiled(commands) {
  spawnSync(process.execPath, [join(root, "scripts/compile-commands.mjs"), commands], { stdio: "ignore" });
}

/** What earlier builds left. */
function removeOldParts() {
  rmSync(join(root, "dist/dbmigrator.mjs"), { force: true });
  for (const name of readdirSync(join(root, "dist/cli"))) {
    if (!/^(commands|looking)\.cjs/.test(name)) rmSync(join(root, "dist/cli", name));
  }
}

/** npm links the commands of dependencies only, not of the project itself. */
function linkCommand() {
  const bin = join(root, "node_modules/.bin");
  if (!existsSync(join(root, "dist/dbmigrator.cjs"))) return;
  mkdirSync(bin, { recursive: true });
  if (process.platform === "win32") {
    writeFileSync(join(bin, "dbmigrator.cmd"), '@node "%~dp0\\..\\..\\dist\\dbmigrator.cjs" %*\r\n');
    return;
  }
  rmSync(join(bin, "dbmigrator"), { force: true });
  symlinkSync("../../dist/dbmigrator.cjs", join(bin, "dbmigrator"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepare();
  stampInstall();
}
