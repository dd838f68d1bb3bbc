/**
 * Data of a QR code (ISO/IEC 18004) in byte mode with error correction level L: what a screen shows to a phone
 * needs no more.
 */

/** Error correction codewords per block, and number of blocks, for versions 1 to 20 at level L. */
const ECC = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8];

/** Modules that can hold data in a version: all but finders, timing, alignment, format and version. */
function rawModules(version: number): number {
  const base = (16 * version + 128) * version + 64;
  if (version < 2) return base;
  const alignments = Math.floor(version / 7) + 2;
  const usual = base - ((25 * alignments - 10) * alignments - 55);
  return version < 7 ? usual : usual - 36;
}

const at = (list: ArrayLike<number>, index: number) => list[index] ?? 0;

function dataCodewords(version: number): number {
  return Math.floor(rawModules(version) / 8) - at(ECC, version - 1) * at(BLOCKS, version - 1);
}

/** The smallest version that holds the bytes, and all codewords in the order in which they are drawn. */
export function encodeBytes(bytes: Uint8Array): { version: number; codewords: Uint8Array } {
  for (let version = 1; version <= BLOCKS.length; version += 1) {
    const countBits = version < 10 ? 8 : 16;
    if (4 + countBits + bytes.length * 8 > dataCodewords(version) * 8) continue;
    const data = padded(bytes, countBits, dataCodewords(version));
    return { version, codewords: interleave(data, version) };
  }
  throw new RangeError("The text is too long for a QR code.");
}

function padded(bytes: Uint8Array, countBits: number, capacity: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let i = length - 1; i >= 0; i -= 1) bits.push((value >>> i) & 1);
  };
  push(0b0100, 4);
  push(bytes.length, countBits);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let filler = 0xec; bits.length < capacity * 8; filler ^= 0xec ^ 0x11) push(filler, 8);
  const result = new Uint8Array(capacity);
  bits.forEach((bit, index) => {
    result[index >> 3] = at(result, index >> 3) | (bit << (7 - (index & 7)));
  });
  return result;
}

/** Splits into blocks, adds each one's error correction, and takes one codeword of each block in turn. */
function interleave(data: Uint8Array, version: number): Uint8Array {
  const blocks = at(BLOCKS, version - 1);
  const eccLength = at(ECC, version - 1);
  const raw = Math.floor(rawModules(version) / 8);
  const shortBlocks = blocks - (raw % blocks);
  const shortData = Math.floor(raw / blocks) - eccLength;
  const divisor = reedSolomonDivisor(eccLength);
  const parts: { data: Uint8Array; ecc: Uint8Array }[] = [];
  for (let i = 0, from = 0; i < blocks; i += 1) {
    const length = shortData + (i < shortBlocks ? 0 : 1);
    const block = data.subarray(from, from + length);
    parts.push({ data: block, ecc: reedSolomonRemainder(block, divisor) });
    from += length;
  }
  const result: number[] = [];
  for (let i = 0; i <= shortData; i += 1) {
    for (const part of parts) if (i < part.data.length) result.push(at(part.data, i));
  }
  for (let i = 0; i < eccLength; i += 1) for (const part of parts) result.push(at(part.ecc, i));
  return Uint8Array.from(result);
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
export function multiply(x: number, y: number): number {
  let z = 0;
  for (let i = 7; i >= 0; i -= 1) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((y >>> i) & 1) * x;
  }
  return z;
}

function reedSolomonDivisor(degree: number): Uint8Array {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i += 1) {
    for (let j = 0; j < degree; j += 1) {
      result[j] = multiply(at(result, j), root) ^ (j + 1 < degree ? at(result, j + 1) : 0);
    }
    root = multiply(root, 2);
  }
  return result;
}

function reedSolomonRemainder(data: Uint8Array, divisor: Uint8Array): Uint8Array {
  const result = new Uint8Array(divisor.length);
  for (const byte of data) {
    const factor = byte ^ at(result, 0);
    result.copyWithin(0, 1);
    result[result.length - 1] = 0;
    divisor.forEach((coefficient, i) => {
      result[i] = at(result, i) ^ multiply(coefficient, factor);
    });
  }
  return result;
}
