import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError } from "../errors";
import type { ConnectionSpec } from "./connection-spec";
import type { EmbeddedMajor, EmbeddedServer } from "./embedded";

const NEWEST: EmbeddedMajor = 18;

export interface ScratchServer {
  /** Starts it at the first call. @param major the target's; another one is taken when that is not installed */
  start(major: number): Promise<ConnectionSpec>;
  /** Stops it and removes its files; nothing when it was never started. */
  stop(): Promise<void>;
}

/** An embedded server for one dry run, in a folder of its own below the system's temporary one. */
export function startScratchServer(): ScratchServer {
  let starting: Promise<EmbeddedServer> | undefined;
  let folder: string | undefined;
  const launch = async (major: number): Promise<EmbeddedServer> => {
    const { startEmbedded } = await import("./embedded");
    folder = await mkdtemp(join(tmpdir(), "dbmigrator-scratch-"));
    const open = (one: EmbeddedMajor) =>
      startEmbedded({ dataDir: join(folder as string, String(one)), major: one, disposable: true });
    const same = [14, 15, 18].find((one) => one === major) as EmbeddedMajor | undefined;
    if (same === undefined || same === NEWEST) return open(NEWEST);
    return open(same).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === "embedded.not_installed") return open(NEWEST);
      throw error;
    });
  };
  return {
    start: async (major) => {
      starting ??= launch(major);
      return (await starting).spec;
    },
    stop: async () => {
      const server = await starting?.catch(() => undefined);
      await server?.stop();
      if (folder) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}
