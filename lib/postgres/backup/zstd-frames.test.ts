import { describe, expect, it } from "vitest";
import { splitFrames } from "./zstd-frames";

const HEAD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78]);

/** A block of RFC 8878: 1 is one byte repeated, 2 is compressed. */
function block(type: 1 | 2, size: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
  return Buffer.concat([head, Buffer.alloc(type === 1 ? 1 : size)]);
}

async function framesOf(bytes: Buffer, rawBytes: number): Promise<Buffer[]> {
  async function* source() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const frames: Buffer[] = [];
  for await (const frame of splitFrames(source(), rawBytes)) frames.push(Buffer.from(frame));
  return frames;
}

const repeated = (type: 1 | 2, size: number, times: number) =>
  Buffer.concat([HEAD, ...Array.from({ length: times }, (_, at) => block(type, size, at === times - 1))]);

describe("a stream of zstd is cut into its frames", () => {
  it("wherever its parts end", async () => {
    const [first, second] = [repeated(2, 20, 3), repeated(1, 50, 1)];
    expect(await framesOf(Buffer.concat([first, second]), 1_000_000)).toEqual([first, second]);
  });

  it("also where a compressor cut its blocks smaller than it must", async () => {
    const frame = repeated(2, 40, 60);
    expect(await framesOf(frame, 600_000)).toEqual([frame]);
  });

  it.each([
    [1, 131_072],
    [2, 40],
  ] as const)(
    "and refused where it may hold far more than it is said to (blocks of kind %i)",
    async (type, size) => {
      await expect(framesOf(repeated(type, size, 1000), 100)).rejects.toThrow(
        "holds more than the whole file",
      );
    },
  );
});
