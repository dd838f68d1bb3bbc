// `npm run corpus -- [major] [part of a name…] [--online]`: the public pairs of schemas, judged by pg_dump.
import "./node-version.mjs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = join(root, "node_modules", ".cache", "dbmigrator-corpus.mjs");
const { build } = await import("esbuild");
await build({
  entryPoints: [join(root, "bench", "corpus", "schema-pairs.ts")],
  outfile: script,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "error",
});
process.exit(
  spawnSync(process.execPath, [script, ...process.argv.slice(2)], { cwd: root, stdio: "inherit" }).status ??
    1,
);
