/** Where and when it is calmer, in words: from a place and minutes of the UTC day to "on the left, mornings"; pure. */

import type { CalmerPlace, MotionBox } from "../../core/messages";
import { clockTime } from "../when";
import { words } from "../words";

const DAY_MINUTES = 1440;
const WINDOW_MINUTES = 90;
/** Feet of things at the door are seldom told closer than this share of the picture. */
const LEAST_SIDE = 0.16;
const MOST_SIDE = 0.48;

/** An hour and a half before and after, in minutes of the UTC day. */
export function windowAround(at_ms: number): { readonly from_minute: number; readonly to_minute: number } {
  const minute = Math.floor(at_ms / 60_000) % DAY_MINUTES;
  const wrap = (value: number) => (value + DAY_MINUTES) % DAY_MINUTES;
  return { from_minute: wrap(minute - WINDOW_MINUTES), to_minute: wrap(minute + WINDOW_MINUTES) };
}

/** A box of `side` (share of the width and of the height) round a point, moved into the picture; three decimals. */
export function boxAround(x: number, y: number, side = 0.26): MotionBox {
  const size = Math.min(MOST_SIDE, Math.max(LEAST_SIDE, side));
  const into = (middle: number) => Math.min(1 - size, Math.max(0, middle - size / 2));
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return [round(into(x)), round(into(y)), round(size), round(size)];
}

/** Round the places where feet were, with a margin; null where nothing is known. */
export function boxOfFeet(feet: readonly (readonly [number, number])[]): MotionBox | null {
  if (feet.length === 0) return null;
  const [xs, ys] = [feet.map(([x]) => x), feet.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const side = Math.max(right - left, bottom - top) + 0.12;
  return boxAround((left + right) / 2, (top + bottom) / 2, side);
}

/** "on the left, near the bottom" */
export function whereOf([left, top, width, height]: MotionBox): string {
  const [x, y] = [left + width / 2, top + height / 2];
  const across = x < 0.36 ? "left" : x > 0.64 ? "right" : "middle";
  const down = y < 0.36 ? "top" : y > 0.64 ? "bottom" : "middle";
  return words.motion.places[down][across];
}

/** "mornings, 07:10–10:10", in the zone of whoever reads; `now_ms` says which time of the year it is. */
export function whenOf(
  calmer: Pick<CalmerPlace, "from_minute" | "to_minute">,
  now_ms: number,
  zone?: string,
): string {
  const midnight = Math.floor(now_ms / 86_400_000) * 86_400_000;
  const [from, to] = [calmer.from_minute, calmer.to_minute].map((minute) => midnight + minute * 60_000) as [
    number,
    number,
  ];
  const length = (calmer.to_minute - calmer.from_minute + DAY_MINUTES) % DAY_MINUTES;
  const part = partOfDay(localHour(from + (length / 2) * 60_000, zone));
  return words.motion.timeOfDay(words.motion.parts[part], clockTime(from, zone), clockTime(to, zone));
}

function localHour(at_ms: number, zone?: string): number {
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "numeric", hourCycle: "h23" });
  return Number(form.format(at_ms));
}

function partOfDay(hour: number): "morning" | "afternoon" | "evening" | "night" {
  if (hour >= 5 && hour < 12) return "morning";
  if (hour >= 12 && hour < 18) return "afternoon";
  return hour >= 18 && hour < 23 ? "evening" : "night";
}
