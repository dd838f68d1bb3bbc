import type { BackupProgress, RestoreProgress } from "../core/backup/types";
import { createBackup } from "../postgres/backup/create";
import { folderStore } from "../postgres/backup/folder-store";
import { restoreInto } from "../postgres/backup/restore/restore";

/** A backup or a restore in a process of its own, for tests that kill it: it stops where it is told to, and waits. */
const { job, spec, folder, phase } = JSON.parse(process.env.TEST_JOB ?? "");
const store = folderStore(folder);

function stopAt(progress: BackupProgress | RestoreProgress): void {
  if (progress.phase !== phase) return;
  process.stdout.write("there\n");
  // Nothing of this process goes on, as if the machine had stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (job === "backup") await createBackup({ spec, store, scope: { kind: "database" }, onProgress: stopAt });
else await restoreInto({ spec, store, mode: job, onProgress: stopAt });
process.stdout.write("done\n");
