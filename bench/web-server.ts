import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

/** Whether `npm run build` was done; a bench never builds by itself. */
export function isBuilt(): boolean {
  return existsSync(".next/BUILD_ID") && existsSync("dist/server.mjs");
}

/** The built server on a store, without the worker. Ends with `stop`. */
export async function startWeb(
  databaseUrl: string,
  secret: string,
): Promise<{ origin: string; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["-e", "import('./dist/server.mjs').then((server) => server.start())"],
    {
      env: {
        ...process.env,
        ...{
          NODE_ENV: "production",
          DATABASE_URL: databaseUrl,
          DBMIGRATOR_SECRET: secret,
          DBMIGRATOR_ROLE: "web",
        },
        ...{ HOST: "127.0.0.1", PORT: String(port), LOG_LEVEL: "silent" },
      },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const origin = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const ready = await fetch(`${origin}/sign-in`).then(
      (response) => response.status < 500,
      () => false,
    );
    if (ready) {
      return {
        origin,
        stop: async () => {
          child.kill("SIGTERM");
          await ended;
        },
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill("SIGKILL");
  throw new Error("The server did not answer within a minute.");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}
