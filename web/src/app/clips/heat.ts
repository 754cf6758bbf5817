/** When something was recorded on a day, hour by hour; pure: the time zone comes as an argument. */

import { clockTime, span } from "../when";
import { words } from "../words";
import type { Visit } from "./visits";

export const HOURS = 24;
/** So many seconds of clips in an hour are as warm as it gets. */
const FULL_S = 600;

export interface Hour {
  /** Clips that began in this hour, in the order that they came in. */
  readonly clips: readonly string[];
  /** Recorded in it, whenever the clip began. */
  readonly seconds: number;
}

/** Twenty-four hours of the local day; on the day of a change of the clock an hour may hold two, or none. */
export function heatOf(visits: readonly Visit[], zone?: string): Hour[] {
  const hours = Array.from({ length: HOURS }, () => ({ clips: [] as string[], seconds: 0 }));
  const clock = clockIn(zone);
  for (const { id, atMs, durationS } of visits) {
    if (atMs === null) continue;
    hours[clock(atMs).hour]?.clips.push(id);
    let [at, left] = [atMs, (durationS ?? 0) * 1000];
    while (left > 0) {
      const now = clock(at);
      const part = Math.min(left, now.untilNext_ms);
      (hours[now.hour] as { seconds: number }).seconds += part / 1000;
      at += part;
      left -= part;
    }
  }
  return hours;
}

function clockIn(zone?: string): (at_ms: number) => { readonly hour: number; readonly untilNext_ms: number } {
  const form = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  });
  return (at_ms) => {
    const parts = form.formatToParts(at_ms);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
    const since_ms = (part("minute") * 60 + part("second")) * 1000 + (Math.floor(at_ms) % 1000);
    return { hour: part("hour"), untilNext_ms: Math.max(1, 3_600_000 - since_ms) };
  };
}

/** 0 for nothing, up to 1; a single short clip already shows. */
export function warmth({ clips, seconds }: Hour): number {
  if (seconds <= 0 && clips.length === 0) return 0;
  return Math.min(1, Math.max(0.22, Math.log1p(seconds) / Math.log1p(FULL_S)));
}

/** The clip to go to from this hour: its own newest, else the nearest of the day; null on a day without any. */
export function clipAt(hours: readonly Hour[], hour: number): string | null {
  const busy = hours.map((each, index) => ({ each, far: Math.abs(index - hour) }));
  const nearest = busy.filter(({ each }) => each.clips.length > 0).sort((a, b) => a.far - b.far)[0];
  return nearest?.each.clips[0] ?? null;
}

/** "18:00 to 19:00: 3 clips, 1 min 20 s" */
export function hourInWords({ clips, seconds }: Hour, hour: number): string {
  const [from, to] = [hour, (hour + 1) % HOURS].map((each) => clockTime(Date.UTC(2026, 0, 1, each), "UTC"));
  if (clips.length === 0 && seconds < 1) return words.clips.hourEmpty(from as string, to as string);
  return words.clips.hour(from as string, to as string, clips.length, span(seconds));
}
