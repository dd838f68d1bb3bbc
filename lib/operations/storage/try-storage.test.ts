import { existsSync } from "node:fs";
import { expect, it } from "vitest";
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
