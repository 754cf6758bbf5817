import { expect, test } from "vitest";
import { fileNameOf } from "../../src/app/clips/file_name";
import { visitsOf } from "../../src/app/clips/visits";
import { deviceNameOf } from "../../src/app/device_name";
import { coverOf } from "../../src/app/live/cover";
import { sheetLines } from "../../src/app/sheet_lines";
import { type ClipCard, soundingOf } from "../../src/core/cards";
import type { CameraState } from "../../src/core/messages";

const id = (number: number) => number.toString(16).padStart(8, "0").padEnd(32, "0");

function card(number: number, more: Partial<ClipCard> = {}): ClipCard {
  return {
    id: id(number),
    state: "closed",
    startedAtMs: 1000 * number,
    durationMs: 5000,
    bytes: 100,
    sha256: "00",
    cause: "motion",
    end: "quiet",
    clock: "synced",
    mask: null,
    thumbKey: null,
    isKept: false,
    deleted: null,
    sound: "none",
    ...more,
  };
}
const file = (number: number, bytes = 100) => ({ id: id(number), bytes });
const badges = (...input: Parameters<typeof visitsOf>) =>
  visitsOf(...input).map((visit) => [visit.id, visit.badge]);

test("the newest clip stands first", () => {
  expect(visitsOf([card(1), card(2)], [file(1), file(2)], null).map((visit) => visit.id)).toEqual([
    id(2),
    id(1),
  ]);
});

test.each([
  [null, "none"],
  [0, "dead"],
  [4900, "all"],
  [2000, "part"],
])("a card of 5 s with %s ms of sound says %s", (soundMs, said) => {
  expect(soundingOf(soundMs, 5000)).toBe(said);
});

test("a clip without an end ended early, unless it is being recorded", () => {
  const open = card(1, { state: "open", durationMs: null, bytes: null });
  expect(badges([open], [file(1)], null)).toEqual([[id(1), "early"]]);
  expect(badges([open], [file(1)], id(1))).toEqual([[id(1), null]]);
});

test("a file of another size than its card says was altered", () => {
  expect(badges([card(1)], [file(1, 99)], null)).toEqual([[id(1), "altered"]]);
});

test("a card without a file is missing, a file without a card has no entry", () => {
  expect(badges([card(1)], [file(2)], null)).toEqual([
    [id(2), "unlisted"],
    [id(1), "missing"],
  ]);
});

test("a deleted clip is not listed, even while its file is still there", () => {
  expect(visitsOf([card(1, { state: "deleted" })], [file(1)], null)).toEqual([]);
});

test("a saved clip is named by camera and local time, without what file systems refuse", () => {
  const at = Date.parse("2026-07-01T21:05:09Z");
  expect(fileNameOf("Front/door: 1", at, id(1), "Europe/Berlin")).toBe("Frontdoor 1 2026-07-01 23.05.09.mp4");
  expect(fileNameOf("///", null, id(255), "UTC")).toBe("Stoop 000000ff.mp4");
});

const camera = {
  is_watching: true,
  is_delivering: true,
  mask: { digest: "", visible_share: 0.5 },
} as CameraState;

test.each([
  ["off", { ...camera, is_watching: false, mask: null }, true, { kind: "idle" }, false],
  ["no_stoop", { ...camera, mask: null }, true, { kind: "idle" }, false],
  ["away", camera, false, { kind: "live" }, true],
  ["no_source", { ...camera, is_delivering: false }, true, { kind: "connecting" }, false],
  ["moved", { ...camera, view: "moved" }, true, { kind: "live" }, true],
  ["checking", { ...camera, view: "checking" }, true, { kind: "live" }, true],
  ["connecting", camera, true, { kind: "live" }, false],
  ["none", camera, true, { kind: "live" }, true],
] as const)("the live picture's cover is %s", (cover, state, isConnected, live, hasPicture) => {
  expect(coverOf(state, isConnected, live, hasPicture)).toBe(cover);
});

test("the recovery key reads back as it was, whatever its groups", () => {
  const key = "AGE-SECRET-KEY-PQ-1QQSWK2TAL9L2WVG5YZPZS4ECTP9E9KTP9NG3X7JR7Y4NL";
  const lines = sheetLines(key);
  expect(lines[0]).toEqual(["AGE-SECRET-KEY-PQ-1"]);
  expect(lines.flat().join("")).toBe(key);
});

test("a phone is called a phone", () => {
  expect(deviceNameOf("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140 Mobile Safari/537.36")).toBe(
    "Android phone",
  );
  expect(deviceNameOf("something else")).toBe("");
});
