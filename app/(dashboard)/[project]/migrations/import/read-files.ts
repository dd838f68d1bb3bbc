import type { ImportSource } from "@/lib/operations/migration/import-source";

/** What the server refuses anyway; the browser says so before anything is sent. */
const MOST_FILES = 10_000;

export type ReadFailure =
  | { why: "unreadable"; file: string }
  | { why: "tooMany"; count: number }
  | { why: "noSql" };

/** Files chosen or dropped as the source of an import: a zip alone, or the SQL files with their paths. */
export async function readChosen(
  chosen: readonly { path: string; file: File }[],
): Promise<ImportSource | ReadFailure> {
  const [only] = chosen;
  if (chosen.length === 1 && only?.path.toLowerCase().endsWith(".zip")) {
    return { kind: "zip", base64: toBase64(new Uint8Array(await only.file.arrayBuffer())) };
  }
  const wanted = chosen.filter(({ path }) => /\.sql(\.conf)?$/i.test(path));
  if (wanted.length === 0) return { why: "noSql" };
  if (wanted.length > MOST_FILES) return { why: "tooMany", count: MOST_FILES };
  const files: { path: string; content: string }[] = [];
  for (const { path, file } of wanted) {
    try {
      const bytes = await file.arrayBuffer();
      files.push({ path, content: new TextDecoder("utf-8", { fatal: true }).decode(bytes) });
    } catch {
      return { why: "unreadable", file: path };
    }
  }
  return { kind: "files", files };
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Files of a file input, with their paths within the chosen folder. */
export function filesOf(list: FileList | null): { path: string; file: File }[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What was dropped: files, and folders with everything below them. */
export async function filesOfDrop(items: DataTransferItemList): Promise<{ path: string; file: File }[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: { path: string; file: File }[] = [];
  for (const entry of entries) await collect(entry, "", found);
  return found;
}

async function collect(
  entry: FileSystemEntry,
  prefix: string,
  found: { path: string; file: File }[],
): Promise<void> {
  const path = prefix + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader hands out a hundred at a time, and an empty list at the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return;
    for (const child of part) await collect(child, `${path}/`, found);
  }
}
