import { expect, test } from "vitest";
import { ago, clockTime, dayKey, dayTitle, groupByDay, playTime, size, span } from "../../src/app/when";

const ZONE = "Europe/Berlin";
const at = (text: string) => Date.parse(text);

test("a day begins at local midnight", () => {
  expect(dayKey(at("2026-07-01T21:59:59Z"), ZONE)).toBe("2026-07-01");
  expect(dayKey(at("2026-07-01T22:00:00Z"), ZONE)).toBe("2026-07-02");
});

test("yesterday is yesterday on the day after the clocks went back", () => {
  const now = at("2026-10-26T07:00:00Z");
  const items = [
    at("2026-10-25T23:30:00Z"),
    at("2026-10-25T22:30:00Z"),
    at("2026-10-24T22:30:00Z"),
    at("2026-10-24T21:30:00Z"),
  ];
  const days = groupByDay(items, (item) => item, now, ZONE);
  expect(days.map((day) => [day.title, day.items.length])).toEqual([
    ["Today", 1],
    ["Yesterday", 2],
    ["Saturday 24 October", 1],
  ]);
});

test("another year is named", () => {
  expect(dayTitle("2025-12-31", "2026-01-02")).toContain("2025");
  expect(dayTitle("2025-12-31", "2026-01-01")).toBe("Yesterday");
});

test("groups keep the order that comes in", () => {
  const now = at("2026-05-05T10:00:00Z");
  const [day] = groupByDay([3, 1, 2], (minute) => now - minute * 60_000, now, ZONE);
  expect(day?.items).toEqual([3, 1, 2]);
});

test.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [65, "1 min 5 s"],
  [3600, "1 h"],
  [7800, "2 h 10 min"],
])("a span of %d s reads %s", (seconds, text) => {
  expect(span(seconds)).toBe(text);
});

test.each([
  [0, "0:00"],
  [9.9, "0:09"],
  [600, "10:00"],
  [3723, "1:02:03"],
])("a player at %d s shows %s", (seconds, text) => {
  expect(playTime(seconds)).toBe(text);
});

test.each([
  [10, "just now"],
  [60, "1 minute ago"],
  [7300, "2 hours ago"],
  [200_000, "2 days ago"],
])("%d s ago reads %s", (seconds, text) => {
  expect(ago(seconds)).toBe(text);
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1500, "1.5 kB"],
  [1_234_000_000, "1.2 GB"],
  [250_000_000, "250 MB"],
])("%d bytes read %s", (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test("the clock is the house's", () => {
  expect(clockTime(at("2026-07-01T21:05:00Z"), ZONE, "en-GB")).toBe("23:05");
});
