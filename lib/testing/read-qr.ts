/**
 * Reads a QR code back, for tests: by the standard's own tables (ISO/IEC 18004, versions 1 to 10, level L, byte mode)
 * and not by what draws it. Every block's error correction must be right; nothing is corrected.
 */

const ALIGNMENT = [
  [],
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];
/** Data codewords of each block (table 9), and codewords of error correction in each. */
const BLOCKS = [
  [],
  [19],
  [34],
  [55],
  [80],
  [108],
  [68, 68],
  [78, 78],
  [97, 97],
  [116, 116],
  [68, 68, 69, 69],
];
const CORRECTION = [0, 7, 10, 15, 20, 26, 18, 20, 24, 30, 18];

const MASKS: ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/** Format information of level L for masks 0 to 7, after the standard's own mask (annex C). */
const FORMATS = [0x77c4, 0x72f3, 0x7daa, 0x789d, 0x662f, 0x6318, 0x6c41, 0x6976];

/** @throws Error when it is no code that a phone could read */
export function readQr(dark: readonly (readonly boolean[])[]): string {
  const size = dark.length;
  const version = (size - 17) / 4;
  const lengths = BLOCKS[version];
  if (!Number.isInteger(version) || !lengths?.length) throw new Error(`${size} modules are no version`);
  requireFinders(dark);
  const mask = MASKS[readFormat(dark)];
  const bits: number[] = [];
  for (const [row, column] of zigzag(size)) {
    if (isReserved(row, column, size, version)) continue;
    bits.push(Number(dark[row]?.[column] !== mask?.(row, column)));
  }
  return readText(deinterleave(toBytes(bits), lengths, CORRECTION[version] ?? 0), version);
}

function requireFinders(dark: readonly (readonly boolean[])[]): void {
  const size = dark.length;
  const wanted = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
  for (const [top, left] of [
    [0, 0],
    [0, size - 7],
    [size - 7, 0],
  ] as const) {
    const found = wanted.map((_, i) =>
      [...wanted].map((__, j) => (dark[top + i]?.[left + j] ? "1" : "0")).join(""),
    );
    if (found.join() !== wanted.join()) throw new Error(`no finder at ${top}, ${left}`);
  }
}

/** The mask, from both copies of the format information. */
function readFormat(dark: readonly (readonly boolean[])[]): number {
  const size = dark.length;
  const around: [number, number][] = [
    ...[0, 1, 2, 3, 4, 5, 7, 8].map((row): [number, number] => [row, 8]),
    ...[7, 5, 4, 3, 2, 1, 0].map((column): [number, number] => [8, column]),
  ];
  const split: [number, number][] = [
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((n): [number, number] => [8, size - n]),
    ...[7, 6, 5, 4, 3, 2, 1].map((n): [number, number] => [size - n, 8]),
  ];
  const [first, second] = [around, split].map((places) =>
    places.reduce((value, [row, column], bit) => value | (Number(dark[row]?.[column]) << bit), 0),
  );
  const mask = FORMATS.indexOf(first ?? -1);
  if (mask < 0 || first !== second || !dark[size - 8]?.[8]) throw new Error("the format cannot be read");
  return mask;
}

function isReserved(row: number, column: number, size: number, version: number): boolean {
  if (row === 6 || column === 6) return true;
  if ((row < 9 && column < 9) || (row < 9 && column >= size - 8) || (row >= size - 8 && column < 9))
    return true;
  if (version >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))) return true;
  const centres = ALIGNMENT[version] ?? [];
  const last = size - 7;
  return centres.some((i) =>
    centres.some((j) => {
      const onFinder = (i === 6 && j === 6) || (i === 6 && j === last) || (i === last && j === 6);
      return !onFinder && Math.abs(row - i) <= 2 && Math.abs(column - j) <= 2;
    }),
  );
}

function* zigzag(size: number): Generator<[number, number]> {
  let upwards = true;
  for (let column = size - 1; column > 0; column -= 2) {
    if (column === 6) column -= 1;
    for (let n = 0; n < size; n++) {
      const row = upwards ? size - 1 - n : n;
      yield [row, column];
      yield [row, column - 1];
    }
    upwards = !upwards;
  }
}

function toBytes(bits: readonly number[]): number[] {
  const bytes: number[] = [];
  for (let i = 0; i + 8 <= bits.length; i += 8) bytes.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2));
  return bytes;
}

function deinterleave(
  codewords: readonly number[],
  lengths: readonly number[],
  correction: number,
): number[] {
  const blocks: number[][] = lengths.map(() => []);
  let at = 0;
  const longest = Math.max(...lengths);
  for (let n = 0; n < longest; n++)
    for (const [index, block] of blocks.entries())
      if (n < (lengths[index] ?? 0)) block.push(codewords[at++] ?? 0);
  const data = blocks.flat();
  for (let n = 0; n < correction; n++) for (const block of blocks) block.push(codewords[at++] ?? 0);
  for (const block of blocks) requireNoErrors(block, correction);
  return data;
}

/** All syndromes are zero: the block is a codeword of Reed and Solomon's code. */
function requireNoErrors(block: readonly number[], correction: number): void {
  const powers = [1];
  for (let n = 1; n < 255; n++) {
    const next = (powers[n - 1] ?? 0) * 2;
    powers.push(next > 255 ? next ^ 0x11d : next);
  }
  const product = (a: number, b: number) =>
    a === 0 || b === 0 ? 0 : (powers[(powers.indexOf(a) + powers.indexOf(b)) % 255] ?? 0);
  for (let n = 0; n < correction; n++) {
    const root = powers[n] ?? 0;
    if (block.reduce((sum, byte) => product(sum, root) ^ byte, 0) !== 0)
      throw new Error("a block has errors");
  }
}

function readText(data: readonly number[], version: number): string {
  const bits = data.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  if (!bits.startsWith("0100")) throw new Error("not in byte mode");
  const start = version < 10 ? 12 : 20;
  const length = Number.parseInt(bits.slice(4, start), 2);
  const bytes = toBytes([...bits.slice(start, start + length * 8)].map(Number));
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
}
