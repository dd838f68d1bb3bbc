import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { env } from "../env";
import { type Checkpoint, checkpointFromLine, checkpointToLine } from "./signature";

/** Files outside the database: all checkpoints, and the newest known end of the chain. */
export function checkpointFiles(folder = env().DBMIGRATOR_DATA): { all: string; head: string } | null {
  if (!folder) return null;
  return { all: join(folder, "audit-checkpoints.jsonl"), head: join(folder, "audit-head.json") };
}

/** Adds a checkpoint to the file and waits until it is on the disk. */
export async function appendCheckpoint(checkpoint: Checkpoint): Promise<void> {
  const files = checkpointFiles();
  if (!files) return;
  await mkdir(dirname(files.all), { recursive: true });
  await appendFile(files.all, checkpointToLine(checkpoint), { mode: 0o600, flush: true });
}

/** Every checkpoint of the files; `damaged` counts lines that cannot be read. */
export async function readCheckpointFiles(
  folder?: string,
): Promise<{ checkpoints: Checkpoint[]; damaged: number }> {
  const files = checkpointFiles(folder);
  if (!files) return { checkpoints: [], damaged: 0 };
  const texts = await Promise.all(
    [files.all, files.head].map((file) => readFile(file, "utf8").catch(emptyWhenMissing)),
  );
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line.trim() !== ""));
  const parsed = lines.map(checkpointFromLine);
  const checkpoints = parsed.filter((checkpoint) => checkpoint !== null);
  return { checkpoints, damaged: parsed.length - checkpoints.length };
}

export function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
