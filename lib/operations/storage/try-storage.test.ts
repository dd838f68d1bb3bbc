import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStorage } from "./open";
import { failureOfTrying } from "./save";
import { tryStorage } from "./try-storage";

// Nobody writes there, root neither.
it.skipIf(!existsSync("/sys/kernel"))(
  "names the folder that was chosen, and not the file that was tried in it",
  async () => {
    const row = { id: "", projectId: null, kind: "folder", settings: { path: "/sys/kernel" }, secret: null };
    await expect(tryStorage(row)).rejects.toMatchObject({
      code: "backup.not_writable",
      message: "/sys/kernel cannot be written to.",
      details: { location: "/sys/kernel" },
    });
    // Kept with its values, or another language would have no words for it.
    expect(await failureOfTrying(row)).toMatchObject({
      ...{ code: "backup.not_writable", details: { location: "/sys/kernel" } },
    });
  },
);

it.skipIf(!existsSync("/proc/self"))(
  "refuses a place that says of every new folder that the one above is missing, instead of trying without end",
  async () => {
    const row = {
      id: "",
      projectId: null,
      kind: "folder",
      settings: { path: "/proc/no/such" },
      secret: null,
    };
    await expect(tryStorage(row)).rejects.toMatchObject({ code: "backup.not_writable" });
  },
);

it("says that a file lies in the place of the folder, or of one above it", async () => {
  const above = await mkdtemp(join(tmpdir(), "dbmigrator-storage-"));
  const file = join(above, "file");
  try {
    await writeFile(file, "no folder");
    for (const path of [file, join(file, "backups"), join(file, "backups", "here")]) {
      const row = { id: "", projectId: null, kind: "folder", settings: { path }, secret: null };
      await expect(tryStorage(row)).rejects.toMatchObject({
        ...{ code: "storage.not_a_folder", message: `${file} is a file and no folder.` },
        details: { path: file },
      });
      await expect(openStorage(row, null).list()).rejects.toMatchObject({ details: { path: file } });
    }
  } finally {
    await rm(above, { recursive: true });
  }
});
