/** What counts as motion: what the owner set, and what the camera sees moving right now. */

import { FormatError } from "./errors";
import type { Point } from "./mask_geometry";
import type { MotionArea, MotionBox, MotionTold } from "./messages";
import { Shape } from "./shape";

export const MAX_AREAS = 16;

/** Left, top, width, height; shares 0..1 of the picture. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Why something that moves does not count; `other` is a reason that this page does not know yet. */
export const WHY_NOT = [
  "too_small",
  "too_short",
  "in_place",
  "flits",
  "busy_place",
  "light",
  "outside_area",
  "raised_bar",
  "other",
] as const;
export type WhyNot = (typeof WHY_NOT)[number];

export interface MotionSeen {
  /** False while the camera looked at no picture within the last second. */
  readonly isLooking: boolean;
  readonly counts: readonly Place[];
  readonly ignored: readonly { readonly place: Place; readonly why: WhyNot }[];
  /** Since this page began to ask: how often something counted, and what was given up as nothing. */
  readonly events: number;
  readonly givenUp: ReadonlyMap<WhyNot, number>;
}

/** Raises FormatError on what is no such answer. */
export function readSeen(json: string): MotionSeen {
  const shape = Shape.parse(json, "what moves");
  const givenUp = new Map<WhyNot, number>();
  const counted = shape.object("given_up");
  for (const why of WHY_NOT) if (counted.has(why)) givenUp.set(why, counted.count(why));
  return {
    isLooking: flag(json),
    counts: shape.list("counts").map(readPlace),
    ignored: shape.list("ignored").map((each) => {
      const one = new Shape(each, "what is ignored");
      return { place: readPlace(one.list("box")), why: whyOf(one.text("why")) };
    }),
    events: shape.count("events"),
    givenUp,
  };
}

function flag(json: string): boolean {
  const value: unknown = (JSON.parse(json) as Record<string, unknown>).looking;
  if (typeof value !== "boolean") throw new FormatError("what moves: looking is not true or false");
  return value;
}

const whyOf = (text: string): WhyNot =>
  (WHY_NOT as readonly string[]).includes(text) ? (text as WhyNot) : "other";

/** Raises FormatError when it is not four shares. */
export function readPlace(value: unknown): Place {
  const isShare = (each: unknown): each is number =>
    typeof each === "number" && Number.isFinite(each) && each >= -0.01 && each <= 1.01;
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isShare))
    throw new FormatError("a place is not four shares of the picture");
  const [left, top, width, height] = value as [number, number, number, number];
  return { left, top, width, height };
}

export const boxOf = ({ left, top, width, height }: Place): MotionBox => [left, top, width, height];
export const placeOf = ([left, top, width, height]: MotionBox): Place => ({ left, top, width, height });

/** What a thing is judged by: the middle of the lower edge. */
export const feetOf = (place: Place): Point => [place.left + place.width / 2, place.top + place.height];

export function sameAreas(one: readonly MotionArea[], other: readonly MotionArea[]): boolean {
  return JSON.stringify(rounded(one)) === JSON.stringify(rounded(other));
}

/** As it is signed: four decimals, within the picture. */
export function rounded(areas: readonly MotionArea[]): MotionArea[] {
  const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
  return areas.map(({ kind, points }) => ({
    kind,
    points: points.map(([x, y]): Point => [round(x), round(y)]),
  }));
}

export type { MotionTold };
