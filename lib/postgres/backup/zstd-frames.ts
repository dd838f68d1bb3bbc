const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** Ours hold a block each; a larger one was not made by us, and reading it whole would take all memory. */
const LARGEST_FRAME = 64 * 1024 * 1024;
/** A block holds no more (RFC 8878, section 3.1.1.2.4). */
const LARGEST_BLOCK = 128 * 1024;
/** A compressed one may hold less, which only decoding would tell: compressors cut where the data changes. */
const SMALLEST_SHARE = 16;
/** The longest text that a program of ours makes, and with it the longest frame. */
const LARGEST_CONTENT = 512 * 1024 * 1024;

/**
 * Cuts a stream of zstd into its frames (RFC 8878, section 3.1), since the decoder takes them whole.
 * @param rawBytes what all of them hold: one that may hold more is not decoded
 * @throws Error when the bytes are not frames, or end within one
 */
export async function* splitFrames(
  source: AsyncIterable<Uint8Array>,
  rawBytes: number,
): AsyncGenerator<Buffer> {
  const largest = Math.min(LARGEST_CONTENT, rawBytes + LARGEST_BLOCK);
  let pending: Buffer = Buffer.alloc(0);
  for await (const bytes of source) {
    pending = pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([pending, bytes]);
    for (;;) {
      const length = frameLength(pending, largest);
      if (length === null) break;
      yield pending.subarray(0, length);
      pending = pending.subarray(length);
    }
    if (pending.length > LARGEST_FRAME) throw new Error("a zstd frame is larger than any of ours");
  }
  if (pending.length > 0) throw new Error("the zstd stream ends within a frame");
}

/** @returns bytes of the first frame; null when it is not all there yet */
function frameLength(bytes: Buffer, largest: number): number | null {
  if (bytes.length < 8) return null;
  const magic = bytes.readUInt32LE(0);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
    const length = 8 + bytes.readUInt32LE(4);
    return bytes.length >= length ? length : null;
  }
  if (magic !== MAGIC) throw new Error("the bytes are not zstd");
  const descriptor = bytes[4] as number;
  let at = 5 + headerLength(descriptor);
  let content = 0;
  for (;;) {
    if (bytes.length < at + 3) return null;
    const header = bytes.readUIntLE(at, 3);
    const type = (header >> 1) & 3;
    if (type === 3) throw new Error("the bytes are not zstd");
    content += type === 2 ? LARGEST_BLOCK / SMALLEST_SHARE : header >> 3;
    if (content > largest + LARGEST_BLOCK) throw new Error("a zstd frame holds more than the whole file");
    // A block of one repeated byte holds that byte alone.
    at += 3 + (type === 1 ? 1 : header >> 3);
    if (header & 1) break;
  }
  const length = at + (descriptor & 4 ? 4 : 0);
  return bytes.length >= length ? length : null;
}

/** Window, dictionary id and content size, as the frame's descriptor announces them. */
function headerLength(descriptor: number): number {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const size = [single, 2, 4, 8][descriptor >> 6] as number;
  return (single ? 0 : 1) + dictionary + size;
}
