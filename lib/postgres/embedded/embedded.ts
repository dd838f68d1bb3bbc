import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DomainError } from "../../errors";
import type { ConnectionSpec } from "../connection/connect";
import { type EmbeddedMajor, findBinaries } from "./binaries";
import {
  type Cluster,
  clearOrphan,
  freePort,
  initialise,
  isPortFree,
  isRunning,
  launch,
  shutDown,
} from "./process";
import { clusterFolder, giveTo, serverUser } from "./user";

export type { EmbeddedMajor } from "./binaries";

export interface EmbeddedOptions {
  /** Folder of this server alone; made when missing. */
  dataDir: string;
  /** Default: the port of the last start when it is free, else any free one. */
  port?: number;
  major?: EmbeddedMajor;
  /** For tests: no fsync, more connections. A crash of the machine loses the data. */
  disposable?: boolean;
}

export interface EmbeddedServer {
  /** The superuser on 127.0.0.1; the password is random and made with the data directory. */
  spec: ConnectionSpec & { password: string };
  url: string;
  port: number;
  pid: number;
  /** Where data and log lie (elsewhere than dataDir when root's folders are closed to the server's user). */
  folder: string;
  /** Resolves when the server ends without having been asked to. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const DISPOSABLE: Record<string, string> = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  max_connections: "300",
  shared_buffers: "64MB",
};
const DURABLE: Record<string, string> = { max_connections: "100" };

/**
 * Starts the PostgreSQL that npm installed, on 127.0.0.1 only, with SCRAM and a random password, as an unprivileged
 * user when we are root. A server that a killed process left in the same folder is stopped first.
 * @throws DomainError embedded.in_use, embedded.start_failed, embedded.not_installed, embedded.no_user
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const major = options.major ?? 18;
  const user = await serverUser();
  const folder = await clusterFolder(resolve(options.dataDir), user);
  const cluster: Cluster = {
    folder,
    data: join(folder, "data"),
    binaries: await findBinaries(major, user),
    user,
  };
  await claim(folder);
  await clearOrphan(cluster);
  const password = await ensureCluster(cluster, major, options.disposable ?? false);
  const port = await choosePort(folder, options.port);
  const settings = options.disposable ? DISPOSABLE : DURABLE;
  const child = await launch(cluster, port, { ...settings, log_min_messages: "warning", timezone: "UTC" });
  const pid = child.pid as number;
  await writeFile(join(folder, "port"), String(port));
  child.unref();

  let stopping = false;
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const ended = new Promise<void>((done) => child.once("exit", () => stopping || done()));
  return {
    spec: { host: "127.0.0.1", port, database: "postgres", user: "postgres", password, tls: "disable" },
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    folder,
    ended,
    stop: async () => {
      if (stopping) return exited;
      stopping = true;
      await shutDown(cluster, pid);
      await unlink(join(folder, "owner")).catch(() => undefined);
    },
  };
}

/**
 * One process at a time may own a cluster: the second would otherwise stop the first one's server as an orphan.
 * A hard link appears whole or not at all, so that two that start at the same moment cannot both have it.
 */
async function claim(folder: string): Promise<void> {
  const file = join(folder, "owner");
  const draft = join(folder, `owner.${process.pid}.${randomBytes(4).toString("hex")}`);
  await writeFile(draft, `${process.pid} ${await startTime("self")}\n`);
  try {
    while (!(await isLinked(draft, file))) await clearStaleClaim(folder, file, `${draft}.stale`);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function isLinked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes away the claim of a process that has ended. @throws DomainError embedded.in_use when it lives */
async function clearStaleClaim(folder: string, file: string, aside: string): Promise<void> {
  const owner = await readFile(file, "utf8").catch(() => null);
  if (owner === null) return;
  const [pid = "", started] = owner.trim().split(" ");
  const alive = Number(pid) !== process.pid && (await isRunning(Number(pid)));
  if (pid && alive && (await startTime(pid)) === started) throw inUse(folder, pid);
  await rename(file, aside).catch(() => undefined);
  // Somebody else may have cleared it and claimed in between: theirs goes back.
  const taken = await readFile(aside, "utf8").catch(() => owner);
  if (taken !== owner) await link(aside, file).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

function inUse(folder: string, pid: string): DomainError {
  return new DomainError(
    "conflict",
    "embedded.in_use",
    `DBMigrator already runs on ${folder} (process ${pid}).`,
    {
      hint: "Stop it first, or set DBMIGRATOR_DATA to another folder.",
    },
  );
}

/** Tells a process from a later one with the same number; field 22 of /proc/PID/stat, after the name in brackets. */
async function startTime(pid: string): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "-";
}

async function ensureCluster(cluster: Cluster, major: EmbeddedMajor, disposable: boolean): Promise<string> {
  const passwordFile = join(cluster.folder, "password");
  const version = await readFile(join(cluster.data, "PG_VERSION"), "utf8").catch(() => null);
  if (version !== null && version.trim() !== String(major)) {
    throw new DomainError(
      "precondition",
      "embedded.other_major",
      `${cluster.data} was made by PostgreSQL ${version.trim()}, and this is PostgreSQL ${major}.`,
    );
  }
  if (version !== null) return (await readFile(passwordFile, "utf8")).trim();
  const password = randomBytes(24).toString("base64url");
  await mkdir(cluster.folder, { recursive: true });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(cluster.user, passwordFile);
  // C.UTF-8 of the server itself: the same order and case rules on every machine.
  const locale = major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
  await initialise(cluster, passwordFile, ["--locale=C", ...locale, ...(disposable ? ["--no-sync"] : [])]);
  return password;
}

async function choosePort(folder: string, wanted: number | undefined): Promise<number> {
  if (wanted) return wanted;
  const last = Number(await readFile(join(folder, "port"), "utf8").catch(() => "0"));
  return last && (await isPortFree(last)) ? last : freePort();
}
