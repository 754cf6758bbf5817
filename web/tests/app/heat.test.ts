import { describe, expect, it } from "vitest";
import { clipAt, heatOf, hourInWords, warmth } from "../../src/app/clips/heat";
import type { Visit } from "../../src/app/clips/visits";

const UTC = (hour: number, minute = 0, day = 24, month = 10) => Date.UTC(2026, month, day, hour, minute);

function visit(id: string, atMs: number | null, durationS: number | null = 20): Visit {
  return {
    id, atMs, durationS, cause: "motion", thumbKey: null, badge: null, isRecording: false, isClockUnsure: false,
    isKept: false, sound: "none",
  }; // biome-ignore format: one visit
}

describe("a day, hour by hour", () => {
  it("counts each clip where it began and its seconds where they were recorded", () => {
    const hours = heatOf([visit("b", UTC(17, 59), 120), visit("a", UTC(9), 30)], "UTC");
    expect(hours.map(({ clips }) => clips.length)).toEqual(Array.from({ length: 24 }, (_, i) => (i === 9 || i === 17 ? 1 : 0))); // biome-ignore format: one row
    expect([hours[9]?.seconds, hours[17]?.seconds, hours[18]?.seconds]).toEqual([30, 60, 60]);
  });

  it("goes by the clock of whoever looks, half-hour zones too", () => {
    expect(heatOf([visit("a", UTC(9, 45))], "Asia/Kolkata")[15]?.clips).toEqual(["a"]);
    expect(heatOf([visit("a", UTC(9))], "America/New_York")[4]?.clips).toEqual(["a"]);
  });

  it("loses no second when the clock is put back or forward", () => {
    for (const [day, month] of [
      [25, 9],
      [29, 2],
    ] as const) {
      // biome-ignore format: one line
      const clips = Array.from({ length: 12 }, (_, i) => visit(`${i}`, UTC(-2 + i / 2, 0, day, month), 1800));
      const hours = heatOf(clips, "Europe/Berlin");
      expect(hours.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(12 * 1800);
      expect(hours.flatMap(({ clips: ids }) => ids).length).toBe(12);
    }
  });

  it("leaves out what has no time, and bears a clip without an end", () => {
    const hours = heatOf([visit("x", null), visit("y", UTC(3), null)], "UTC");
    expect(hours[3]).toEqual({ clips: ["y"], seconds: 0 });
    expect(hours.flatMap(({ clips }) => clips)).toEqual(["y"]);
  });

  it("is warmer the more was recorded, and shows even a short clip", () => {
    const of = (seconds: number) => warmth({ clips: ["a"], seconds });
    expect(warmth({ clips: [], seconds: 0 })).toBe(0);
    expect(of(1)).toBeGreaterThan(0.2);
    expect(of(60)).toBeGreaterThan(of(10));
    expect(of(100_000)).toBe(1);
  });

  it("leads to the newest clip of an hour, or to the nearest of the day", () => {
    const hours = heatOf(
      [visit("late", UTC(18, 30)), visit("early", UTC(18, 5)), visit("dawn", UTC(5))],
      "UTC",
    );
    expect(clipAt(hours, 18)).toBe("late");
    expect(clipAt(hours, 23)).toBe("late");
    expect(clipAt(hours, 8)).toBe("dawn");
    expect(clipAt(heatOf([], "UTC"), 8)).toBeNull();
  });

  it("says each hour in words", () => {
    const hours = heatOf([visit("a", UTC(18), 50), visit("b", UTC(18, 20), 30)], "UTC");
    expect(hourInWords(hours[18] as (typeof hours)[number], 18)).toMatch(/: 2 clips, 1 min 20 s$/);
    expect(hourInWords(hours[7] as (typeof hours)[number], 7)).toMatch(/: nothing$/);
  });
});
