import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase, testServer } from "../../testing/postgres";
import { type EmbeddedServer, startEmbedded } from "./embedded";
import { isRunning } from "./process";

let folder: string;
const started: EmbeddedServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedded-"));
  await chmod(folder, 0o755);
});
afterAll(async () => {
  for (const server of started) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir: join(folder, name), disposable: true });
  started.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe("embedded server", () => {
  it("keeps data, password and port over a stop and a start", async () => {
    const first = await start("keep");
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();
    const second = await start("keep");
    expect(await ask(second.url, "SELECT answer FROM kept")).toBe(42);
    expect(second.url).toBe(first.url);
  });

  it("refuses a wrong password and listens on loopback alone", async () => {
    const server = await start("closed");
    await expect(ask(server.url.replace(server.spec.password, "wrong"), "SELECT 1")).rejects.toThrow(
      /password/,
    );
    expect(await ask(server.url, "SHOW listen_addresses")).toBe("127.0.0.1");
    expect(await ask(server.url, "SHOW unix_socket_directories")).toBe("");
    expect((await stat(join(server.folder, "password"))).mode & 0o077).toBe(0);
  });

  it("tells the reason in one line when it cannot start", async () => {
    const server = await start("first");
    const attempt = startEmbedded({ dataDir: join(folder, "second"), port: server.port, disposable: true });
    const error: Error = await attempt.then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.message).toMatch(/did not start: .*(Address already in use|could not create any TCP)/);
    expect(error.message).not.toContain("\n");
  });

  it("starts again after the process that owned it was killed", async () => {
    const dataDir = join(folder, "orphan");
    const script = `import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
      const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, disposable: true });
      console.log(server.pid); process.kill(process.pid, "SIGKILL");`;
    const orphan = await runTypeScript(script);
    expect(await isRunning(orphan)).toBe(true);
    const server = await start("orphan");
    expect(await ask(server.url, "SELECT 1")).toBe(1);
    expect(await isRunning(orphan)).toBe(false);
  });

  it("refuses a folder whose server another living process owns", async () => {
    const dataDir = join(folder, "owned");
    await start("owned");
    const script = `import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
      await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} }).catch((error) => console.log(error.code));`;
    expect(await runTypeScript(script)).toBe("embedded.in_use");
  });

  it.runIf(process.getuid?.() === 0)("keeps a cluster of root where the server's user may go", async () => {
    await mkdir(join(folder, "home"), { mode: 0o700 });
    const server = await start("home/data");
    expect(server.folder).toMatch(/^\/var\/(lib|tmp)\/dbmigrator/);
    await ask(server.url, "CREATE TABLE kept AS SELECT 1");
    await server.stop();
    const again = await start("home/data");
    expect(again.folder).toBe(server.folder);
    expect(await ask(again.url, "SELECT count(*)::int FROM kept")).toBe(1);
    await again.stop();
    await rm(server.folder, { recursive: true });
  });

  it("belongs to one of several processes that start it at the same moment", async () => {
    const shared = join(folder, "at-once");
    const code = `import { startEmbedded } from "./embedded";
      startEmbedded({ dataDir: ${JSON.stringify(shared)}, disposable: true }).then(
        async (server) => {
          await new Promise((wait) => setTimeout(wait, 1500));
          await server.stop();
          console.log("owner");
        },
        (error) => console.log(error.code),
      );`;
    const told = await Promise.all(Array.from({ length: 4 }, () => runTypeScript<string>(code)));
    expect(told.toSorted()).toEqual([...Array(3).fill("embedded.in_use"), "owner"]);
  }, 60_000);

  it.each([13, 14, 15] as const)(
    "runs PostgreSQL %i",
    async (major) => {
      const { spec, url } = await testDatabase({ major });
      expect(spec.port).toBe((await testServer(major)).spec.port);
      expect(String(await ask(url, "SHOW server_version"))).toMatch(new RegExp(`^${major}\\.`));
    },
    60_000,
  );
});

/** Runs a module in a node of its own; answers with what it printed first (a number when it is one). */
async function runTypeScript<T = number>(source: string): Promise<T> {
  const { build } = await import("esbuild");
  const outfile = join(folder, `script-${Math.random().toString(36).slice(2)}.mjs`);
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
  });
  const run = promisify(execFile)(process.execPath, [outfile], { cwd: process.cwd() });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const line = stdout.trim().split("\n")[0] ?? "";
  return (/^\d+$/.test(line) ? Number(line) : line) as T;
}
