import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "@playwright/test";
import { freePort } from "./free-port";
import { AUTH_FOLDER, INSTANCE_FILE, type Instance, PASSWORD, PEOPLE } from "./instance";
import { runOperations } from "./run-operations";

/** Only for what hangs: the demo's ten deployments take minutes on a busy machine. */
const START_LIMIT_MS = 1_200_000;

/**
 * One production server for all browser tests, on a port and a data folder of its own, with one account for each
 * role. With E2E_URL (and E2E_DATA, its data folder) the tests use a server that runs already.
 */
export default async function startServer(): Promise<() => Promise<void>> {
  mkdirSync(AUTH_FOLDER, { recursive: true });
  const { instance, stop } = process.env.E2E_URL ? runningServer(process.env.E2E_URL) : await ownServer();
  try {
    writeFileSync(INSTANCE_FILE, JSON.stringify(instance));
    await runOperations("people.ts", instance, { PEOPLE: JSON.stringify(PEOPLE), PASSWORD });
    for (const [role, person] of Object.entries(PEOPLE)) await signIn(instance.url, person.email, role);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

type Started = { instance: Instance; stop: () => Promise<void> };

function runningServer(url: string): Started {
  const data = process.env.E2E_DATA ?? ".dbmigrator";
  return { instance: { url, ...storeOf(data) }, stop: async () => {} };
}

async function ownServer(): Promise<Started> {
  const data = mkdtempSync(join(tmpdir(), "dbmigrator-e2e-"));
  chmodSync(data, 0o755);
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: "127.0.0.1",
    DBMIGRATOR_DATA: data,
    DATABASE_URL: "",
  };
  const server = spawn(process.execPath, ["scripts/start.mjs"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (output += chunk));
  const stop = async () => {
    await ended(server);
    writeFileSync("test-results/server.log", output);
    const moved = readLocation(data);
    for (const folder of [data, moved]) if (folder) rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_LIMIT_MS;
  // The demo project is built by its worker after the address is printed; tests look at it, so it must be whole.
  while (!output.includes("The demo project is ready")) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The server for the browser tests did not start:\n${output.slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { instance: { url, ...storeOf(data) }, stop };
}

function readLocation(data: string): string | null {
  try {
    return readFileSync(join(data, "postgres", "location"), "utf8").trim();
  } catch {
    return null;
  }
}

/** How to reach the metadata store behind the server, for what a test prepares or verifies beneath the pages. */
function storeOf(data: string): Omit<Instance, "url"> {
  const folder = readLocation(data) ?? join(data, "postgres");
  const password = readFileSync(join(folder, "password"), "utf8").trim();
  const port = readFileSync(join(folder, "port"), "utf8").trim();
  return {
    data,
    databaseUrl: `postgres://postgres:${password}@127.0.0.1:${port}/dbmigrator`,
    secret: readFileSync(join(data, "secret"), "utf8").trim(),
  };
}

/** Signs in as the form does and keeps the cookies for the role. */
async function signIn(url: string, email: string, role: string): Promise<void> {
  const context = await request.newContext({ baseURL: url });
  const { csrfToken } = await (await context.get("/api/auth/csrf")).json();
  const form = { csrfToken, email, password: PASSWORD, json: "true" };
  const answer = await context.post("/api/auth/callback/credentials", { form });
  if (!answer.ok()) throw new Error(`${email} could not sign in: ${answer.status()} ${await answer.text()}`);
  await context.storageState({ path: join(AUTH_FOLDER, `${role}.json`) });
  await context.dispose();
}

function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.kill("SIGKILL"), 20_000);
    server.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    server.kill("SIGTERM");
  });
}
