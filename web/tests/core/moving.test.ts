import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/core/errors";
import { firstFeet, momentAt, movingTable, placesOf, stretches } from "../../src/core/moving";

const table = movingTable([
  [5000, 100, 200, 300, 400],
  [5000, 600, 200, 100, 100],
  [5250, 120, 200, 300, 400],
  [9000, 500, 500, 100, 200],
]);

describe("what moved in a clip", () => {
  it("is read from rows of thousandths", () => {
    expect(table).toHaveLength(4);
    expect(table[0]).toEqual({ atMs: 5000, place: { left: 0.1, top: 0.2, width: 0.3, height: 0.4 } });
    expect(movingTable([])).toEqual([]);
  });

  it("is refused when it is anything else", () => {
    for (const bad of [
      [[1, 2, 3, 4]],
      [[1, 2, 3, 4, 1001]],
      [[1, 2, 3, 4, -1]],
      [[1, 2, 3, 4, 0.5]],
      [[-1, 2, 3, 4, 5]],
      ["[1,2,3,4,5]"],
      [null],
      [
        [2, 0, 0, 1, 1],
        [1, 0, 0, 1, 1],
      ],
      Array.from({ length: 10_001 }, (_, at) => [at, 0, 0, 1, 1]),
    ])
      expect(() => movingTable(bad)).toThrow(FormatError);
  });

  it("stands where it was until the next place, and not for long", () => {
    const places = (atMs: number) => placesOf(table, momentAt(table, atMs));
    expect(places(4999)).toEqual([]);
    expect(places(5100)).toHaveLength(2);
    expect(places(5300).map(({ left }) => left)).toEqual([0.12]);
    expect(places(7000)).toEqual([]);
  });

  it("is told in stretches", () => {
    expect(stretches(table)).toEqual([
      { fromMs: 5000, toMs: 5850 },
      { fromMs: 9000, toMs: 9600 },
    ]);
    expect(stretches([])).toEqual([]);
  });

  it("began where its feet were first", () => {
    expect(firstFeet(table).map((feet) => feet.map((share) => Math.round(share * 1000)))).toEqual([
      [250, 600],
      [270, 600],
    ]);
    expect(firstFeet([])).toEqual([]);
  });
});
