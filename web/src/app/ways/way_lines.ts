/** What is said of an open way out, as plain lines: how it is, what waits, what was lost. */

import type { HoleReport, OpenHole } from "../../core/messages";
import { words } from "../words";

export interface WayLines {
  readonly tone: "good" | "warn" | "bad";
  readonly state: string;
  readonly more: readonly string[];
}

function stateOf(report: HoleReport | null, time: (atMs: number) => string): WayLines["state"] {
  if (!report) return words.ways.starting;
  if (report.word === "trying") return words.ways.trying;
  if (report.word === "failing") return words.ways.failing(report.why);
  return report.at_ms === null ? words.ways.workingNew : words.ways.working(time(report.at_ms));
}

function countsOf(hole: OpenHole, report: HoleReport): string[] {
  const lines: string[] = [];
  if (hole.kind === "mirror") {
    if (report.waiting_clips > 0) lines.push(words.ways.waitingClips(report.waiting_clips));
    else if (report.word === "working") lines.push(words.ways.allThere);
  } else if (report.waiting > 0) lines.push(words.ways.waitingNotices(report.waiting));
  if (report.missed > 0) lines.push(words.ways.missed(report.missed));
  if (report.dropped > 0) lines.push(words.ways.dropped(report.dropped));
  if (report.identity) lines.push(words.ways.boxKey(report.identity));
  return lines;
}

export function wayLines(hole: OpenHole, time: (atMs: number) => string): WayLines {
  const { report } = hole;
  const more = report ? countsOf(hole, report) : [];
  if (hole.kind === "mirror") {
    const days = hole.keep_days === undefined ? 30 : hole.keep_days;
    more.push(days === null ? words.ways.keptForEver : words.ways.keptCopies(days));
  }
  const tone = report?.word === "working" ? "good" : report?.word === "failing" ? "bad" : "warn";
  return { tone, state: stateOf(report, time), more };
}
