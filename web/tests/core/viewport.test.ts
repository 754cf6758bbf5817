import { describe, expect, test } from "vitest";
import {
  MOST_SCALE,
  panned,
  pinched,
  pinchOf,
  showing,
  type Viewport,
  WHOLE,
  zoomed,
} from "../../src/core/viewport";

/** The share of the picture that lies at `at` of the frame. */
const under = (view: Viewport, at: readonly [number, number]) => [
  view.left + at[0] / view.scale,
  view.top + at[1] / view.scale,
];
const near = (a: readonly number[], b: readonly number[]) =>
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i] as number, 9);
  });
const isInPicture = (view: Viewport) =>
  view.left >= 0 &&
  view.top >= 0 &&
  view.left + 1 / view.scale <= 1 + 1e-9 &&
  view.top + 1 / view.scale <= 1 + 1e-9;

describe("zooming", () => {
  test("keeps what lies under the finger there", () => {
    const view = zoomed(WHOLE, 3, [0.3, 0.6]);
    near(under(view, [0.3, 0.6]), [0.3, 0.6]);
    expect(view.scale).toBe(3);
  });

  test("never shows what is beside the picture, nor more than six times as large", () => {
    for (const factor of [0.01, 0.5, 2, 100])
      for (const focus of [
        [0, 0],
        [1, 1],
        [0.2, 0.9],
      ] as const) {
        const view = zoomed(zoomed(WHOLE, 2, [1, 0]), factor, focus);
        expect(isInPicture(view)).toBe(true);
        expect(view.scale).toBeLessThanOrEqual(MOST_SCALE);
      }
  });

  test("out of it all is the whole picture again", () => {
    expect(zoomed(zoomed(WHOLE, 4, [0.9, 0.1]), 0.01)).toEqual(WHOLE);
  });
});

describe("panning", () => {
  test("lets the picture follow the finger", () => {
    const view = zoomed(WHOLE, 2);
    near(under(panned(view, [0.2, -0.1]), [0.7, 0.4]), under(view, [0.5, 0.5]));
  });

  test("stops at the picture's edge", () => {
    expect(panned(zoomed(WHOLE, 2), [5, 5])).toEqual({ scale: 2, left: 0, top: 0 });
    expect(panned(WHOLE, [0.4, 0.4])).toEqual(WHOLE);
  });
});

describe("bringing into view", () => {
  test("changes nothing for what is well in it", () => {
    const view = zoomed(WHOLE, 2);
    expect(showing(view, [0.5, 0.5])).toEqual(view);
  });

  test("brings a far corner into it", () => {
    for (const at of [
      [0, 0],
      [1, 1],
      [0.02, 0.97],
    ] as const) {
      const view = showing(zoomed(WHOLE, 4), at);
      const [x, y] = [(at[0] - view.left) * 4, (at[1] - view.top) * 4];
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
      expect(isInPicture(view)).toBe(true);
    }
  });
});

describe("two fingers", () => {
  test("zoom by how far they part, about the place between them, and carry it along", () => {
    const from = pinchOf([0.4, 0.5], [0.6, 0.5], 16 / 9);
    const to = pinchOf([0.3, 0.6], [0.7, 0.6], 16 / 9);
    const view = pinched(zoomed(WHOLE, 2), from, to);
    expect(view.scale).toBeCloseTo(4, 9);
    near(under(view, to.middle), under(zoomed(WHOLE, 2), from.middle));
  });

  test("on one spot divide by nothing", () => {
    const spot = pinchOf([0.5, 0.5], [0.5, 0.5], 1);
    expect(pinched(WHOLE, spot, pinchOf([0.4, 0.5], [0.6, 0.5], 1))).toEqual(WHOLE);
  });
});
