import { describe, expect, it } from "vitest";
import type { Visit } from "../../src/app/clips/visits";
import {
  aboutWith,
  MOST_ABOUT,
  NO_TIMES,
  timesIn,
  visitsAround,
  withoutTimes,
} from "../../src/app/rights/request_times";

const TIMES = { day: "2026-11-23", from: "10:00", to: "10:30" };

function visit(at: string, durationS = 20): Visit {
  return {
    id: at,
    atMs: Date.parse(at),
    durationS,
    cause: "motion",
    thumbKey: null,
    badge: null,
    isRecording: false,
    isClockUnsure: false,
    isKept: false,
    sound: "none",
  };
}

describe("the time of a request", () => {
  it("stands in its text and is found there again", () => {
    expect(timesIn(aboutWith(" Mrs Green ", TIMES))).toEqual(TIMES);
    expect(withoutTimes(aboutWith("Mrs Green", TIMES))).toBe("Mrs Green");
    expect(aboutWith("Mrs Green", TIMES)).toBe("Mrs Green, 2026-11-23 10:00–10:30");
  });

  it("fits into the record with the longest text", () => {
    expect(aboutWith("x".repeat(MOST_ABOUT), TIMES).length).toBeLessThanOrEqual(100);
  });

  it("is none without a day, and the whole day without times", () => {
    expect(aboutWith("Mrs Green", { ...NO_TIMES, from: "10:00" })).toBe("Mrs Green");
    expect(timesIn("Mrs Green, Monday about 10")).toBeNull();
    expect(timesIn(aboutWith("x", { ...NO_TIMES, day: "2026-11-23" }))).toEqual({
      day: "2026-11-23",
      from: "00:00",
      to: "23:59",
    });
  });

  it("finds what happened then and half an hour around, oldest first", () => {
    const visits = ["11:01:00", "10:59:00", "10:15:00", "09:31:00", "09:29:00"].map((time) =>
      visit(`2026-11-23T${time}`),
    );
    const found = visitsAround([visit("2026-11-24T10:15:00"), ...visits], TIMES);
    expect(found.map((each) => each.id.slice(11))).toEqual(["09:31:00", "10:15:00", "10:59:00"]);
  });

  it("goes over midnight where it ends before it begins", () => {
    const night = { day: "2026-11-23", from: "23:30", to: "00:15" };
    const at = ["2026-11-24T00:46:00", "2026-11-24T00:44:00", "2026-11-23T23:01:00", "2026-11-23T00:10:00"];
    const found = visitsAround(
      at.map((each) => visit(each)),
      night,
    );
    expect(found.map((each) => each.id)).toEqual(["2026-11-23T23:01:00", "2026-11-24T00:44:00"]);
  });

  it("finds a clip that was still going on", () => {
    expect(visitsAround([visit("2026-11-23T09:29:50", 30)], TIMES)).toHaveLength(1);
  });

  it("leaves out what has no time and no file", () => {
    const missing: Visit = { ...visit("2026-11-23T10:15:00"), badge: "missing" };
    expect(visitsAround([missing, { ...missing, badge: null, atMs: null }], TIMES)).toEqual([]);
  });
});
