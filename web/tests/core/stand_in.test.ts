import { describe, expect, test } from "vitest";
import type { Mask } from "../../src/core/mask";
import { FIRST, placed, type StandIn, seenOf } from "../../src/core/stand_in";

const box = (left: number, top: number, right: number, bottom: number) =>
  [[left, top], [right, top], [right, bottom], [left, bottom]] as const; // biome-ignore format: one box, one line
const ALL: Mask = { allow: [box(0, 0, 1, 1)], hide: [] };
const ASPECT = 16 / 9;
const PERSON: StandIn = { feet: [0.5, 0.9], height: 0.6 };

describe("a person who stands on the stoop", () => {
  test.each([
    ["wholly inside", ALL, PERSON, "whole"],
    ["head above the drawing", { allow: [box(0, 0.36, 1, 1)], hide: [] }, PERSON, "head_cut"],
    ["feet below the drawing", { allow: [box(0, 0, 1, 0.8)], hide: [] }, PERSON, "body_cut"],
    ["an arm beside the drawing", { allow: [box(0.5, 0, 1, 1)], hide: [] }, PERSON, "head_cut"],
    ["head in a hidden part", { allow: ALL.allow, hide: [box(0.45, 0.3, 0.55, 0.35)] }, PERSON, "head_cut"],
    ["somewhere else", { allow: [box(0, 0, 0.2, 0.2)], hide: [] }, PERSON, "unseen"],
    ["nothing drawn", { allow: [], hide: [] }, PERSON, "unseen"],
    ["taller than the picture", ALL, { feet: [0.5, 0.9], height: 1 }, "head_cut"],
  ] as const)("%s", (_, mask, person, seen) => {
    expect(seenOf(mask, person, ASPECT)).toBe(seen);
  });

  test("is as wide on a wide picture as on a tall one, in pixels", () => {
    const strip: Mask = { allow: [box(0.44, 0, 0.56, 1)], hide: [] };
    expect(seenOf(strip, PERSON, 16 / 9)).toBe("whole");
    expect(seenOf(strip, PERSON, 9 / 16)).not.toBe("whole");
  });

  test("stays in the picture and keeps a sensible size", () => {
    expect(placed({ feet: [-1, 2], height: 9 })).toEqual({ feet: [0, 1], height: 1.2 });
    expect(placed(FIRST)).toEqual(FIRST);
  });
});
