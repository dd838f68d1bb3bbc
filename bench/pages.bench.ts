import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { setEnv } from "../lib/env";
import type { ConnectionSpec } from "../lib/postgres/connection/connect";
import { migrateMetadata } from "../lib/server/metadata";
import { median, newDatabase, percentile, withServer } from "./measure";
import { type SeededStore, type SeedSize, seedStore } from "./store-seed";
import { isBuilt, startWeb } from "./web-server";

/**
 * Pages of a store with 10,000 migrations, 10,000 runs and 1,000,000 audit events, at 20 requests at a time, against
 * those of two others: an almost empty one, whose lists have five rows and so less HTML, and one that just fills a
 * page of each list, which tells what the size of the store itself costs. Then the statements of each page, one
 * request at a time and under that load (where a statement also waits for a processor), and the script that a page
 * loads first.
 */
const FULL: SeedSize = {
  migrations: 10_000,
  runs: 10_000,
  auditEvents: Number(process.env.BENCH_EVENTS ?? 1_000_000),
};
const SMALL: SeedSize = { migrations: 5, runs: 5, auditEvents: 20 };
/** One row more than a page of each list, so that there is a next one. */
const ONE_PAGE: SeedSize = { migrations: 75, runs: 60, auditEvents: 220 };
const SLOW_MS = 20;
const AT_ONCE = 20;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 200);
const LIMIT_KB = 250;

/** Of all of them, or those that BENCH_PAGES names: "/audit?resource=change_4242 /deployments". */
const PAGES = process.env.BENCH_PAGES?.split(" ") ?? [
  "",
  "/migrations",
  "/migrations?state=applied",
  "/deployments",
  "/runs",
  "/audit",
  "/audit?operation=deployment.run",
  "/audit?resource=change_4242",
  "/settings",
];
const secret = randomBytes(32).toString("base64");

async function prepareStore(
  server: ConnectionSpec,
  size: SeedSize,
): Promise<{ url: string; seeded: SeededStore }> {
  const spec = await newDatabase(server);
  const password = encodeURIComponent(spec.password ?? "");
  const url = `postgres://${spec.user}:${password}@${spec.host}:${spec.port}/${spec.database}`;
  setEnv({ DATABASE_URL: url, DBMIGRATOR_SECRET: secret });
  await migrateMetadata(url);
  return { url, seeded: await seedStore(url, size) };
}

/** A store with its server. */
interface Site {
  origin: string;
  seeded: SeededStore;
}

const ROUNDS = 4;

/** Milliseconds of each request of a page on each site; they take turns, so that all meet the same load. */
async function measurePage(sites: Map<string, Site>, page: string): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { origin, seeded }] of sites) {
      const address = `${origin}/${seeded.project}${page}`;
      const measured = await measureAtOnce(address, seeded.cookie, Math.ceil(REQUESTS / ROUNDS));
      // The first turn does not count.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), ...measured]);
    }
  }
  return times;
}

async function measureAtOnce(address: string, cookie: string, requests: number): Promise<number[]> {
  const measured: number[] = [];
  let left = requests;
  const visitor = async () => {
    while (left-- > 0) {
      const start = performance.now();
      await load(address, cookie);
      measured.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
  return measured;
}

async function load(address: string, cookie: string): Promise<string> {
  const response = await fetch(address, { headers: { cookie, accept: "text/html" }, redirect: "manual" });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
  return text;
}

/** Compressed size of the scripts that a page's HTML asks for. */
async function weighPage(origin: string, page: string, { project, cookie }: SeededStore): Promise<number> {
  const html = await load(`${origin}/${project}${page}`, cookie);
  const scripts = new Set(
    [...html.matchAll(/<script[^>]+src="(\/_next\/[^"]+\.js[^"]*)"(?![^>]*nomodule)/gi)].map(
      (match) => match[1] ?? "",
    ),
  );
  let bytes = 0;
  for (const script of scripts) {
    const response = await fetch(`${origin}${script.replaceAll("&amp;", "&")}`);
    bytes += gzipSync(Buffer.from(await response.arrayBuffer())).length;
  }
  return bytes / 1024;
}

interface Statement {
  text: string;
  /** Of planning and execution together. */
  ms: number;
}

/** What the server logged since `from` bytes: each statement with its own time. */
function readStatements(folder: string, from: number): Statement[] {
  const text = readFileSync(logOf(folder)).subarray(from).toString("utf8");
  const pattern =
    /^~~(\d+) LOG: {2}duration: ([\d.]+) ms {2}(?:(parse|bind|execute) [^:]*|statement): ([\s\S]*?)(?=\n~~|$(?![\s\S]))/gm;
  const statements: Statement[] = [];
  const begun = new Map<string, number>();
  for (const [, pid = "", ms = "0", phase, sql = ""] of text.matchAll(pattern)) {
    const before = begun.get(pid) ?? 0;
    if (phase === "parse" || phase === "bind") begun.set(pid, before + Number(ms));
    else {
      statements.push({ text: sql.replace(/\s+/g, " ").trim(), ms: before + Number(ms) });
      begun.delete(pid);
    }
  }
  return statements;
}

function logOf(folder: string): string {
  const name = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((one) => one.endsWith(".log"));
  if (!name) throw new Error("the server writes no log");
  return join(folder, name);
}

/** The slowest of each kind of statement, worst first. */
function slowest(statements: readonly Statement[]): Statement[] {
  const worst = new Map<string, number>();
  for (const { text, ms } of statements) worst.set(text, Math.max(worst.get(text) ?? 0, ms));
  return [...worst].map(([text, ms]) => ({ text, ms })).sort((a, b) => b.ms - a.ms);
}

/** Statements of each page at rest: of several requests one after the other, the median of each. */
async function statementsAlone(
  folder: string,
  origin: string,
  { project, cookie }: SeededStore,
): Promise<void> {
  console.log("  one request at a time, slowest statement of each page:");
  for (const page of PAGES) {
    const times = new Map<string, number[]>();
    let count = 0;
    for (let i = 0; i < 5; i++) {
      const from = statSync(logOf(folder)).size;
      await load(`${origin}/${project}${page}`, cookie);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const statements = readStatements(folder, from);
      count = statements.length;
      for (const { text, ms } of slowest(statements)) times.set(text, [...(times.get(text) ?? []), ms]);
    }
    const [first] = [...times].map(([text, all]) => ({ text, ms: median(all) })).sort((a, b) => b.ms - a.ms);
    console.log(
      `    ${page || "/"}: ${first?.ms.toFixed(1)} ms of ${count} statements: ${shorten(first?.text)}`,
    );
  }
}

function shorten(text = ""): string {
  return text.replaceAll('"public".', "").replaceAll('"', "").slice(0, 110);
}

async function logAbove(admin: pg.Client, ms: number): Promise<void> {
  await admin.query("ALTER SYSTEM SET log_line_prefix = '~~%p '");
  await admin.query(`ALTER SYSTEM SET log_min_duration_statement = ${ms}`);
  await admin.query("SELECT pg_reload_conf()");
  await new Promise((resolve) => setTimeout(resolve, 300));
}

async function weighPages(origin: string, seeded: SeededStore): Promise<void> {
  for (const page of PAGES.filter((one) => !one.includes("?"))) {
    const kb = await weighPage(origin, page, seeded);
    console.log(`  script of ${page || "/"}: ${kb.toFixed(0)} KB (wished: at most ${LIMIT_KB})`);
  }
}

function reportSlow(statements: readonly Statement[]): void {
  const slow = statements.filter(({ ms }) => ms > SLOW_MS);
  console.log(`  statements over ${SLOW_MS} ms while ${AT_ONCE} requests run at a time: ${slow.length}`);
  for (const { text, ms } of slowest(slow).slice(0, 8))
    console.log(`    up to ${ms.toFixed(0)} ms: ${shorten(text)}`);
}

/** One page on all three stores, as ratios. */
function reportPage(page: string, times: Map<string, number[]>): void {
  const p95 = (name: string) => percentile(times.get(name) ?? [], 0.95);
  const own = p95("full");
  const ratio = (name: string) => `${(own / p95(name)).toFixed(2)} ×`;
  console.log(
    `  ${page || "/"}: p95 ${ratio("small")} an almost empty store (wished: at most 1.30), ${ratio("page")} one with a page of rows   ${[own, p95("small"), p95("page")].map((ms) => ms.toFixed(0)).join(", ")} ms`,
  );
}

if (!isBuilt()) console.log("  skipped: the application is not built (npm run build)");
else {
  await withServer(async (server, folder) => {
    const stores = {
      small: await prepareStore(server, SMALL),
      page: await prepareStore(server, ONE_PAGE),
      full: await prepareStore(server, FULL),
    };
    const admin = new pg.Client({ ...server, ssl: false });
    await admin.connect();
    const sites = new Map<string, Site>();
    const stops: (() => Promise<void>)[] = [];
    for (const [name, { url, seeded }] of Object.entries(stores)) {
      const web = await startWeb(url, secret);
      sites.set(name, { origin: web.origin, seeded });
      stops.push(web.stop);
    }
    const full = sites.get("full");
    if (full) {
      await weighPages(full.origin, full.seeded);
      await logAbove(admin, 0);
      await statementsAlone(folder, full.origin, full.seeded);
    }
    await logAbove(admin, SLOW_MS / 2);
    const from = statSync(logOf(folder)).size;
    for (const page of PAGES) reportPage(page, await measurePage(sites, page));
    reportSlow(readStatements(folder, from));
    for (const stop of stops) await stop();
    await admin.end();
  });
}
