import { describe, expect, test } from "vitest";
import { visitsOf } from "../../src/app/clips/visits";
import { goesOf } from "../../src/app/keeping/goes";
import { accessLog, foldClips } from "../../src/core/cards";
import { readRecord } from "../../src/core/journal_record";
import type { JournalRecord } from "../../src/core/journal_types";

const CLIP = "0".repeat(32);
const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 10, 27, 12);
const DEVICE = "dd".repeat(16);

function journal(...records: object[]): JournalRecord[] {
  return records.map((record, index) => readRecord(JSON.stringify({ at_ms: NOON_MS, ...record }), 0, index));
}

const opened = { t: "clip.opened", clip: CLIP, cause: "press", mask: "aa", clock: "synced" };
const kept = (isKept: boolean) => ({
  t: "clip.kept",
  clip: CLIP,
  kept: isKept,
  device: DEVICE,
  name: "Phone",
});

function visitOf(...records: object[]) {
  const [visit] = visitsOf(foldClips(journal(...records)), [{ id: CLIP, bytes: 1 }], null);
  if (!visit) throw new Error("there is no visit");
  return visit;
}

describe("a kept clip", () => {
  test("is what the newest word of the record says", () => {
    expect(visitOf(opened).isKept).toBe(false);
    expect(visitOf(opened, kept(true)).isKept).toBe(true);
    expect(visitOf(opened, kept(true), kept(false)).isKept).toBe(false);
  });

  test("is in the log with who keeps it", () => {
    const [entry] = accessLog(journal(opened, kept(true)));
    expect(entry).toMatchObject({ what: "kept_clip", isKept: true, name: "Phone", device: DEVICE });
  });

  test("is no record when it does not say whether", () => {
    const record = { at_ms: 1, ...kept(true), kept: "yes" };
    expect(() => readRecord(JSON.stringify(record), 0, 0)).toThrow("true or false");
  });
});

describe("until when a clip stays", () => {
  const visit = visitOf(opened);
  const goes = (hours: number, nowMs: number) => goesOf(visit, hours, nowMs, "UTC");

  test("is said by the day and the time of day", () => {
    expect(goes(5, NOON_MS)).toMatch(/^until about .*5.*, today$/);
    expect(goes(24, NOON_MS)).toMatch(/, tomorrow$/);
    expect(goes(72, NOON_MS)).toMatch(/, Monday,? 30 November$/);
  });

  test("is soon when its time is over, as only hours in which the camera runs count", () => {
    expect(goes(24, NOON_MS + 25 * HOUR_MS)).toBe("for a short while yet");
  });

  test("is never of a kept one", () => {
    expect(goesOf(visitOf(opened, kept(true)), 24, NOON_MS + 999 * HOUR_MS)).toBe("until you delete it");
  });

  test("names no day where the clock was not to be trusted", () => {
    const unsure = visitOf({ ...opened, clock: "unsynced" });
    expect(goesOf(unsure, 72, NOON_MS)).toBe("3 days from its recording");
  });
});
