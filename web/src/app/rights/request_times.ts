/** The day and times that a request is about, kept in its own text so that the record needs no further shape; pure. */

import type { Visit } from "../clips/visits";

/** As date and time fields give them; "" where nothing was chosen. */
export interface Times {
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

export const NO_TIMES: Times = { day: "", from: "", to: "" };
/** Of the 100 characters that the record has, the times take 26. */
export const MOST_ABOUT = 72;
const AROUND_MS = 30 * 60_000;
const FORM = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})–(\d{2}:\d{2})$/;

/** "Mrs Green, 2026-11-23 10:00–10:30"; a day alone is the whole of it, and without a day there are no times. */
export function aboutWith(about: string, times: Times): string {
  if (times.day === "") return about.trim();
  return `${about.trim()}, ${times.day} ${times.from || "00:00"}–${times.to || times.from || "23:59"}`;
}

/** What `aboutWith` put there; null where there is none. */
export function timesIn(about: string): Times | null {
  const [, day, from, to] = FORM.exec(about) ?? [];
  return day && from && to ? { day, from, to } : null;
}

/** The text without them, for the eye. */
export function withoutTimes(about: string): string {
  return about.replace(FORM, "").replace(/,\s*$/, "");
}

/** The end of the span; one that lies before its beginning is of the next day. */
function endOf({ day, from, to }: Times): number {
  const end = new Date(`${day}T${to}:59`);
  if (to < from) end.setDate(end.getDate() + 1);
  return end.getTime();
}

/** The visits of this time and half an hour around it, oldest first: people remember roughly. */
export function visitsAround(visits: readonly Visit[], times: Times): readonly Visit[] {
  const from = Date.parse(`${times.day}T${times.from}:00`) - AROUND_MS;
  const to = endOf(times) + AROUND_MS;
  const isThen = ({ atMs, durationS }: Visit) =>
    atMs !== null && atMs <= to && atMs + (durationS ?? 0) * 1000 >= from;
  return visits.filter((visit) => visit.badge !== "missing" && isThen(visit)).reverse();
}
