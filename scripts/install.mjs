// Installs the packages when they are missing or the lock file changed. Install scripts of packages do not run: what
// they would do is done by prepare.mjs, without a download from anywhere but the npm registry.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, fail, fingerprint, readJson, root } from "./say.mjs";

const STAMP = "node_modules/.dbmigrator-install.json";
const lockHash = () => fingerprint(["package-lock.json"]);
const hasDevPackages = () => existsSync(join(root, "node_modules/vitest/package.json"));

/** Says that node_modules fits the lock file as it is now. */
export function stampInstall() {
  writeFileSync(join(root, STAMP), JSON.stringify({ lock: lockHash() }));
}

/** @param dev also what the tests need */
export function ensureInstalled(dev) {
  const fits = readJson(STAMP)?.lock === lockHash();
  if (fits && (!dev || hasDevPackages())) return false;
  const withDev = dev || hasDevPackages();
  console.log(`Installing packages (once${withDev ? "" : ", about 1 GB"}) …`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = npm([...args, withDev ? "--include=dev" : "--omit=dev"]);
  if (result.status === 0) return true;
  const output = `${result.error?.message ?? ""}${result.stderr}${result.stdout}`;
  const line = output.split("\n").find((text) => /npm error (?!code|errno|syscall|path)/.test(text));
  fail(
    explain(output) ??
      `npm could not install the packages: ${line?.replace("npm error ", "") ?? output.slice(-300)}`,
  );
}

/** The npm that runs us when there is one, else the one on the path. */
function npm(args) {
  const options = {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 50_000_000,
    env: { ...process.env, NODE_ENV: "development" },
  };
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.[cm]?js$/.test(cli)) return spawnSync(process.execPath, [cli, ...args], options);
  return spawnSync(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    ...options,
    shell: process.platform === "win32",
  });
}
