// After an install (npm's postinstall, or start.mjs): the Prisma client, the command line in dist/, and its link, so
// that `npx dbmigrator` works at once. Needs no network.
import "./node-version.mjs";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
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
 * dist/dbmigrator.mjs and its parts in dist/cli/, each loaded when a command needs it. Built twice: the overview that
 * `--help` shows is put into the second one as text.
 */
export async function bundleCommandLine() {
  const entry = join(root, "lib/cli/start.ts");
  if (!existsSync(entry)) return;
  const { build } = await import("esbuild");
  const { bundleOptions, commanderAlone, driverWithoutHttp, lazyBuiltins } = await import("./bundle.mjs");
  const outfile = join(root, "dist/dbmigrator.mjs");
  const version = JSON.stringify(readJson("package.json").version);
  const bundle = (define) =>
    build({
      ...bundleOptions,
      entryPoints: { dbmigrator: entry },
      outdir: join(root, "dist"),
      outExtension: { ".js": ".mjs" },
      splitting: true,
      chunkNames: "cli/[name]-[hash]",
      minify: true,
      plugins: [commanderAlone, driverWithoutHttp, lazyBuiltins],
      define: { __DBMIGRATOR_VERSION__: version, ...define },
      metafile: true,
      absWorkingDir: root,
    });
  await bundle({});
  const shown = spawnSync(process.execPath, [outfile, "--help"], { encoding: "utf8" });
  if (shown.status !== 0) fail(`The command line does not start: ${shown.stderr}`);
  const { metafile } = await bundle({ __DBMIGRATOR_HELP__: JSON.stringify(shown.stdout) });
  removeOldParts(Object.keys(metafile.outputs));
  const shebang = "#!/usr/bin/env node\n";
  writeFileSync(outfile, shebang + readFileSync(outfile, "utf8"));
  chmodSync(outfile, 0o755);
}

/** After the new ones are there: a command that runs at this moment still loads its own. */
function removeOldParts(kept) {
  for (const name of readdirSync(join(root, "dist/cli"))) {
    if (!kept.includes(`dist/cli/${name}`)) rmSync(join(root, "dist/cli", name));
  }
}

/** npm links the commands of dependencies only, not of the project itself. */
function linkCommand() {
  const bin = join(root, "node_modules/.bin");
  if (!existsSync(join(root, "dist/dbmigrator.mjs"))) return;
  mkdirSync(bin, { recursive: true });
  if (process.platform === "win32") {
    writeFileSync(join(bin, "dbmigrator.cmd"), '@node "%~dp0\\..\\..\\dist\\dbmigrator.mjs" %*\r\n');
    return;
  }
  rmSync(join(bin, "dbmigrator"), { force: true });
  symlinkSync("../../dist/dbmigrator.mjs", join(bin, "dbmigrator"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepare();
  stampInstall();
}
