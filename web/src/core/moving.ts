/** Where something counted in a clip, from its closed box: at which moment, and over which stretches; pure. */

import { FormatError } from "./errors";
import type { Place } from "./motion";

export interface Moving {
  readonly atMs: number;
  readonly place: Place;
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

const MAX_ROWS = 10_000;
const THOUSAND = 1000;
/** A place stands until the next one, for so long at most; in long clips places are a second apart. */
const STANDS_MS = 1200;
/** So much longer than it is told, something is there. */
const LASTS_MS = 600;
/** Pauses shorter than this are none to somebody who looks at the whole clip. */
const PAUSE_MS = 1500;

/** From rows of milliseconds, left, top, width, height in thousandths. Raises FormatError on anything else. */
export function movingTable(list: readonly unknown[]): Moving[] {
  if (list.length > MAX_ROWS)
    throw new FormatError(`the clip lists ${list.length} places where something moved`);
  const found: Moving[] = [];
  for (const row of list) {
    const numbers = Array.isArray(row) && row.length === 5 && row.every(isAmount) ? (row as number[]) : null;
    const [atMs = 0, ...sides] = numbers ?? [];
    if (!numbers || sides.some((side) => side > THOUSAND) || atMs < (found.at(-1)?.atMs ?? 0))
      throw new FormatError("the clip's table of what moved is damaged");
    const [left = 0, top = 0, width = 0, height = 0] = sides.map((side) => side / THOUSAND);
    found.push({ atMs, place: { left, top, width, height } });
  }
  return found;
}

const isAmount = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** The moment whose places stand at this time of the clip; null where nothing counts. */
export function momentAt(moving: readonly Moving[], atMs: number): number | null {
  const last = moving.findLast((each) => each.atMs <= atMs);
  return last && atMs - last.atMs <= STANDS_MS ? last.atMs : null;
}

/** What counted at a moment of the table. */
export function placesOf(moving: readonly Moving[], moment: number | null): Place[] {
  return moving.filter((each) => each.atMs === moment).map((each) => each.place);
}

/** When something counted, short pauses left out. */
export function stretches(moving: readonly Moving[]): Stretch[] {
  const found: { fromMs: number; toMs: number }[] = [];
  for (const { atMs } of moving) {
    const last = found.at(-1);
    if (last && atMs - last.toMs <= PAUSE_MS) last.toMs = atMs + LASTS_MS;
    else found.push({ fromMs: atMs, toMs: atMs + LASTS_MS });
  }
  return found;
}

/** Where the feet of what set the clip off were: the lower side of the largest thing at each moment of the first `forMs`. */
export function firstFeet(moving: readonly Moving[], forMs = 1500): [number, number][] {
  const until = (moving[0]?.atMs ?? 0) + forMs;
  return moving
    .filter(({ atMs }, index) => atMs <= until && atMs !== moving[index - 1]?.atMs)
    .map(({ place: { left, top, width, height } }) => [left + width / 2, top + height]);
}
