/** Days, times and spans as people say them; pure: what is now, and the time zone, come as arguments. */

import { words } from "./words";

const DAY_MS = 86_400_000;

/** The local calendar day as yyyy-mm-dd: what things are grouped by. Right across changes of the clock. */
export function dayKey(at_ms: number, zone?: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return parts.format(at_ms);
}

const keyToUtc = (key: string) => Date.parse(`${key}T12:00:00Z`);

export function dayTitle(key: string, todayKey: string, locale?: string): string {
  const age = Math.round((keyToUtc(todayKey) - keyToUtc(key)) / DAY_MS);
  if (age === 0) return words.clips.today;
  if (age === 1) return words.clips.yesterday;
  const sameYear = key.slice(0, 4) === todayKey.slice(0, 4);
  const form: Intl.DateTimeFormatOptions = {
    timeZone: "UTC",
    weekday: "long",
    day: "numeric",
    month: "long",
  };
  if (!sameYear) form.year = "numeric";
  return new Intl.DateTimeFormat(locale ?? "en-GB", form).format(keyToUtc(key));
}

export interface Day<T> {
  readonly key: string;
  readonly title: string;
  readonly items: readonly T[];
}

/** Groups by local day and keeps the order that comes in: days stand in the order of their first item. */
export function groupByDay<T>(
  items: readonly T[],
  at: (item: T) => number,
  now_ms: number,
  zone?: string,
): Day<T>[] {
  const today = dayKey(now_ms, zone);
  const days = new Map<string, T[]>();
  for (const item of items) {
    const key = dayKey(at(item), zone);
    const day = days.get(key);
    if (day) day.push(item);
    else days.set(key, [item]);
  }
  return [...days].map(([key, dayItems]) => ({ key, title: dayTitle(key, today), items: dayItems }));
}

export function clockTime(at_ms: number, zone?: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "numeric", minute: "2-digit" }).format(
    at_ms,
  );
}

/** Twelve hours or twenty-four, as the browser's own language has it: as `clockTime` shows it. */
const isHour12 = () => new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12;

export function fullTime(at_ms: number, zone?: string, locale = "en-GB", hour12 = isHour12()): string {
  const form: Intl.DateTimeFormatOptions = { timeZone: zone, dateStyle: "full", timeStyle: "medium" };
  return new Intl.DateTimeFormat(locale, hour12 === undefined ? form : { ...form, hour12 }).format(at_ms);
}

export function shortDate(at_ms: number, zone?: string, locale = "en-GB"): string {
  return new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium" }).format(at_ms);
}

/** "34 s", "1 min 5 s", "2 h 10 min". */
export function span(duration_s: number): string {
  const whole = Math.max(0, Math.round(duration_s));
  if (whole < 60) return words.time.spanSeconds(whole);
  if (whole < 3600) return words.time.spanMinutes(Math.floor(whole / 60), whole % 60);
  return words.time.spanHours(Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
}

/** "0:07", "12:34", "1:02:03": for players and countdowns. */
export function playTime(at_s: number): string {
  const whole = Math.max(0, Math.floor(at_s));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export function ago(age_s: number): string {
  if (age_s < 60) return words.time.now;
  if (age_s < 3600) return words.time.minutes(Math.floor(age_s / 60));
  if (age_s < 86_400) return words.time.hours(Math.floor(age_s / 3600));
  return words.time.days(Math.floor(age_s / 86_400));
}

/** "1.2 GB" in powers of 1000, as cards are sold. */
export function size(size_bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = size_bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
