/** Gives what moves a name that stays from answer to answer, so that a box glides instead of jumping; pure. */

import type { Place } from "../../core/motion";

export interface Named {
  readonly key: number;
  readonly place: Place;
}

/** Centres farther apart than this share of the picture are two things. */
const REACH = 0.22;

const centre = ({ left, top, width, height }: Place) => [left + width / 2, top + height / 2] as const;

function distance(one: Place, other: Place): number {
  const [[ax, ay], [bx, by]] = [centre(one), centre(other)];
  return Math.hypot(ax - bx, ay - by);
}

/** Nearest pairs first; what has no partner gets a key that was never used: `next` and up. */
export function matched(before: readonly Named[], now: readonly Place[], next: number): Named[] {
  const pairs = before
    .flatMap((old) => now.map((place, index) => ({ old, index, far: distance(old.place, place) })))
    .filter((pair) => pair.far <= REACH)
    .sort((a, b) => a.far - b.far);
  const keys = new Map<number, number>();
  const used = new Set<number>();
  for (const { old, index } of pairs) {
    if (keys.has(index) || used.has(old.key)) continue;
    keys.set(index, old.key);
    used.add(old.key);
  }
  let fresh = next;
  return now.map((place, index) => ({ key: keys.get(index) ?? fresh++, place }));
}
