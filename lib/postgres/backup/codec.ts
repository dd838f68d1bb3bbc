import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gzip } from "node:zlib";
import type { BackupCodec } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { splitFrames } from "./zstd-frames";

/**
 * What is compressed at a time: a frame (zstd) or member (gzip) of its own, so that any decompressor reads them all.
 * Trial: 1 MiB stores as much, and decoding it took twice the time, since each result was fresh memory.
 */
export const BLOCK_BYTES = 512 * 1024;

export interface Codec {
  /** One block, off the main thread. */
  compress(block: Buffer): Promise<Buffer>;
  /**
   * @param rawBytes what all of it comes to; the reader counts, this is for what is decoded at a time
   * @throws Error on bytes that the codec cannot read
   */
  decompress(source: AsyncIterable<Uint8Array>, rawBytes: number): AsyncIterable<Buffer>;
}

/** Trial: level 1 keeps two cores ahead of two COPY streams; higher levels cost more than they save. */
const ZSTD_LEVEL = 1;
const GZIP_LEVEL = 1;

interface ZstdModule {
  Encoder: new (level: number) => { encode(data: Buffer): Promise<Buffer> };
  Decoder: new () => { decode(data: Buffer): Promise<Buffer> };
}

let zstdModule: Promise<ZstdModule | null> | undefined;

/** Native code: there are systems that it was not built for. */
function loadZstd(): Promise<ZstdModule | null> {
  zstdModule ??= import("@toondepauw/node-zstd").then(
    (module) => ((module as { default?: ZstdModule }).default ?? module) as ZstdModule,
    () => null,
  );
  return zstdModule;
}

/** zstd, or gzip where zstd's native module does not load. */
export async function defaultCodec(): Promise<BackupCodec> {
  return (await loadZstd()) ? "zstd" : "gzip";
}

/** @throws DomainError precondition, backup.no_zstd */
export async function loadCodec(codec: BackupCodec): Promise<Codec> {
  if (codec === "none") return none;
  if (codec === "gzip") return gzipCodec;
  const module = await loadZstd();
  if (!module) {
    throw new DomainError("precondition", "backup.no_zstd", "zstd does not load on this machine.", {
      hint: "Choose gzip, or read the archive on Linux, macOS or Windows with x64 or arm64.",
    });
  }
  return zstdCodec(module);
}

const none: Codec = {
  compress: async (block) => block,
  async *decompress(source) {
    for await (const bytes of source) yield asBuffer(bytes);
  },
};

const zip = promisify(gzip) as (data: Buffer, options: { level: number }) => Promise<Buffer>;

const gzipCodec: Codec = {
  compress: (block) => zip(block, { level: GZIP_LEVEL }),
  async *decompress(source) {
    const input = Readable.from(source, { objectMode: false });
    const output = createGunzip();
    input.once("error", (error) => output.destroy(error));
    try {
      yield* input.pipe(output) as AsyncIterable<Buffer>;
    } finally {
      input.destroy();
    }
  },
};

function zstdCodec({ Encoder, Decoder }: ZstdModule): Codec {
  const encoder = new Encoder(ZSTD_LEVEL);
  const decoder = new Decoder();
  return {
    compress: (block) => encoder.encode(block),
    async *decompress(source, rawBytes) {
      // The next frame is decoded while the one before is being used.
      let ahead: Promise<Buffer> | null = null;
      for await (const frame of splitFrames(source, rawBytes)) {
        const decoding = decoder.decode(frame);
        decoding.catch(() => {});
        if (ahead) yield await ahead;
        ahead = decoding;
      }
      if (ahead) yield await ahead;
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
