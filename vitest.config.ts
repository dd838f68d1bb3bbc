import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    include: ["lib/**/*.test.ts", "components/**/*.test.ts", "app/**/*.test.ts", "scripts/**/*.test.ts"],
    // Most of a test's time is waiting for servers, so that two files fit on the two cores of a small machine.
    maxWorkers: 2,
    globalSetup: ["lib/testing/global-setup.ts"],
    // Real servers on small machines: a test that hangs fails here, a slow one passes.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // On a shared machine another try tells what is slow from what is wrong; the report names it.
    retry: process.env.CI ? 2 : 0,
  },
});
