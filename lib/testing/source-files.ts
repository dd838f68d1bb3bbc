import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../server/root";

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  path: string;
  text: string;
}

/** TypeScript sources below the given folders, without what is generated. */
export function sourceFiles(folders: string[], pattern = /\.tsx?$/): SourceFile[] {
  const root = projectRoot();
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll("\\", "/"),
      )
      .filter((path) => !path.startsWith("lib/db/generated/"))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
}
