import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/core/errors";
import {
  EMPTY_MASK,
  editMask,
  hitTest,
  MAX_POINTS,
  type Mask,
  type MaskHistory,
  maskProblems,
  type Point,
  type Polygon,
  parseMask,
  serialiseMask,
  snapToEdge,
  startHistory,
  visibleShare,
} from "../../src/core/mask";
import { randomly } from "./fakes";

function rectangle(x0: number, y0: number, x1: number, y1: number): Polygon {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

const WHOLE = rectangle(0, 0, 1, 1);
const BOW_TIE: Polygon = [
  [0, 0],
  [1, 1],
  [1, 0],
  [0, 1],
];
/** Winds twice around its middle. */
const PENTAGRAM: Polygon = [0, 2, 4, 1, 3].map((i): Point => {
  const angle = (i * 2 * Math.PI) / 5;
  return [0.5 + 0.5 * Math.sin(angle), 0.5 - 0.5 * Math.cos(angle)];
});

describe("the visible share", () => {
  it.each<[string, Mask, number]>([
    ["of nothing drawn", EMPTY_MASK, 0],
    ["of the whole picture", { allow: [WHOLE], hide: [] }, 1],
    [
      "of overlapping areas counts once",
      { allow: [rectangle(0, 0, 0.6, 1), rectangle(0.4, 0, 1, 1)], hide: [] },
      1,
    ],
    ["is less what is hidden", { allow: [WHOLE], hide: [rectangle(0.25, 0.25, 0.75, 0.75)] }, 0.75],
    [
      "of overlapping hidden areas",
      { allow: [WHOLE], hide: [rectangle(0, 0, 0.5, 1), rectangle(0, 0, 1, 0.5)] },
      0.25,
    ],
    [
      "hidden outside what is shown",
      { allow: [rectangle(0, 0, 0.5, 1)], hide: [rectangle(0.5, 0, 1, 1)] },
      0.5,
    ],
    [
      "of a triangle",
      {
        allow: [
          [
            [0, 0],
            [1, 0],
            [0, 1],
          ],
        ],
        hide: [],
      },
      0.5,
    ],
    ["of a bow tie", { allow: [BOW_TIE], hide: [] }, 0.5],
  ])("%s", (_, mask, share) => {
    expect(visibleShare(mask)).toBeCloseTo(share, 3);
  });

  it("takes the careful reading of a shape that crosses itself twice", () => {
    const shown = visibleShare({ allow: [PENTAGRAM], hide: [] });
    const hidden = 1 - visibleShare({ allow: [WHOLE], hide: [PENTAGRAM] });
    expect(hidden - shown).toBeGreaterThan(0.05);
  });

  it("agrees with counting points, for any polygons", () => {
    const random = randomly(11);
    const polygon = (): Polygon =>
      Array.from({ length: 3 + random(5) }, () => [random(101) / 100, random(101) / 100]);
    for (let i = 0; i < 20; i++) {
      const mask = { allow: [polygon(), polygon()], hide: [polygon()] };
      let seen = 0;
      const isIn = (points: Polygon, [x, y]: Point, isHide: boolean) => {
        let winding = 0;
        let crossings = 0;
        points.forEach(([x0, y0], n) => {
          const [x1, y1] = points[(n + 1) % points.length]!;
          if (y0 <= y !== y1 <= y && x0 + ((y - y0) / (y1 - y0)) * (x1 - x0) <= x) {
            crossings++;
            winding += y1 > y0 ? 1 : -1;
          }
        });
        return isHide ? winding !== 0 : crossings % 2 === 1;
      };
      for (let row = 0; row < 100; row++)
        for (let column = 0; column < 100; column++) {
          const at: Point = [(column + 0.5) / 100, (row + 0.5) / 100];
          if (mask.allow.some((p) => isIn(p, at, false)) && !mask.hide.some((p) => isIn(p, at, true))) seen++;
        }
      expect(Math.abs(visibleShare(mask) - seen / 10_000)).toBeLessThan(0.03);
    }
  });
});

describe("the text that is signed", () => {
  it("is exact, and reads back", () => {
    const mask: Mask = {
      allow: [
        [
          [0, 0],
          [1, 0],
          [0.123456, 2 / 3],
        ],
      ],
      hide: [],
    };
    const text = '{"allow":[[[0,0],[1,0],[0.1235,0.6667]]],"hide":[]}';
    expect(serialiseMask(mask)).toBe(text);
    expect(serialiseMask(parseMask(text))).toBe(text);
    expect(parseMask('{"allow":[]}')).toEqual(EMPTY_MASK);
  });

  it.each(["", "null", "[]", '{"allow":1}', '{"allow":[[[0]]]}', '{"allow":[[["0",1]]]}', '{"hide":[]}'])(
    "is not %j",
    (text) => {
      expect(() => parseMask(text)).toThrow(FormatError);
    },
  );
});

describe("the limits of the camera", () => {
  const circle = (points: number): Polygon =>
    Array.from({ length: points }, (_, i) => {
      const angle = (i * 2 * Math.PI) / points;
      return [0.5 + 0.4 * Math.sin(angle), 0.5 + 0.4 * Math.cos(angle)] as Point;
    });

  it.each<[string, Polygon]>([
    [
      "too_few_points",
      [
        [0, 0],
        [1, 1],
      ],
    ],
    ["too_many_points", circle(MAX_POINTS + 1)],
    [
      "out_of_picture",
      [
        [0, 0],
        [1.01, 0],
        [0, 1],
      ],
    ],
    [
      "out_of_picture",
      [
        [0, 0],
        [Number.NaN, 0],
        [0, 1],
      ],
    ],
    [
      "no_area",
      [
        [0, 0],
        [0.5, 0.5],
        [1, 1],
      ],
    ],
  ])("%s", (what, polygon) => {
    expect(maskProblems({ allow: [WHOLE], hide: [polygon] })).toEqual([{ layer: "hide", polygon: 0, what }]);
  });

  it("are kept by a good drawing, and bound the whole", () => {
    expect(maskProblems({ allow: [WHOLE, circle(MAX_POINTS)], hide: [PENTAGRAM, BOW_TIE] })).toEqual([]);
    const many = { allow: new Array(33).fill(WHOLE), hide: [] };
    expect(maskProblems(many)).toEqual([{ layer: "allow", polygon: null, what: "too_many_polygons" }]);
    const long = { allow: new Array(20).fill(circle(MAX_POINTS)), hide: [] };
    expect(maskProblems(long)).toEqual([{ layer: null, polygon: null, what: "too_long" }]);
  });
});

describe("a finger on the drawing", () => {
  const mask = { allow: [rectangle(0.1, 0.1, 0.9, 0.9)], hide: [rectangle(0.4, 0.4, 0.6, 0.6)] };
  const hit = (x: number, y: number) => hitTest(mask, [x, y], 0.03, 16 / 9);

  it("takes the point, else the edge, else the area, hidden ones first", () => {
    expect(hit(0.11, 0.11)).toEqual({ layer: "allow", polygon: 0, what: "point", index: 0 });
    expect(hit(0.5, 0.12)).toEqual({ layer: "allow", polygon: 0, what: "edge", index: 0 });
    expect(hit(0.11, 0.5)).toEqual({ layer: "allow", polygon: 0, what: "edge", index: 3 });
    expect(hit(0.5, 0.5)).toEqual({ layer: "hide", polygon: 0, what: "inside", index: -1 });
    expect(hit(0.2, 0.3)).toEqual({ layer: "allow", polygon: 0, what: "inside", index: -1 });
    expect(hit(0.02, 0.5)).toBeNull();
  });

  it("reaches as far up as sideways on the screen", () => {
    expect(hitTest(mask, [0.1, 0.05], 0.03, 16 / 9)?.what).toBe("point");
    expect(hitTest(mask, [0.05, 0.1], 0.03, 16 / 9)).toBeNull();
  });

  it("snaps to the picture's edge", () => {
    expect(snapToEdge([0.01, 0.995], 0.02)).toEqual([0, 1]);
    expect(snapToEdge([-3, 0.5], 0.02)).toEqual([0, 0.5]);
    expect(snapToEdge([0.03, 9], 0.02)).toEqual([0.03, 1]);
  });
});

describe("editing", () => {
  const start = startHistory({ allow: [rectangle(0.2, 0.2, 0.4, 0.4)], hide: [] });
  const at = { layer: "allow", polygon: 0 } as const;

  it("inserts, moves and deletes points", () => {
    let history = editMask(start, { type: "insertPoint", ...at, index: 1, at: [0.3, 0.1] });
    expect(history.present.allow[0]?.[1]).toEqual([0.3, 0.1]);
    history = editMask(history, { type: "movePoint", ...at, index: 1, to: [0.3, -2] });
    expect(history.present.allow[0]?.[1]).toEqual([0.3, 0]);
    history = editMask(history, { type: "deletePoint", ...at, index: 1 });
    expect(history.present).toEqual(start.present);
  });

  it("removes a triangle with its point", () => {
    let history = editMask(start, { type: "deletePoint", ...at, index: 0 });
    history = editMask(history, { type: "deletePoint", ...at, index: 0 });
    expect(history.present).toEqual(EMPTY_MASK);
  });

  it("moves an area no further than the picture goes, in its shape", () => {
    const history = editMask(start, { type: "movePolygon", ...at, by: [0.9, -0.1] });
    const [first, , third] = history.present.allow[0]!;
    expect(first?.[0]).toBeCloseTo(0.8);
    expect(first?.[1]).toBeCloseTo(0.1);
    expect(third?.[0]).toBeCloseTo(1);
  });

  it("undoes a whole drag at once", () => {
    let history = editMask(start, { type: "movePoint", ...at, index: 0, to: [0.1, 0.1] });
    for (const x of [0.11, 0.12, 0.13])
      history = editMask(history, { type: "movePoint", ...at, index: 0, to: [x, 0.1], isContinued: true });
    expect(history.present.allow[0]?.[0]).toEqual([0.13, 0.1]);
    expect(editMask(history, { type: "undo" }).present).toBe(start.present);
  });

  it("of what is not there changes nothing", () => {
    for (const action of [
      { type: "undo" },
      { type: "redo" },
      { type: "movePoint", layer: "hide", polygon: 0, index: 0, to: [0, 0] },
      { type: "deletePoint", ...at, index: 9 },
      { type: "insertPoint", ...at, index: 9, at: [0, 0] },
      { type: "removePolygon", layer: "allow", polygon: 5 },
    ] as const)
      expect(editMask(start, action)).toBe(start);
  });

  it("can be undone and redone to the same drawings, whatever was done", () => {
    const random = randomly(21);
    for (let run = 0; run < 30; run++) {
      let history: MaskHistory = startHistory(EMPTY_MASK);
      const drawings = [history.present];
      for (let i = 0; i < 25; i++) {
        const layer = random(2) ? "allow" : "hide";
        const point: Point = [random(100) / 100, random(100) / 100];
        const before = history;
        const polygon = random(3);
        const index = random(5);
        const action = [
          { type: "addPolygon" as const, layer, points: rectangle(0.1, 0.1, 0.1 + random(80) / 100, 0.9) },
          { type: "movePoint" as const, layer, polygon, index, to: point },
          { type: "insertPoint" as const, layer, polygon, index, at: point },
          { type: "deletePoint" as const, layer, polygon, index },
          { type: "movePolygon" as const, layer, polygon, by: [point[0] - 0.5, point[1] - 0.5] as Point },
          { type: "removePolygon" as const, layer, polygon },
          { type: "clear" as const },
        ][random(random(4) ? 5 : 7)]!;
        history = editMask(history, action as Parameters<typeof editMask>[1]);
        if (history !== before) drawings.push(history.present);
        expect(maskProblems(history.present).filter((p) => p.what !== "no_area")).toEqual([]);
      }
      for (const drawing of [...drawings].reverse()) {
        expect(history.present).toBe(drawing);
        history = editMask(history, { type: "undo" });
      }
      for (const drawing of drawings) {
        expect(history.present).toBe(drawing);
        history = editMask(history, { type: "redo" });
      }
    }
  });
});
