// `npm test`: types, lint, unit and integration tests against real PostgreSQL, browser tests against a production
// build. Installs what is missing. `npm test -- types|lint|unit|browser` runs one part alone.
import "./node-version.mjs";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "./browser.mjs";
import { ensureInstalled, stampInstall } from "./install.mjs";
import { readJson, root } from "./say.mjs";

process.chdir(root);
const REPORTS = "test-results";
const asked = process.argv.slice(2);
const wants = (part) => asked.length === 0 || asked.includes(part);
const counts = { passed: 0, failed: 0 };

if (ensureInstalled(true)) stampInstall();
const { prepare } = await import("./prepare.mjs");
await prepare();
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const browser = wants("browser") ? ensureBrowser() : Promise.resolve();
browser.catch(() => {});
if (wants("types")) await typeCheck();
if (wants("lint")) count("lint", await node("node_modules/@biomejs/biome/bin/biome", "check", "."));
if (wants("unit")) await unitTests();
if (wants("browser")) await browserTests();

console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

/** Next writes types of its own (of the routes) that the check reads. */
async function typeCheck() {
  const generated = await node("node_modules/next/dist/bin/next", "typegen");
  count(
    "types",
    generated || (await node("node_modules/typescript/bin/tsc", "--noEmit", "--incremental", "false")),
  );
}

async function unitTests() {
  const file = join(REPORTS, "unit.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await node("node_modules/vitest/vitest.mjs", "run", ...reporters);
  const report = readJson(file);
  add("unit and integration tests", code, report?.numPassedTests, report?.numFailedTests);
}

async function browserTests() {
  const { buildAll, isBuilt } = await import("./build.mjs");
  if (!isBuilt()) {
    console.log("\nBuilding for the browser tests …");
    await buildAll();
  }
  try {
    process.env.E2E_BROWSER = await browser;
  } catch (error) {
    console.error(String(error.message ?? error));
    return add("browser tests", 1, 0, 1);
  }
  const code = await node("node_modules/@playwright/test/cli.js", "test");
  const stats = readJson(join(REPORTS, "browser.json"))?.stats;
  add("browser tests", code, stats && stats.expected + stats.flaky, stats?.unexpected);
}

function count(name, code) {
  add(name, code, code === 0 ? 1 : 0, code === 0 ? 0 : 1);
}

/** A part that ends badly without a failed test (it crashed, or nothing ran) counts as one failure. */
function add(name, code, passed = 0, failed = 0) {
  const crashed = code !== 0 && failed === 0 ? 1 : 0;
  counts.passed += passed;
  counts.failed += failed + crashed;
  console.log(`\n${name}: ${passed} passed, ${failed + crashed} failed.`);
}

function node(...args) {
  console.log(`\n> ${args[0].split("/").at(-1)} ${args.slice(1).join(" ")}`);
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  return new Promise((resolve) => {
    spawn(process.execPath, args, { cwd: root, stdio: "inherit", env }).once("exit", (code) =>
      resolve(code ?? 1),
    );
  });
}
