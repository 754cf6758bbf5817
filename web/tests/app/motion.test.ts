import { describe, expect, it } from "vitest";
import {
  type Areas,
  type AreasAction,
  areasToSave,
  changeAreas,
  isChanged,
  startAreas,
} from "../../src/app/motion/areas";
import { boxAround, boxOfFeet, whenOf, whereOf, windowAround } from "../../src/app/motion/calmer";
import { Latest } from "../../src/app/motion/latest";
import { matched } from "../../src/app/motion/matched";
import { effectOf, nameOf } from "../../src/app/motion/sensitivity";
import { leftOut, nowLine } from "../../src/app/motion/tally";
import type { MotionSeen } from "../../src/core/motion";

const place = (left: number, top = 0.4) => ({ left, top, width: 0.1, height: 0.3 });

describe("boxes", () => {
  it("keep their name as a thing walks on", () => {
    const first = matched([], [place(0.1), place(0.6)], 0);
    expect(first.map(({ key }) => key)).toEqual([0, 1]);
    const second = matched(first, [place(0.55), place(0.15)], 2);
    expect(second.map(({ key }) => key)).toEqual([1, 0]);
  });

  it("get a new name when something new comes, however many went", () => {
    const first = matched([], [place(0.1)], 7);
    expect(matched(first, [place(0.8), place(0.12)], 8).map(({ key }) => key)).toEqual([8, 7]);
    expect(matched([], [place(0.12)], 9).map(({ key }) => key)).toEqual([9]);
  });

  it("never share a name", () => {
    const crowd = matched([], [place(0.1), place(0.11), place(0.12)], 0);
    const next = matched(crowd, [place(0.11), place(0.12), place(0.13), place(0.14)], 3);
    expect(new Set(next.map(({ key }) => key)).size).toBe(4);
  });
});

describe("trigger areas", () => {
  const doing = (...actions: AreasAction[]): Areas => actions.reduce(changeAreas, startAreas([]));

  it("are added, picked and saved", () => {
    const areas = doing({ type: "add", kind: "enter" }, { type: "add", kind: "cross" });
    expect(areas.now.map(({ kind, points }) => [kind, points.length])).toEqual([["enter", 4], ["cross", 2]]); // biome-ignore format: a table
    expect(areas.picked).toBe(1);
    expect(isChanged(areas)).toBe(true);
    expect(isChanged(changeAreas(areas, { type: "loaded", areas: areasToSave(areas) }))).toBe(false);
  });

  it("keep a line a line and an area an area", () => {
    const line = doing({ type: "add", kind: "cross" }, { type: "insert", area: 0, after: 0, at: [0.5, 0.5] });
    expect(line.now[0]?.points.length).toBe(2);
    const less = doing(
      { type: "add", kind: "enter" },
      { type: "deletePoint", area: 0, point: 0 },
      { type: "deletePoint", area: 0, point: 0 },
    );
    expect(less.now[0]?.points.length).toBe(3);
  });

  it("stay within the picture, and have an end", () => {
    const moved = doing({ type: "add", kind: "enter" }, { type: "move", area: 0, point: 2, to: [1.4, -0.2] });
    expect(moved.now[0]?.points[2]).toEqual([1, 0]);
    const many = doing(...Array.from({ length: 30 }, () => ({ type: "add", kind: "enter" }) as const));
    expect(many.now.length).toBe(16);
  });

  it("come back to what is saved", () => {
    const areas = doing({ type: "add", kind: "enter" }, { type: "reset" });
    expect(areas.now).toEqual([]);
  });

  it("that are being drawn are not lost when another device saves", () => {
    const drawn = doing({ type: "add", kind: "enter" });
    const told = changeAreas(drawn, { type: "loaded", areas: [{ kind: "cross", points: [[0, 0], [1, 1]] }] }); // biome-ignore format: one line
    expect(told.now).toEqual(drawn.now);
    expect(changeAreas(told, { type: "reset" }).now[0]?.kind).toBe("cross");
  });
});

describe("sensitivity", () => {
  it.each([
    [0, "Very calm"],
    [0.25, "Calm"],
    [0.4, "Between calm and normal"],
    [0.5, "Normal"],
    [0.62, "Between normal and keen"],
    [0.78, "Keen"],
    [1, "Very keen"],
  ])("of %f is called %s", (value, name) => {
    expect(nameOf(value)).toBe(name);
  });

  it("says what to expect at each stop", () => {
    expect(new Set([0.25, 0.5, 0.75].map(effectOf)).size).toBe(3);
  });
});

describe("what moves, in words", () => {
  const seen = (part: Partial<MotionSeen>): MotionSeen => ({
    isLooking: true, counts: [], ignored: [], events: 0, givenUp: new Map(), ...part,
  }); // biome-ignore format: defaults on one line

  it("says what counts before what does not", () => {
    const ignored = [{ place: place(0), why: "in_place" }, { place: place(0.5), why: "in_place" }, { place: place(0), why: "too_small" }] as const; // biome-ignore format: a table
    expect(nowLine(seen({ ignored }))).toBe("Left out: too small, sways in place");
    expect(nowLine(seen({ ignored, counts: [place(0)] }))).toMatch(/^Counts/);
    expect(nowLine(seen({}))).toBe("Nothing moves");
    expect(nowLine(seen({ isLooking: false }))).toBe(nowLine(null));
  });

  it("counts what was left out, most frequent first", () => {
    const givenUp = new Map([["too_small", 1], ["in_place", 4]] as const); // biome-ignore format: a table
    expect(leftOut(seen({ givenUp }))).toEqual(["sways in place (4×)", "too small"]);
  });
});

describe("calmer", () => {
  const NINE = Date.UTC(2026, 10, 24, 9, 0);

  it("is for an hour and a half before and after, over midnight too", () => {
    expect(windowAround(NINE)).toEqual({ from_minute: 450, to_minute: 630 });
    expect(windowAround(Date.UTC(2026, 10, 24, 0, 30))).toEqual({ from_minute: 1380, to_minute: 120 });
  });

  it("is for a place within the picture, never for most of it", () => {
    expect(boxAround(0.5, 0.5)).toEqual([0.37, 0.37, 0.26, 0.26]);
    expect(boxAround(0, 1)).toEqual([0, 0.74, 0.26, 0.26]);
    const [, , width, height] = boxAround(0.5, 0.5, 1);
    expect(width * height).toBeLessThan(0.25);
  });

  it("is for where the feet were", () => {
    expect(boxOfFeet([])).toBeNull();
    const [left, top, width, height] = boxOfFeet([[0.2, 0.8], [0.4, 0.7]]) as [number, number, number, number]; // biome-ignore format: one line
    for (const [x, y] of [
      [0.2, 0.8],
      [0.4, 0.7],
    ] as const) {
      // biome-ignore format: one line
      expect(x).toBeGreaterThanOrEqual(left);
      expect(x).toBeLessThanOrEqual(left + width);
      expect(y).toBeGreaterThanOrEqual(top);
      expect(y).toBeLessThanOrEqual(top + height);
    }
  });

  it("is said in words of place and time of the reader's own zone", () => {
    expect(whereOf([0, 0.74, 0.26, 0.26])).toBe("at the bottom left");
    expect(whereOf([0.37, 0.37, 0.26, 0.26])).toBe("in the middle");
    expect(whenOf(windowAround(NINE), NINE, "Europe/Berlin")).toMatch(/^Mornings, .*8:30.* to .*11:30/);
    expect(whenOf(windowAround(NINE), NINE, "America/New_York")).toMatch(/^Nights, .*2:30.* to .*5:30/);
    expect(whenOf({ from_minute: 1380, to_minute: 120 }, NINE, "UTC")).toMatch(/^Nights, .*(11|23):00/);
  });
});

describe("the slider", () => {
  it("sends the newest of several, and never two at once", async () => {
    const sent: number[] = [];
    let under_way = 0;
    const latest = new Latest<number>(async (value) => {
      expect(++under_way).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      sent.push(value);
      under_way -= 1;
    });
    await Promise.all([latest.set(1), latest.set(2), latest.set(3)]);
    expect(sent).toEqual([1, 3]);
  });

  it("says when the last one failed, and goes on", async () => {
    const latest = new Latest<number>((value) =>
      value > 1 ? Promise.reject(new Error("no")) : Promise.resolve(),
    );
    await expect(latest.set(2)).rejects.toThrow("no");
    await expect(latest.set(1)).resolves.toBeUndefined();
  });
});
