import { encodeBytes } from "./qr-bits";

/** A square of modules; true is dark. */
export type QrMatrix = boolean[][];

interface Drawing {
  size: number;
  dark: QrMatrix;
  /** Modules that are not data. */
  fixed: QrMatrix;
}

/** The QR code of a text: the mask with the lowest penalty of the standard is chosen. @throws RangeError too long */
export function qrMatrix(text: string): QrMatrix {
  const { version, codewords } = encodeBytes(new TextEncoder().encode(text));
  let best: QrMatrix = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < 8; mask += 1) {
    const drawing = drawFixed(version);
    drawFormat(drawing, mask);
    drawData(drawing, codewords, mask);
    const cost = penalty(drawing.dark);
    if (cost < lowest) [best, lowest] = [drawing.dark, cost];
  }
  return best;
}

function set({ dark, fixed }: Drawing, x: number, y: number, value: boolean): void {
  const row = dark[y];
  const held = fixed[y];
  if (!row || !held || x < 0 || x >= row.length) return;
  row[x] = value;
  held[x] = true;
}

function drawFixed(version: number): Drawing {
  const size = version * 4 + 17;
  const square = () => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const drawing: Drawing = { size, dark: square(), fixed: square() };
  for (let i = 0; i < size; i += 1) {
    set(drawing, 6, i, i % 2 === 0);
    set(drawing, i, 6, i % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    drawFinder(drawing, x, y);
  const centres = alignmentCentres(version, size);
  const last = centres.length - 1;
  centres.forEach((x, i) => {
    centres.forEach((y, j) => {
      const onFinder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!onFinder) drawRing(drawing, x, y, 2, (distance) => distance !== 1);
    });
  });
  if (version >= 7) drawVersion(drawing, version);
  return drawing;
}

function drawFinder(drawing: Drawing, x: number, y: number): void {
  drawRing(drawing, x, y, 4, (distance) => distance !== 2 && distance !== 4);
}

function drawRing(
  drawing: Drawing,
  x: number,
  y: number,
  radius: number,
  isDark: (distance: number) => boolean,
): void {
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) {
      set(drawing, x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

function alignmentCentres(version: number, size: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const centres = [6];
  for (let at = size - 7; centres.length < count; at -= step) centres.splice(1, 0, at);
  return centres;
}

/** Version in 18 bits, twice: BCH code with generator 0x1f25. */
function drawVersion(drawing: Drawing, version: number): void {
  let rest = version;
  for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i += 1) {
    const value = ((bits >>> i) & 1) === 1;
    const far = drawing.size - 11 + (i % 3);
    const near = Math.floor(i / 3);
    set(drawing, far, near, value);
    set(drawing, near, far, value);
  }
}

/** Level L and the mask in 15 bits, twice: BCH code with generator 0x537. */
function drawFormat(drawing: Drawing, mask: number): void {
  const data = (0b01 << 3) | mask;
  let rest = data;
  for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (i: number) => ((bits >>> i) & 1) === 1;
  const { size } = drawing;
  for (let i = 0; i <= 5; i += 1) set(drawing, 8, i, bit(i));
  set(drawing, 8, 7, bit(6));
  set(drawing, 8, 8, bit(7));
  set(drawing, 7, 8, bit(8));
  for (let i = 9; i < 15; i += 1) set(drawing, 14 - i, 8, bit(i));
  for (let i = 0; i < 8; i += 1) set(drawing, size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i += 1) set(drawing, 8, size - 15 + i, bit(i));
  set(drawing, 8, size - 8, true);
}

/** Upwards and downwards in columns of two, from the right, past the timing column. */
function drawData({ size, dark, fixed }: Drawing, codewords: Uint8Array, mask: number): void {
  let index = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = upwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = dark[y];
        if (!row || fixed[y]?.[x]) continue;
        const bit = (((codewords[index >> 3] ?? 0) >>> (7 - (index & 7))) & 1) === 1;
        row[x] = bit !== isMasked(mask, x, y);
        index += 1;
      }
    }
  }
}

function isMasked(mask: number, x: number, y: number): boolean {
  const value = [
    (x + y) % 2,
    y % 2,
    x % 3,
    (x + y) % 3,
    (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    ((x * y) % 2) + ((x * y) % 3),
    (((x * y) % 2) + ((x * y) % 3)) % 2,
    (((x + y) % 2) + ((x * y) % 3)) % 2,
  ][mask];
  return value === 0;
}

/** Long runs, squares of four and a share of dark far from a half are hard to read. */
function penalty(dark: QrMatrix): number {
  const size = dark.length;
  const column = (x: number) => dark.map((row) => row[x] ?? false);
  let cost = 0;
  let darkCount = 0;
  for (let i = 0; i < size; i += 1) cost += runs(dark[i] ?? []) + runs(column(i));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const here = dark[y]?.[x];
      if (here) darkCount += 1;
      const same = here === dark[y]?.[x + 1] && here === dark[y + 1]?.[x] && here === dark[y + 1]?.[x + 1];
      if (x + 1 < size && y + 1 < size && same) cost += 3;
    }
  }
  return cost + Math.floor(Math.abs((darkCount * 20) / (size * size) - 10)) * 10;
}

const LIKE_A_FINDER = ["10111010000", "00001011101"];

function runs(line: boolean[]): number {
  const text = line.map((dark) => (dark ? "1" : "0")).join("");
  const long = [...text.matchAll(/0{5,}|1{5,}/g)].reduce((sum, [run]) => sum + run.length - 2, 0);
  const finders = LIKE_A_FINDER.reduce((sum, pattern) => sum + text.split(pattern).length - 1, 0);
  return long + finders * 40;
}
