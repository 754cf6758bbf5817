import { describe, expect, test } from "vitest";
import { maskFromFile } from "../../src/app/draw/mask_file";
import { isEnough, offersFor } from "../../src/app/draw/suggestions";
import { type Mask, parseMask, visibleShare } from "../../src/core/mask";
import type { TrafficMap } from "../../src/core/traffic";

const [COLUMNS, ROWS] = [32, 18];
const WHOLE: Mask = { allow: [[[0, 0], [1, 0], [1, 1], [0, 1]]], hide: [] }; // biome-ignore format: one square, one line

/** A street across the upper part of the picture. */
const street = (minutes: number): TrafficMap => ({
  columns: COLUMNS,
  rows: ROWS,
  minutes,
  share: Array.from({ length: COLUMNS * ROWS }, (_, cell) => {
    const row = Math.floor(cell / COLUMNS);
    return row === 4 || row === 5 ? 0.1 : 0;
  }),
  stays: Array.from({ length: COLUMNS * ROWS }, () => 0),
});

describe("places where people pass", () => {
  test("are offered while the drawing shows them, and then no more", () => {
    const [part] = offersFor(street(60), WHOLE);
    expect(part).toBeDefined();
    const hidden = { ...WHOLE, hide: [part as NonNullable<typeof part>] };
    expect(visibleShare(hidden)).toBeLessThan(0.95);
    expect(offersFor(street(60), hidden)).toEqual([]);
  });

  test("outside the drawing are none of its business", () => {
    const low: Mask = { allow: [[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]], hide: [] }; // biome-ignore format: one square, one line
    expect(offersFor(street(60), low)).toEqual([]);
  });

  test("are not told before enough was counted", () => {
    expect([isEnough(null), isEnough(street(14)), isEnough(street(15))]).toEqual([false, false, true]);
  });
});

describe("a drawing from a file", () => {
  test("is what was written", () => {
    const text = '{"allow":[[[0,0],[1,0],[1,1]]],"hide":[]}';
    expect(maskFromFile(text)).toEqual(parseMask(text));
  });

  test.each([
    ["no JSON", "{", "no drawing"],
    ["another file", '{"name":"x"}', "no drawing"],
    ["a line", '{"allow":[[[0,0],[1,0]]],"hide":[]}', "too few points"],
    ["out of the picture", '{"allow":[[[0,0],[2,0],[1,1]]],"hide":[]}', "out of picture"],
    ["endless", " ".repeat(1_000_000), "too long"],
  ])("that is %s is refused in words", (_, text, words) => {
    expect(() => maskFromFile(text)).toThrow(words);
  });
});
