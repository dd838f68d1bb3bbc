import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError } from "../../errors";
import type { ConnectionSpec } from "../connection/connection-spec";
import type { EmbeddedMajor, EmbeddedServer } from "./embedded";

const NEWEST: EmbeddedMajor = 18;
/** Dry runs of one user at the same time, each with a server of its own. */
const MOST_AT_ONCE = 8;

export interface ScratchServer {
  /** Starts it at the first call. @param major the target's; the newest is taken when that one is not installed */
  start(major: number): Promise<ConnectionSpec>;
  /** Stops it; nothing when it was never started. */
  stop(): Promise<void>;
}

/**
 * An embedded server for the dry runs of the command line. Its empty cluster is kept in the user's cache, so that the
 * next dry run starts at once, and a server that a killed process left running is found and stopped.
 */
export function startScratchServer(): ScratchServer {
  let starting: Promise<EmbeddedServer> | undefined;
  return {
    start: async (major) => {
      starting ??= launch(major);
      return (await starting).spec;
    },
    stop: async () => {
      const server = await starting?.catch(() => undefined);
      await server?.stop();
    },
  };
}

async function launch(major: number): Promise<EmbeddedServer> {
  const same = ([14, 15, 18] as const).find((one) => one === major);
  if (same === undefined || same === NEWEST) return launchInSlot(NEWEST);
  return launchInSlot(same).catch((error: unknown) => {
    if (isCode(error, "embedded.not_installed")) return launchInSlot(NEWEST);
    throw error;
  });
}

async function launchInSlot(major: EmbeddedMajor): Promise<EmbeddedServer> {
  const { startEmbedded } = await import("./embedded");
  for (let slot = 0; slot < MOST_AT_ONCE; slot++) {
    const dataDir = await slotFolder(`scratch-${major}-${slot}`);
    const start = () => startEmbedded({ dataDir, major, disposable: true });
    try {
      return await start();
    } catch (error) {
      if (isCode(error, "embedded.in_use")) continue;
      if (!isCode(error, "embedded.start_failed")) throw error;
      // Disposable data does not survive a crash of the machine, and nothing in it is worth keeping.
      await rm(dataDir, { recursive: true, force: true });
      return start();
    }
  }
  throw new DomainError("conflict", "scratch.busy", `${MOST_AT_ONCE} dry runs are at work already.`, {
    hint: "Wait until one of them has ended.",
  });
}

/** Root's server runs as another user, who reaches no folder of root's home. */
async function slotFolder(name: string): Promise<string> {
  const { sharedFolder } = await import("./user");
  if (process.getuid?.() === 0) return sharedFolder(name);
  const home = homedir();
  return home ? join(home, ".cache", "dbmigrator", name) : mkdtemp(join(tmpdir(), "dbmigrator-"));
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof DomainError && error.code === code;
}
