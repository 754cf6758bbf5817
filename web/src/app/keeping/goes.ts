/** Until when a clip stays, in words; pure. */

import type { Visit } from "../clips/visits";
import { clockTime, dayKey, dayTitle } from "../when";
import { words } from "../words";

const HOUR_MS = 3_600_000;

/**
 * About: the camera counts the hours in which it runs, and this page knows when the clip was begun. Without a clock
 * that could be trusted then, only how long clips stay.
 */
export function goesOf(visit: Visit, keepHours: number, now_ms: number, zone?: string): string {
  if (visit.isKept) return words.keeping.goesNever;
  if (visit.atMs === null || visit.isClockUnsure)
    return words.keeping.goesAfter(words.keeping.days(keepHours));
  const at_ms = visit.atMs + keepHours * HOUR_MS;
  if (at_ms <= now_ms) return words.keeping.goesSoon;
  const key = dayKey(at_ms, zone);
  const tomorrow = dayKey(now_ms + 24 * HOUR_MS, zone);
  const day =
    key === dayKey(now_ms, zone)
      ? words.keeping.today
      : key === tomorrow
        ? words.keeping.tomorrow
        : dayTitle(key, dayKey(now_ms, zone));
  return words.keeping.goesAt(day, clockTime(at_ms, zone));
}
