import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "./fixtures";
import { freePort } from "./free-port";

/** `npm start` itself: what it says, how it ends, and that it comes back. The build is there already. */

test.describe.configure({ timeout: 180_000 });

let folder: string;
let port: number;
const mounted: string[] = [];
const started: ChildProcess[] = [];

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dbmigrator-start-"));
  // Open to the server's user, or root's server would keep its data elsewhere.
  chmodSync(folder, 0o755);
  port = await freePort();
});
test.afterEach(async () => {
  // Only what a failed test left: the others have ended.
  for (const child of started.splice(0).filter((one) => one.exitCode === null && one.signalCode === null)) {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await gone;
  }
  for (const path of mounted.splice(0)) execFileSync("umount", [path]);
  const moved = readText(join(folder, "data/postgres/location"));
  for (const path of [moved.trim(), folder]) if (path) rmSync(path, { recursive: true, force: true });
});

test("a busy port gives one line", async () => {
  const blocker = createServer();
  await new Promise<void>((done) => blocker.listen(port, "127.0.0.1", done));
  const { code, output } = await start().ended;
  blocker.close();
  expect(code).toBe(1);
  expect(output).toBe(
    `DBMigrator: Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another: PORT=3001 npm start`,
  );
});

test("a DATABASE_URL that does not work gives one line without its password", async ({ instance }) => {
  const wrong = new URL(instance.databaseUrl);
  wrong.password = "not-the-password";
  const away = new URL(instance.databaseUrl);
  away.port = "1";
  const nowhere = new URL(instance.databaseUrl);
  nowhere.pathname = "/no_such_database";
  for (const [url, reason] of [
    [wrong.href, /^DBMigrator: DATABASE_URL: .* refused the password of postgres\./],
    [away.href, /^DBMigrator: DATABASE_URL: Nothing answers at 127\.0\.0\.1:1\./],
    [nowhere.href, /^DBMigrator: DATABASE_URL: .*no_such_database/],
    ["postgres//nonsense", /^DBMigrator: DATABASE_URL/],
  ] as const) {
    const { code, output } = await start({ DATABASE_URL: url }).ended;
    expect(code).toBe(1);
    expect(output).toMatch(reason);
    expect(output.split("\n")).toHaveLength(1);
    expect(output).not.toContain("not-the-password");
  }
});

test("a data folder that cannot be written gives one line", async () => {
  mountOrSkip("ro,size=4m");
  const { code, output } = await start().ended;
  expect(code).toBe(1);
  expect(output).toBe(
    "DBMigrator: The folder is on a read-only file system: copy DBMigrator to one that can be written.",
  );
});

test("a full disk gives one line", async () => {
  mountOrSkip("mode=755,size=12m");
  const { code, output } = await start().ended;
  expect(code).toBe(1);
  expect(output).toBe(
    "DBMigrator: The disk is full: no space left to write. Free some space and start again.",
  );
});

test("after kill -9 it starts again with the same data, and Ctrl-C leaves nothing behind", async ({
  request,
}) => {
  const first = start();
  await first.says(/DBMigrator is ready/);
  const [, email, password] = /E-mail +(\S+)\s+Password +(\S+)/.exec(first.output()) ?? [];
  expect(password).toMatch(/^[\w-]{20,}$/);
  const orphan = postmasterPid();
  first.kill("SIGKILL");
  await first.ended;
  expect(isAlive(orphan)).toBe(true);

  const second = start();
  await second.says(/DBMigrator is ready/);
  expect(isAlive(orphan)).toBe(false);
  expect(second.output()).not.toMatch(/^ *Password {2,}\S/m);
  expect(second.output()).toContain("npm start -- --reset-password");
  expect(await signIn(request, email ?? "", password ?? "")).toBe(true);

  const server = postmasterPid();
  second.kill("SIGINT");
  // That it ends at all, by itself and in order; how soon is the machine's affair. The test's own limit catches a hang.
  expect((await second.ended).code).toBe(0);
  expect(isAlive(server)).toBe(false);
});

test("a lost password is replaced from the command line", async ({ request }) => {
  const first = start();
  await first.says(/DBMigrator is ready/);
  const [, email = "", old = ""] = /E-mail +(\S+)\s+Password +(\S+)/.exec(first.output()) ?? [];
  const busy = await start({}, "--reset-password").ended;
  expect(busy.output).toMatch(/^DBMigrator: DBMigrator already runs on .* Stop it first/);
  first.kill("SIGTERM");
  await first.ended;
  const reset = await start({}, "--reset-password").ended;
  expect(reset.code).toBe(0);
  const fresh = /New password of \S+: (\S+)/.exec(reset.output)?.[1] ?? "";
  const again = start();
  await again.says(/DBMigrator is ready/);
  expect(await signIn(request, email, old)).toBe(false);
  expect(await signIn(request, email, fresh)).toBe(true);
  again.kill("SIGINT");
  await again.ended;
});

function start(settings: Record<string, string> = {}, ...args: string[]) {
  const env = {
    ...process.env,
    DATABASE_URL: "",
    PORT: String(port),
    HOST: "127.0.0.1",
    DBMIGRATOR_DATA: join(folder, "data"),
  };
  const child = spawn(process.execPath, ["scripts/start.mjs", ...args], { env: { ...env, ...settings } });
  started.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    child.once("close", (code) => done({ code, output: output.trim() })),
  );
  return {
    ended,
    output: () => output,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    says: (pattern: RegExp) => expect.poll(() => output, { timeout: 120_000 }).toMatch(pattern),
  };
}

async function signIn(
  request: import("@playwright/test").APIRequestContext,
  email: string,
  password: string,
): Promise<boolean> {
  const base = `http://127.0.0.1:${port}/api/auth`;
  const { csrfToken } = await (await request.get(`${base}/csrf`)).json();
  const answer = await request.post(`${base}/callback/credentials`, {
    form: { csrfToken, email, password, json: "true" },
  });
  return answer.ok();
}

/** A small file system of its own at the data folder; needs the right to mount. */
function mountOrSkip(options: string): void {
  const data = join(folder, "data");
  mkdirSync(data);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", data], { stdio: "ignore" });
  } catch {
    test.skip(true, "needs the right to mount a small file system");
  }
  mounted.push(data);
}

function postmasterPid(): number {
  const cluster = readText(join(folder, "data/postgres/location")).trim() || join(folder, "data/postgres");
  return Number(readText(join(cluster, "data/postmaster.pid")).split("\n")[0]);
}

/** A zombie that nobody has collected yet is dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !/\) Z /.test(readText(`/proc/${pid}/stat`));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
