import { describe, expect, test } from "vitest";
import {
  alignmentCentres,
  codewords,
  correction,
  dataOf,
  formatBits,
  penaltyOf,
  qrMatrix,
  sizeOf,
  versionFor,
} from "../../src/ui/qr";

const LINK = `https://stoop.local:8443/pair#${"0123456789abcdef".repeat(2)}.${"A".repeat(43)}`;

/** Evaluates a codeword polynomial at the generator's roots: all zero when the correction is right. */
function syndromes(block: Uint8Array, degree: number): number[] {
  const times = (a: number, b: number) => {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
      product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
      if ((b >> bit) & 1) product ^= a;
    }
    return product & 0xff;
  };
  let root = 1;
  return Array.from({ length: degree }, () => {
    const value = block.reduce((sum, word) => times(sum, root) ^ word, 0);
    root = times(root, 2);
    return value;
  });
}

describe("parts of a code", () => {
  test("format bits are those of the standard's table (level M)", () => {
    expect([0, 1, 5, 7].map((mask) => formatBits(mask).toString(2).padStart(15, "0"))).toEqual([
      "101010000010010",
      "101000100100101",
      "100000011001110",
      "100101010100000",
    ]);
  });

  test("alignment patterns stand where the standard's table puts them", () => {
    expect(alignmentCentres(1)).toEqual([]);
    expect(alignmentCentres(2)).toEqual([6, 18]);
    expect(alignmentCentres(7)).toEqual([6, 22, 38]);
    expect(alignmentCentres(14)).toEqual([6, 26, 46, 66]);
    expect(alignmentCentres(15)).toEqual([6, 26, 48, 70]);
  });

  test("data and correction together have no syndrome", () => {
    const data = Uint8Array.from({ length: 40 }, (_, index) => (index * 37 + 11) & 0xff);
    const block = Uint8Array.from([...data, ...correction(data, 18)]);
    expect(syndromes(block, 18).every((value) => value === 0)).toBe(true);
    block[3] = (block[3] ?? 0) ^ 1;
    expect(syndromes(block, 18).some((value) => value !== 0)).toBe(true);
  });

  test.each([
    [14, 1],
    [15, 2],
    [122, 7],
    [123, 8],
    [412, 15],
  ])("%d bytes need version %d", (bytes, version) => {
    expect(versionFor(bytes)).toBe(version);
  });

  test("more than fits is refused with the limit", () => {
    expect(() => versionFor(413)).toThrow(/at most 412/);
  });

  test.each(Array.from({ length: 15 }, (_, index) => index + 1))(
    "version %d is filled to the last codeword",
    (version) => {
      const room = sizeOf(version);
      const bytes = new Uint8Array([1, 2, 3]);
      expect(codewords(dataOf(bytes, version), version).length).toBeLessThanOrEqual((room * room) / 8);
    },
  );
});

describe("a whole code", () => {
  const matrix = qrMatrix(LINK);

  test("is a square of its version's size", () => {
    expect(matrix).toHaveLength(sizeOf(versionFor(LINK.length)));
    expect(matrix.every((line) => line.length === matrix.length)).toBe(true);
  });

  test("has its three finders and the dark module", () => {
    const last = matrix.length - 1;
    const finder = (row: number, column: number) =>
      [0, 1, 2, 3, 4, 5, 6].map((step) => (matrix[row + 3]?.[column + step] ? 1 : 0)).join("");
    expect([finder(0, 0), finder(0, last - 6), finder(last - 6, 0)]).toEqual([
      "1011101",
      "1011101",
      "1011101",
    ]);
    expect(matrix[last - 7]?.[8]).toBe(true);
  });

  test("a chequered square is better than a plain one", () => {
    const plain = Array.from({ length: 21 }, () => Array<boolean>(21).fill(true));
    const chequered = plain.map((line, row) => line.map((_, column) => (row + column) % 2 === 0));
    expect(penaltyOf(chequered)).toBeLessThan(penaltyOf(plain));
  });

  test("the same text gives the same code", () => {
    expect(qrMatrix(LINK)).toEqual(matrix);
  });
});
