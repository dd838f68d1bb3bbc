// `npm test`: types, lint, unit and integration tests against real PostgreSQL, browser tests against a production
// build. Installs what is missing. `npm test -- types|lint|unit|browser` runs one part alone.
import "./node-version.mjs";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensureBrowser } from "./browser.mjs";
import { ensureInstalled, stampInstall } from "./install.mjs";
import { readJson, root } from "./say.mjs";

process.chdir(root);
const REPORTS = "test-results";
const asked = process.argv.slice(2);
const wants = (part) => asked.length === 0 || asked.includes(part);
const counts = { passed: 0, failed: 0 };
/** Named again below the counts: of a long run often only the end is kept. */
const failures = [];

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

console.log(`\n${failures.map((failure) => `✗ ${failure}\n`).join("")}`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
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
  for (const suite of report?.testResults ?? []) {
    const failed = suite.assertionResults.filter((test) => test.status === "failed");
    // A file that could not even be read has a message of its own and no tests.
    if (suite.status === "failed" && failed.length === 0) remember(suite.name, suite.message);
    for (const test of failed) remember(`${suite.name} › ${test.fullName}`, test.failureMessages[0]);
  }
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
  const report = readJson(join(REPORTS, "browser.json"));
  const stats = report?.stats;
  for (const spec of (report?.suites ?? []).flatMap(specsOf)) {
    if (spec.ok) continue;
    const results = spec.tests.flatMap((test) => test.results);
    remember(`${spec.file} › ${spec.title}`, results.find((result) => result.error)?.error.message);
  }
  add("browser tests", code, stats && stats.expected + stats.flaky, stats?.unexpected);
}

function specsOf(suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}

/** @param {string} name of a test @param {string} [message] what it failed with; its first lines are told. */
function remember(name, message = "") {
  const first = stripVTControlCharacters(message).split("\n").slice(0, 8).join("\n    ");
  failures.push(`${name.replace(`${root}/`, "")}\n    ${first}`);
}

function count(name, code) {
  if (code !== 0) remember(name);
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
