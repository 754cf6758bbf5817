import { describe, expect, it } from "vitest";
import {
  accountOf,
  LEAST_SHARE,
  MARGIN_S,
  movedTo,
  newPart,
  type Part,
  type Plan,
  rectsAt,
  sizedTo,
  spanning,
  TILES_ACROSS,
  tilesOf,
} from "../../src/core/redact";

const part: Part = { id: 1, left: 0.1, top: 0.2, width: 0.3, height: 0.4, fromS: 2, toS: 5 };
const plan = (way: Plan["way"], ...parts: Part[]): Plan => ({ way, parts });

/** 200 rows of numbers between the two, the same in each run. */
function* rows(columns: number, least: number, most: number): Generator<number[]> {
  let state = 42;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return least + ((most - least) * state) / 2 ** 31;
  };
  for (let row = 0; row < 200; row++) yield Array.from({ length: columns }, next);
}

describe("parts of a picture", () => {
  it("hold for their time: what is hidden a little longer, what is kept a little shorter", () => {
    const at = (way: Plan["way"], seconds: number) => rectsAt(plan(way, part), seconds, 100, 100, 9).length;
    expect([1.7, 1.9, 3, 5.1, 5.3].map((seconds) => at("hide", seconds))).toEqual([0, 1, 1, 1, 0]);
    expect([2.1, 2.3, 3, 4.7, 4.9].map((seconds) => at("keep", seconds))).toEqual([0, 1, 1, 1, 0]);
    expect(MARGIN_S).toBeGreaterThan(1 / 15);
  });

  it("to keep for the whole clip hold in its first picture and its last", () => {
    const at = (seconds: number, durationS: number) =>
      rectsAt(plan("keep", newPart([], 9)), seconds, 100, 100, durationS).length;
    expect([0, 0.1, 8.9, 9, 9.03].map((seconds) => at(seconds, 9))).toEqual([1, 1, 1, 1, 1]);
    expect([0, 8.9].map((seconds) => at(seconds, Number.NaN))).toEqual([1, 0]);
  });

  it("are rounded so that never a pixel too much is shown", () => {
    for (const [left = 0, top = 0, width = 0, height = 0] of rows(4, 0, 1)) {
      const some = { ...part, left, top, width, height };
      const [hidden] = rectsAt(plan("hide", some), 3, 641, 359, 9);
      const [kept] = rectsAt(plan("keep", some), 3, 641, 359, 9);
      if (!hidden || !kept) throw new Error("both hold at 3 s");
      expect(hidden.x).toBeLessThanOrEqual(left * 641);
      expect(hidden.x + hidden.width).toBeGreaterThanOrEqual((left + width) * 641);
      expect(kept.x).toBeGreaterThanOrEqual(left * 641);
      expect(kept.y + kept.height).toBeLessThanOrEqual((top + height) * 359);
    }
  });

  it("stay in the picture, however they are moved and sized", () => {
    for (const [x = 0, y = 0] of rows(2, -3, 3)) {
      for (const now of [movedTo(part, x, y), sizedTo(part, x, y)]) {
        expect(now.left).toBeGreaterThanOrEqual(0);
        expect(now.top + now.height).toBeLessThanOrEqual(1 + 1e-9);
        expect(now.left + now.width).toBeLessThanOrEqual(1 + 1e-9);
        expect(now.width).toBeGreaterThanOrEqual(LEAST_SHARE);
      }
    }
  });

  it("begin before they end", () => {
    expect(spanning(part, "from", 6)).toMatchObject({ fromS: 6, toS: 6 });
    expect(spanning(part, "to", 1)).toMatchObject({ fromS: 1, toS: 1 });
    expect(spanning(part, "to", 4)).toMatchObject({ fromS: 2, toS: 4 });
  });

  it("are numbered anew, and begin with the whole clip", () => {
    const first = newPart([], 9);
    expect([first.id, first.fromS, first.toS]).toEqual([1, 0, 9]);
    expect(newPart([{ ...part, id: 7 }], 9).id).toBe(8);
  });

  it("have tiles that are square, or nearly", () => {
    expect(tilesOf(1280, 720)).toEqual([TILES_ACROSS, 9]);
    expect(tilesOf(480, 640)).toEqual([TILES_ACROSS, 21]);
    expect(tilesOf(1000, 10)).toEqual([TILES_ACROSS, 1]);
  });
});

it("the page that goes with a copy says what was done and what it is not", () => {
  const facts = {
    clip: "0000002a",
    started: "Monday",
    made: "Tuesday",
    durationS: 9.96,
    fileName: "Door copy.mp4",
    sha256: "ab12",
    sizeBytes: 1234,
  };
  const hidden = accountOf(plan("hide", part), facts);
  expect(hidden).toContain("The parts below were taken out");
  expect(hidden).toContain("1. from 2.0 s to 5.0 s: left 10 %, top 20 %, width 30 %, height 40 %");
  expect(hidden).toContain("SHA-256: ab12");
  expect(hidden).toContain("not the original");
  expect(hidden).toContain("of what was under a tile the file holds one colour");
  expect(accountOf(plan("keep", part), facts)).toContain("Everything but the parts below was taken out.");
});
