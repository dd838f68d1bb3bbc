import { createHash, type Hash } from "node:crypto";
import type {
  ArchiveStore,
  ArchiveWriter,
  BackupCodec,
  FileKind,
  ManifestFile,
} from "../../core/backup/types";
import { storedName } from "./archive-names";
import { type Codec, loadCodec } from "./codec";
import { encryptFile, type FileCipher } from "./crypt";

/** Blocks of a file that may be on their way at a time: one is compressed while the one before is stored. */
const AHEAD = 2;

export interface ArchiveSink {
  /** A file of the archive; nothing is made before its first bytes come. @param codec default: the archive's */
  file(name: string, kind: FileKind, codec?: BackupCodec): ArchiveFile;
  /** Stored bytes of all files so far. */
  storedBytes(): number;
}

export interface ArchiveFile {
  /**
   * Compresses, encrypts, hashes and stores in the order of the calls. Resolves when the block may be used again and
   * not too much waits to be stored.
   */
  push(block: Buffer): Promise<void>;
  /** Resolves when everything pushed so far is stored. */
  settled(): Promise<void>;
  /** @returns null when nothing was pushed: then there is no file */
  finish(rows?: number): Promise<ManifestFile | null>;
  abort(): Promise<void>;
}

export function archiveSink(
  store: ArchiveStore,
  defaultCodec: BackupCodec,
  archiveKey: Buffer | null,
): ArchiveSink {
  let stored = 0;
  const count = (bytes: number) => {
    stored += bytes;
  };
  return {
    storedBytes: () => stored,
    file: (name, kind, codec = defaultCodec) =>
      openFile({ store, name, kind, codec, archiveKey, onStored: count }),
  };
}

interface FileOptions {
  store: ArchiveStore;
  name: string;
  kind: FileKind;
  codec: BackupCodec;
  archiveKey: Buffer | null;
  onStored: (bytes: number) => void;
}

interface OpenFile {
  codec: Codec;
  writer: ArchiveWriter;
  cipher: FileCipher | null;
  hash: Hash;
}

function openFile({ store, name, kind, codec, archiveKey, onStored }: FileOptions): ArchiveFile {
  const stored = storedName(name, codec, archiveKey !== null);
  let opening: Promise<OpenFile> | null = null;
  let tail: Promise<void> = Promise.resolve();
  const waiting: Promise<void>[] = [];
  let bytes = 0;
  let rawBytes = 0;
  const open = async (): Promise<OpenFile> => {
    const [loaded, writer] = await Promise.all([loadCodec(codec), store.write(stored)]);
    return {
      codec: loaded,
      writer,
      cipher: archiveKey ? encryptFile(archiveKey, name) : null,
      hash: createHash("sha256"),
    };
  };
  const put = async (file: OpenFile, pieces: Uint8Array[]) => {
    for (const piece of pieces) {
      file.hash.update(piece);
      bytes += piece.length;
      await file.writer.write(piece);
      onStored(piece.length);
    }
  };
  return {
    async push(block) {
      rawBytes += block.length;
      opening ??= open();
      const compressing = opening.then((file) => file.codec.compress(block));
      const before = tail;
      tail = Promise.all([opening, compressing, before]).then(([file, compressed]) =>
        put(file, file.cipher ? file.cipher.update(compressed) : [compressed]),
      );
      tail.catch(() => {}); // whoever awaits the file's end is told
      waiting.push(tail);
      // Without compression the bytes that are stored are the block's own.
      const free = codec === "none" ? tail : compressing;
      await Promise.all([free, waiting.length > AHEAD ? waiting.shift() : undefined]);
    },
    settled: () => tail,
    async finish(rows) {
      await tail;
      if (!opening) return null;
      const file = await opening;
      if (file.cipher) await put(file, file.cipher.final());
      await file.writer.finish();
      const sha256 = file.hash.digest("hex");
      return { name: stored, kind, bytes, sha256, rawBytes, ...(rows === undefined ? {} : { rows }) };
    },
    async abort() {
      await tail.catch(() => {});
      const file = await opening?.catch(() => null);
      await file?.writer.abort();
    },
  };
}
