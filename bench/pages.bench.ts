import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { setEnv } from "../lib/env";
import type { ConnectionSpec } from "../lib/postgres/connect";
import { migrateMetadata } from "../lib/server/metadata";
import { newDatabase, percentile, withServer } from "./measure";
import { type SeededStore, type SeedSize, seedStore } from "./store-seed";
import { isBuilt, startWeb } from "./web-server";

/**
 * Pages of a store with 10,000 migrations, 10,000 runs and 1,000,000 audit events against those of an almost empty
 * one, at 20 requests at a time; queries that took longer than 20 ms; and the script that a page loads first.
 */
const FULL: SeedSize = {
  migrations: 10_000,
  runs: 10_000,
  auditEvents: Number(process.env.BENCH_EVENTS ?? 1_000_000),
};
const SMALL: SeedSize = { migrations: 5, runs: 5, auditEvents: 20 };
const AT_ONCE = 20;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 200);
const LIMIT_KB = 250;

const PAGES = [
  "",
  "/migrations",
  "/migrations?state=applied",
  "/deployments",
  "/runs",
  "/audit",
  "/audit?operation=deployment.run",
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

/** Milliseconds of each request for each page, after a few that do not count. */
async function measurePages(
  origin: string,
  { project, cookie }: SeededStore,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (const page of PAGES) {
    const address = `${origin}/${project}${page}`;
    for (let i = 0; i < 5; i++) await load(address, cookie);
    const measured: number[] = [];
    let left = REQUESTS;
    const visitor = async () => {
      while (left-- > 0) {
        const start = performance.now();
        await load(address, cookie);
        measured.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, visitor));
    times.set(page || "/ (overview)", measured);
  }
  return times;
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

/** Slow statements in the server's log, by what they begin with. */
function slowQueries(folder: string): string[] {
  const logs = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".log") || name.endsWith("log"),
  );
  const found = logs.flatMap((name) => {
    try {
      return [
        ...readFileSync(join(folder, name), "utf8").matchAll(
          /duration: ([\d.]+) ms {2}(?:statement|execute [^:]*): ([^\n]{0,140})/g,
        ),
      ];
    } catch {
      return [];
    }
  });
  return found.map((match) => `${match[1]} ms  ${match[2]}`);
}

if (!isBuilt()) console.log("  skipped: the application is not built (npm run build)");
else {
  await withServer(async (server, folder) => {
    const stores = { small: await prepareStore(server, SMALL), full: await prepareStore(server, FULL) };
    const admin = new pg.Client({ ...server, ssl: false });
    await admin.connect();
    const results = new Map<string, Map<string, number[]>>();
    for (const [name, store] of Object.entries(stores)) {
      const web = await startWeb(store.url, secret);
      if (name === "full") await admin.query("ALTER SYSTEM SET log_min_duration_statement = 20");
      await admin.query("SELECT pg_reload_conf()");
      results.set(name, await measurePages(web.origin, store.seeded));
      if (name === "full") {
        for (const page of PAGES.filter((one) => !one.includes("?"))) {
          const kb = await weighPage(web.origin, page, store.seeded);
          console.log(`  script of ${page || "/"}: ${kb.toFixed(0)} KB (wished: at most ${LIMIT_KB})`);
        }
      }
      await web.stop();
    }
    await admin.end();
    for (const [page, full] of results.get("full") ?? []) {
      const small = results.get("small")?.get(page) ?? [];
      const [a, b] = [percentile(full, 0.95), percentile(small, 0.95)];
      console.log(
        `  ${page}: p95 ${(a / b).toFixed(2)} × (wished: at most 1.30)   ${a.toFixed(0)} ms against ${b.toFixed(0)} ms`,
      );
    }
    const slow = slowQueries(folder);
    console.log(
      `  queries over 20 ms: ${slow.length}${slow.length ? `\n    ${slow.slice(0, 8).join("\n    ")}` : ""}`,
    );
  });
}
