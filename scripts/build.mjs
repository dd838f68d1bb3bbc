// `npm run build`: the web application (.next), the server and the command line (dist/).
import "./node-version.mjs";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "./prepare.mjs";
import { explain, fail, fingerprint, readJson, root } from "./say.mjs";

const STAMP = "dist/build.json";
const SOURCES = [
  "app",
  "components",
  "lib",
  "messages",
  "public",
  "prisma",
  "scripts/bundle.mjs",
  "scripts/build.mjs",
];
const CONFIGURATION = [
  "package.json",
  "package-lock.json",
  "next.config.ts",
  "postcss.config.mjs",
  "proxy.ts",
  "tsconfig.json",
];
const sources = () => fingerprint([...SOURCES, ...CONFIGURATION]);

export function isBuilt() {
  return (
    existsSync(join(root, ".next/BUILD_ID")) &&
    existsSync(join(root, "dist/server.mjs")) &&
    readJson(STAMP)?.sources === sources()
  );
}

export async function buildAll() {
  await prepare();
  const stamp = sources();
  await bundleServer();
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const next = join(root, "node_modules/next/dist/bin/next");
  const result = spawnSync(process.execPath, [next, "build"], {
    cwd: root,
    encoding: "utf8",
    env,
    maxBuffer: 50_000_000,
  });
  if (result.status !== 0) {
    const output = `${result.stdout}${result.stderr}`;
    const log = join(root, "dist/build.log");
    writeFileSync(log, output);
    const told = errorIn(output);
    fail(explain(/ENOSPC/.test(output) ? output : told) ?? `the build failed (all of it: ${log}):${told}`);
  }
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, STAMP), JSON.stringify({ sources: stamp }));
}

/** The place where Next says what went wrong, without the warnings around it. */
function errorIn(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const at = lines.findIndex((line) => /(^|\s)(Type error|Error|⨯|Failed)|error TS/.test(line));
  return `\n${lines.slice(at < 0 ? -15 : Math.max(0, at - 2), at < 0 ? undefined : at + 12).join("\n")}`;
}

async function bundleServer() {
  const { build } = await import("esbuild");
  const { bundleOptions } = await import("./bundle.mjs");
  // Packages stay outside: Next and Prisma must be the very modules that the pages use.
  await build({
    ...bundleOptions,
    banner: {},
    packages: "external",
    entryPoints: [join(root, "lib/server/main.ts")],
    outfile: join(root, "dist/server.mjs"),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const begin = Date.now();
  await buildAll();
  console.log(`Built in ${Math.round((Date.now() - begin) / 1000)} s.`);
}
