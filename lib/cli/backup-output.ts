import type {
  BackupNote,
  BackupProgress,
  Manifest,
  RestoreProgress,
  VerifyResult,
} from "../core/backup/types";
import { DomainError } from "../errors";
import { duration, note, paint, print } from "./output";

/** 512 B, 3.4 MB, 1.2 GB. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A line that is written over while something runs; only for a person at a terminal. */
export function progressLine(json: boolean): { show(text: string): void; clear(): void } {
  if (json || !process.stderr.isTTY) return { show: () => {}, clear: () => {} };
  const write = (text: string) => process.stderr.write(`\r\u001b[K${text}`);
  return { show: (text) => write(text.slice(0, (process.stderr.columns ?? 80) - 1)), clear: () => write("") };
}

export function backupLine(progress: BackupProgress): string {
  const { bytes, bytesTotal, tablesDone, tablesTotal, rate, secondsLeft, tables } = progress;
  const share = bytesTotal > 0 ? Math.floor((100 * bytes) / bytesTotal) : 0;
  const left = secondsLeft === null ? "" : `, ${duration(secondsLeft * 1000)} left`;
  const now = tables[0] ? `  ${tables[0].schema}.${tables[0].name}` : "";
  return `${progress.phase} ${share} %  ${size(bytes)}, table ${tablesDone}/${tablesTotal}, ${size(rate)}/s${left}${now}`;
}

export function restoreLine(progress: RestoreProgress): string {
  const { phase, bytes, bytesTotal, tablesDone, tablesTotal, steps, stepsTotal, rate } = progress;
  if (phase !== "data") return `${phase} ${stepsTotal > 0 ? `${steps}/${stepsTotal}` : ""}`;
  return `data ${size(bytes)} of ${size(bytesTotal)}, table ${tablesDone}/${tablesTotal}, ${size(rate)}/s`;
}

export function showManifest(manifest: Manifest, path: string): void {
  const { totals, codec, encryption } = manifest;
  print(`${paint.green("✓")} ${manifest.database.name} is in ${path}`);
  print(
    `  ${totals.tables} tables, ${totals.rows} rows, ${size(totals.rawBytes)} in ${size(totals.archiveBytes)} (${codec}${encryption ? ", encrypted" : ""}), ${duration(totals.durationMs)}`,
  );
  if (encryption)
    note(
      "It can be read only with the secret of DBMIGRATOR_SECRET: keep that somewhere else than the archive.",
    );
}

export function showVerified(result: VerifyResult, path: string): void {
  for (const finding of result.findings) print(`${paint.red("✗")} ${finding.message}`);
  for (const name of result.extra) note(`${name} is no part of the backup.`);
  if (result.ok)
    print(
      `${paint.green("✓")} ${path}: ${result.filesChecked} files, ${size(result.bytesChecked)}, every byte is as it was written.`,
    );
  if (result.author === "no_key")
    note(
      "It is encrypted with a secret that is not known here: who wrote it could not be checked, and it cannot be restored without that secret (DBMIGRATOR_SECRET).",
    );
}

/** Whoever kills the process knows then what it left. */
export function showDatabase(name: string): void {
  note(
    `It is filled as ${name}. If this process is killed, that database stays: drop it, or the next restore here removes it after a quarter of an hour.`,
  );
}

export function showNotes(notes: readonly BackupNote[]): void {
  for (const one of notes) note(one.message);
}

/** Ctrl-C and SIGTERM cancel; what was begun is cleared away by who began it. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const cancel = () => stop.abort(new DomainError("conflict", "backup.cancelled", "It was cancelled."));
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}
