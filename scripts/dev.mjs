// `npm run dev`: the store, `next dev`, and a worker that is rebuilt and started again when its code changes.
import { fork, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const port = process.env.PORT ?? "3000";
const host = process.env.HOST ?? "127.0.0.1";
const bundle = {
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  target: "node20",
  logLevel: "error",
};

const outfile = join(root, "dist", "dev-store.mjs");
await build({ ...bundle, entryPoints: [join(root, "lib/server/dev.ts")], outfile });
const store = fork(outfile, { cwd: root, stdio: "inherit" });
store.once("exit", (code) => process.exit(code ?? 1));
const settings = await new Promise((resolve) => store.once("message", resolve));

const env = {
  ...process.env,
  ...settings,
  PORT: port,
  HOST: host,
  NODE_ENV: "development",
  NEXT_TELEMETRY_DISABLED: "1",
};
const next = spawn(
  process.execPath,
  ["node_modules/next/dist/bin/next", "dev", "--turbopack", "-p", port, "-H", host],
  {
    cwd: root,
    env,
    stdio: "inherit",
  },
);
next.once("exit", () => store.disconnect());

let worker;
const workerEntry = join(root, "lib/server/dev-worker.ts");
const workerFile = join(root, "dist", "dev-worker.mjs");
function restartWorker() {
  const start = () => {
    worker = spawn(process.execPath, [workerFile], { cwd: root, env, stdio: "inherit" });
    worker.once("exit", () => {
      worker = undefined;
    });
  };
  if (!worker) return start();
  // Saved again while the old one still ends: one new worker, not one for each save.
  if (worker.listenerCount("exit") > 1) return;
  worker.once("exit", start);
  worker.kill("SIGTERM");
}
if (existsSync(join(root, "lib/worker/main.ts"))) {
  let timer;
  const restart = {
    name: "restart",
    setup(builder) {
      builder.onEnd((result) => {
        clearTimeout(timer);
        if (result.errors.length === 0) timer = setTimeout(restartWorker, 500);
      });
    },
  };
  const watching = await context({
    ...bundle,
    entryPoints: [workerEntry],
    outfile: workerFile,
    plugins: [restart],
  });
  await watching.watch();
}

function stop() {
  worker?.kill("SIGTERM");
  next.kill("SIGTERM");
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
