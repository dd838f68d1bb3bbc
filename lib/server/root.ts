import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project's package.json, above this file or above the bundle it became part of. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "prisma", "schema.prisma"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("The folder of DBMigrator was not found.");
    folder = parent;
  }
  return folder;
}
