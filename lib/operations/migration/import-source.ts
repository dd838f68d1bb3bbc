import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { MigrationFile } from "../../core/migration/layouts";
import { DomainError } from "../../errors";
import { checkPath, decodeText, IMPORT_LIMITS, isWanted, readArchive } from "./archive";
import { Script } from "./name";

/** Where migrations come from: files of a folder, an archive, or the server's own `migrations/<service>/`. */
export const ImportSource = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("files"),
    files: z
      .array(z.object({ path: z.string().min(1).max(1000), content: Script }))
      .min(1, "There is no file.")
      .max(IMPORT_LIMITS.files, `At most ${IMPORT_LIMITS.files} files.`),
  }),
  z.object({
    kind: z.literal("zip"),
    base64: z.base64("This is no base64.").max(IMPORT_LIMITS.archive * 1.4),
  }),
  z.object({ kind: z.literal("server") }),
]);
export type ImportSource = z.output<typeof ImportSource>;

/**
 * The SQL files of a source, with paths relative to it. A single folder around everything (the archive's or the
 * chosen folder's own name) is taken off.
 * @param root the server's folder of migrations
 * @throws DomainError validation, not_found
 */
export async function readSource(
  source: ImportSource,
  root: string,
  service: string | undefined,
): Promise<MigrationFile[]> {
  if (source.kind === "server") return readFolder(root, service);
  const files =
    source.kind === "zip"
      ? readArchive(Buffer.from(source.base64, "base64"))
      : source.files
          .map((file) => ({ ...file, path: checkPath(file.path) }))
          .filter((file) => isWanted(file.path));
  if (files.length === 0) {
    throw new DomainError("validation", "import.empty", "There is no SQL file in it.", {
      hint: "Choose the folder that holds the migrations.",
      details: { fields: [{ field: "source", message: "There is no SQL file in it." }] },
    });
  }
  return withoutOuterFolder(files);
}

/** Only when what is left still tells migrations apart: `20240101_init/migration.sql` alone keeps its folder. */
function withoutOuterFolder(files: MigrationFile[]): MigrationFile[] {
  const outer = files[0]?.path.split("/")[0] ?? "";
  const isOuter = !/^(\d|[VRU]\d*__)/.test(outer) && files.every((file) => file.path.startsWith(`${outer}/`));
  if (!isOuter) return files;
  return withoutOuterFolder(files.map((file) => ({ ...file, path: file.path.slice(outer.length + 1) })));
}

async function readFolder(root: string, service: string | undefined): Promise<MigrationFile[]> {
  const folder = service === undefined ? root : join(root, checkPath(service));
  const found = await lstat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    const name = service === undefined ? "migrations" : `migrations/${service}`;
    throw new DomainError("not_found", "import.no_folder", `There is no folder ${name} on the server.`, {
      hint: "Put the migrations there, or upload them.",
      details: { folder: name },
    });
  }
  const files: MigrationFile[] = [];
  await collect(folder, "", files, { bytes: 0 });
  return files;
}

/** Links are passed over: they could lead anywhere. */
async function collect(
  folder: string,
  prefix: string,
  files: MigrationFile[],
  sum: { bytes: number },
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = prefix + entry.name;
    if (entry.isDirectory() && !entry.name.startsWith(".")) {
      await collect(join(folder, entry.name), `${path}/`, files, sum);
    } else if (entry.isFile() && isWanted(path)) {
      const bytes = await readFile(join(folder, entry.name));
      sum.bytes += bytes.length;
      if (sum.bytes > IMPORT_LIMITS.total || files.length >= IMPORT_LIMITS.files) {
        throw new DomainError(
          "validation",
          "import.too_large",
          "The server's folder holds more than an import takes.",
        );
      }
      files.push({ path, content: decodeText(path, bytes) });
    }
  }
}
