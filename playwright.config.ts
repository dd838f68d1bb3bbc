import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// Set by `npm test`; by hand the system's Chromium is taken when there is one.
const executablePath =
  process.env.E2E_BROWSER ?? (existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : "");

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/start-server.ts",
  outputDir: "test-results/browser",
  reporter: [["list"], ["json", { outputFile: "test-results/browser.json" }]],
  fullyParallel: false,
  workers: process.env.E2E_WORKERS ? Number(process.env.E2E_WORKERS) : 1,
  forbidOnly: Boolean(process.env.CI),
  // As in vitest.config.ts; what passes at the second try is listed as flaky.
  retries: process.env.CI ? 2 : 0,
  // Limits for what hangs: a page of a busy machine of two cores takes many seconds.
  timeout: 150_000,
  expect: { timeout: 45_000 },
  use: {
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1440, height: 900 },
    // What fades in or out has another contrast on the way, which the accessibility check would tell.
    contextOptions: { reducedMotion: "reduce" },
    // Recorded when a test is tried again: recording all of them takes a quarter of the time.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
