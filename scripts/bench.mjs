// `npm run bench [name…]`: every bench/*.bench.ts, each in a process of its own; figures are ratios, never verdicts.
import "./node-version.mjs";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "bench"))
  .filter((name) => name.endsWith(".bench.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((one) => name.startsWith(one)));
if (names.length === 0) {
  console.error(`No bench is called ${wanted.join(", ")}.`);
  process.exit(3);
}

const { build } = await import("esbuild");
// Inside of the project, so that the bundles find its packages.
const outdir = join(root, "node_modules", ".cache", "dbmigrator-bench");
mkdirSync(outdir, { recursive: true });
await build({
  entryPoints: names.map((name) => join(root, "bench", name)),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "error",
  define: { "process.env.NODE_ENV": '"production"' },
});
let status = 0;
for (const name of names) {
  console.log(`\n${name.replace(".bench.ts", "")}`);
  const script = join(outdir, name.replace(/\.ts$/, ".mjs"));
  status = spawnSync(process.execPath, [script], { cwd: root, stdio: "inherit" }).status || status;
}
rmSync(outdir, { recursive: true, force: true });
process.exitCode = status;
