/**
 * QR codes (ISO/IEC 18004): byte mode, error correction level M, versions 1 to 15, that is up to 412 bytes.
 * Pure; draws nothing.
 */

export type QrMatrix = readonly (readonly boolean[])[];

/** By version: codewords in all, error correction codewords in each block, blocks (ISO/IEC 18004 tables 1 and 9, level M). */
const VERSIONS: readonly (readonly [all: number, perBlock: number, blocks: number])[] = [
  [26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2], [172, 16, 4], [196, 18, 4], [242, 22, 4],
  [292, 22, 5], [346, 26, 5], [404, 30, 5], [466, 22, 8], [532, 22, 9], [581, 24, 9], [655, 24, 10],
]; // biome-ignore format: a table

const LEVEL_M_BITS = 0b00;

export const sizeOf = (version: number) => 17 + 4 * version;

const dataCodewords = (version: number) => {
  const [all, perBlock, blocks] = VERSIONS[version - 1] as (typeof VERSIONS)[number];
  return all - perBlock * blocks;
};

const lengthBits = (version: number) => (version < 10 ? 8 : 16);

/** Raises RangeError when the text is longer than version 15 holds. */
export function versionFor(byteCount: number): number {
  for (let version = 1; version <= VERSIONS.length; version += 1) {
    if (4 + lengthBits(version) + 8 * byteCount <= 8 * dataCodewords(version)) return version;
  }
  throw new RangeError(`text has ${byteCount} bytes: a code of version 15 holds at most 412; shorten it`);
}

// Arithmetic in GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
}

const times = (a: number, b: number) => (a && b ? (EXP[(LOG[a] ?? 0) + (LOG[b] ?? 0)] ?? 0) : 0);

/** The generator polynomial of that degree, highest power first, the leading 1 left out. */
function generator(degree: number): Uint8Array {
  let poly = new Uint8Array([1]);
  for (let root = 0; root < degree; root += 1) {
    const next = new Uint8Array(poly.length + 1);
    poly.forEach((coefficient, at) => {
      next[at] = (next[at] ?? 0) ^ coefficient;
      next[at + 1] = (next[at + 1] ?? 0) ^ times(coefficient, EXP[root] ?? 0);
    });
    poly = next;
  }
  return poly.slice(1);
}

/** Reed-Solomon remainder: the error correction codewords of one block. */
export function correction(block: Uint8Array, degree: number): Uint8Array {
  const divisor = generator(degree);
  const rest = new Uint8Array(degree);
  for (const byte of block) {
    const factor = byte ^ (rest[0] ?? 0);
    rest.copyWithin(0, 1);
    rest[degree - 1] = 0;
    divisor.forEach((coefficient, at) => {
      rest[at] = (rest[at] ?? 0) ^ times(coefficient, factor);
    });
  }
  return rest;
}

/** Mode, length, bytes, end, padding: exactly as many codewords as the version takes. */
export function dataOf(bytes: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, lengthBits(version));
  for (const byte of bytes) put(byte, 8);
  const room = 8 * dataCodewords(version);
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0; bits.length < room; pad ^= 1) put(pad ? 0x11 : 0xec, 8);
  const data = new Uint8Array(room / 8);
  bits.forEach((bit, at) => {
    data[at >> 3] = ((data[at >> 3] ?? 0) << 1) | bit;
  });
  return data;
}

/** Splits into blocks, corrects each, and weaves them together. */
export function codewords(data: Uint8Array, version: number): Uint8Array {
  const [all, perBlock, count] = VERSIONS[version - 1] as (typeof VERSIONS)[number];
  const short = Math.floor(data.length / count);
  const longOnes = data.length % count;
  const blocks: Uint8Array[] = [];
  for (let block = 0, at = 0; block < count; block += 1) {
    const length = short + (block >= count - longOnes ? 1 : 0);
    blocks.push(data.subarray(at, at + length));
    at += length;
  }
  const woven: number[] = [];
  for (let at = 0; at <= short; at += 1)
    for (const block of blocks) if (at < block.length) woven.push(block[at] ?? 0);
  const corrections = blocks.map((block) => correction(block, perBlock));
  for (let at = 0; at < perBlock; at += 1) for (const words of corrections) woven.push(words[at] ?? 0);
  if (woven.length !== all)
    throw new Error(`version ${version} takes ${all} codewords, made ${woven.length}`);
  return Uint8Array.from(woven);
}

export function alignmentCentres(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = sizeOf(version) - 7;
  const step = count === 2 ? last - 6 : 2 * Math.ceil((last - 6) / (2 * (count - 1)));
  const centres = Array.from({ length: count - 1 }, (_, index) => last - index * step);
  return [6, ...centres.reverse()];
}

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];

/** BCH code: `value` shifted by `degree` with its remainder by `divisor` in the low bits. */
function withRemainder(value: number, degree: number, divisor: number): number {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); bit >= degree; bit -= 1)
    if ((rest >>> bit) & 1) rest ^= divisor << (bit - degree);
  return (value << degree) | rest;
}

export const formatBits = (mask: number) => withRemainder((LEVEL_M_BITS << 3) | mask, 10, 0x537) ^ 0x5412;
const versionBits = (version: number) => withRemainder(version, 12, 0x1f25);

/** A square under construction: modules, and which of them are fixed patterns. */
class Square {
  readonly size: number;
  readonly dark: boolean[][];
  readonly isFixed: boolean[][];

  constructor(size: number) {
    this.size = size;
    this.dark = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
    this.isFixed = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  }

  fix(row: number, column: number, isDark: boolean): void {
    if (row < 0 || column < 0 || row >= this.size || column >= this.size) return;
    (this.dark[row] as boolean[])[column] = isDark;
    (this.isFixed[row] as boolean[])[column] = true;
  }

  /** Rings around a centre: dark where the distance is listed. */
  rings(row: number, column: number, radius: number, darkAt: readonly number[]): void {
    for (let r = -radius; r <= radius; r += 1)
      for (let c = -radius; c <= radius; c += 1)
        this.fix(row + r, column + c, darkAt.includes(Math.max(Math.abs(r), Math.abs(c))));
  }
}

function fixedPatterns(version: number): Square {
  const square = new Square(sizeOf(version));
  const last = square.size - 1;
  for (let at = 0; at <= last; at += 1) {
    square.fix(6, at, at % 2 === 0);
    square.fix(at, 6, at % 2 === 0);
  }
  for (const [row, column] of [[3, 3], [3, last - 3], [last - 3, 3]] as const) square.rings(row, column, 4, [0, 1, 3]); // biome-ignore format: three corners
  const centres = alignmentCentres(version);
  const isCorner = (row: number, column: number) =>
    (row === 6 && column === 6) || (row === 6 && column === last - 6) || (row === last - 6 && column === 6);
  for (const row of centres)
    for (const column of centres) if (!isCorner(row, column)) square.rings(row, column, 2, [0, 2]);
  if (version >= 7) putVersion(square, version);
  putFormat(square, 0); // reserves the place
  return square;
}

function putVersion(square: Square, version: number): void {
  const bits = versionBits(version);
  for (let at = 0; at < 18; at += 1) {
    const isDark = Boolean((bits >>> at) & 1);
    const [far, near] = [square.size - 11 + (at % 3), Math.floor(at / 3)];
    square.fix(near, far, isDark);
    square.fix(far, near, isDark);
  }
}

function putFormat(square: Square, mask: number): void {
  const bits = formatBits(mask);
  const last = square.size - 1;
  for (let at = 0; at < 15; at += 1) {
    const isDark = Boolean((bits >>> at) & 1);
    const beside = at < 6 ? at : at < 8 ? at + 1 : last - 14 + at;
    square.fix(beside, 8, isDark);
    const along = at < 8 ? last - at : at === 8 ? 7 : 14 - at;
    square.fix(8, along, isDark);
  }
  square.fix(last - 7, 8, true);
}

/** Fills the free modules in the zigzag order, from the bottom right. */
function putCodewords(square: Square, words: Uint8Array): void {
  let bit = 0;
  for (let right = square.size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUpward = ((right + 1) & 2) === 0;
    for (let step = 0; step < square.size; step += 1) {
      const row = isUpward ? square.size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (square.isFixed[row]?.[column] || bit >= words.length * 8) continue;
        (square.dark[row] as boolean[])[column] = Boolean(((words[bit >> 3] ?? 0) >>> (7 - (bit & 7))) & 1);
        bit += 1;
      }
    }
  }
}

function masked(square: Square, mask: number): boolean[][] {
  const flips = MASKS[mask] as (typeof MASKS)[number];
  putFormat(square, mask);
  return square.dark.map((line, row) =>
    line.map((isDark, column) => (square.isFixed[row]?.[column] ? isDark : isDark !== flips(row, column))),
  );
}

/** Penalty of one line: runs of five and more, and what looks like a finder pattern. */
function linePenalty(line: readonly boolean[]): number {
  let penalty = 0;
  let run = 0;
  line.forEach((isDark, at) => {
    run = at > 0 && isDark === line[at - 1] ? run + 1 : 1;
    if (run === 5) penalty += 3;
    else if (run > 5) penalty += 1;
  });
  const text = line.map((isDark) => (isDark ? "1" : "0")).join("");
  for (const pattern of ["10111010000", "00001011101"])
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) penalty += 40;
  return penalty;
}

export function penaltyOf(matrix: QrMatrix): number {
  const columns = matrix.map((_, column) => matrix.map((line) => line[column] ?? false));
  let penalty = [...matrix, ...columns].reduce((sum, line) => sum + linePenalty(line), 0);
  let darkCount = 0;
  matrix.forEach((line, row) => {
    line.forEach((isDark, column) => {
      if (isDark) darkCount += 1;
      const below = matrix[row + 1];
      if (
        below &&
        column + 1 < line.length &&
        [line[column + 1], below[column], below[column + 1]].every((other) => other === isDark)
      )
        penalty += 3;
    });
  });
  const share = (darkCount * 100) / (matrix.length * matrix.length);
  return penalty + 10 * Math.floor(Math.abs(share - 50) / 5);
}

/** The code for a text, without the quiet zone: four light modules on every side are the drawer's to keep. */
export function qrMatrix(text: string): QrMatrix {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const square = fixedPatterns(version);
  putCodewords(square, codewords(dataOf(bytes, version), version));
  let best: { matrix: boolean[][]; penalty: number } | null = null;
  for (let mask = 0; mask < MASKS.length; mask += 1) {
    const matrix = masked(square, mask);
    const penalty = penaltyOf(matrix);
    if (!best || penalty < best.penalty) best = { matrix, penalty };
  }
  return best?.matrix ?? [];
}
