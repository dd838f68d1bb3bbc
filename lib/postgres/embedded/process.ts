import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { childEnvironment } from "../../env-cli";
import { DomainError } from "../../errors";
import type { Binaries } from "./binaries";
import { giveTo, type ServerUser } from "./user";

const run = promisify(execFile);
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_LIMIT_BYTES = 10_000_000;

/** One cluster on disk: `folder` holds data/, the server's log and the superuser's password. */
export interface Cluster {
  folder: string;
  data: string;
  binaries: Binaries;
  user: ServerUser;
}

/** A port of 127.0.0.1 that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Whether nobody listens on this port of 127.0.0.1. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Makes the data directory; an interrupted attempt leaves nothing that looks finished. */
export async function initialise(cluster: Cluster, passwordFile: string, extra: string[]): Promise<void> {
  const draft = join(cluster.folder, "data.new");
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await giveTo(cluster.user, draft);
  const args = [
    "-D",
    draft,
    "-U",
    "postgres",
    "-E",
    "UTF8",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
  ];
  try {
    await run(cluster.binaries.initdb, [...args, ...extra], {
      ...cluster.user,
      cwd: cluster.folder,
      env: childEnvironment(),
      maxBuffer: 10_000_000,
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw startError("PostgreSQL could not make its data directory", stderr || String(error));
  }
  await rename(draft, cluster.data);
}

/** Starts the server and waits until it accepts connections. Detached, so that Ctrl-C reaches us first. */
export async function launch(
  cluster: Cluster,
  port: number,
  settings: Record<string, string>,
): Promise<ChildProcess> {
  const logFile = join(cluster.folder, "postgres.log");
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.old`);
  const flags = Object.entries({
    ...settings,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(cluster.binaries.postgres, ["-D", cluster.data, "-p", String(port), ...flags], {
    ...cluster.user,
    cwd: cluster.folder,
    env: childEnvironment(),
    stdio: ["ignore", log, log],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  closeSync(log);
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady(cluster, child.pid))) {
    const ended = failure !== undefined || child.exitCode !== null || child.signalCode !== null;
    if (ended || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw startError(
        "The embedded PostgreSQL did not start",
        failure?.message ?? (await lastLines(logFile, size)),
      );
    }
    await wait(20);
  }
  return child;
}

/** Line 1 of postmaster.pid is the process, line 8 its state (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function isReady(cluster: Cluster, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(join(cluster.data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === "ready";
}

async function lastLines(logFile: string, from: number): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  const lines = text
    .slice(from)
    .split("\n")
    .filter((line) => /FATAL|ERROR|PANIC/.test(line));
  return lines.slice(-2).join(" ") || `see ${logFile}`;
}

function startError(what: string, why: string): DomainError {
  const lines = why.trim().split("\n");
  const told = lines.filter((line) => /FATAL|PANIC|error:|ERROR|could not|No space/.test(line));
  const reason = (told.length > 0 ? told : lines).slice(-2).join(" ").replace(/\s+/g, " ");
  return new DomainError("precondition", "embedded.start_failed", `${what}: ${reason}`);
}

/** Fast shutdown; when that takes too long an immediate one (the next start then recovers from the log). */
export async function shutDown(cluster: Cluster, pid: number): Promise<void> {
  if (process.platform === "win32") {
    const args = ["stop", "-D", cluster.data, "-m", "fast", "-w"];
    await run(cluster.binaries.pgCtl, args, { env: childEnvironment() }).catch(() => undefined);
    return;
  }
  signal(pid, "SIGINT");
  if (await hasEnded(pid, STOP_TIMEOUT_MS)) return;
  signal(pid, "SIGQUIT");
  if (await hasEnded(pid, STOP_TIMEOUT_MS)) return;
  signal(pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {}
}

async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (!(await isRunning(pid))) return true;
    await wait(20);
  }
  return false;
}

/** A process that lives and is not a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line !== "" && !/\) Z /.test(line);
}

/**
 * Stops a server that a killed DBMigrator left behind in our own data directory, and clears what is stale. A process
 * that merely got the same number is left alone: its command line does not name our directory.
 */
export async function clearOrphan(cluster: Cluster): Promise<void> {
  const file = join(cluster.data, "postmaster.pid");
  const pid = Number.parseInt((await readFile(file, "utf8").catch(() => "")).split("\n")[0] ?? "", 10);
  if (!Number.isInteger(pid)) return;
  if ((await isRunning(pid)) && (await commandLine(pid)).includes(cluster.data)) await shutDown(cluster, pid);
  else await unlink(file).catch(() => undefined);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
  }
  if (process.platform === "win32") return "";
  const { stdout } = await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout;
}
