import { expect, test } from "vitest";
import { logLines } from "../../src/app/log/sentences_of_log";
import type { AccessEntry } from "../../src/core/cards";

const PHONE = "aa".repeat(16);
let count = 0;

function entry(atMs: number, device: string | null, name: string | null, more: object): AccessEntry {
  count += 1;
  return { key: `${count}`, atMs, device, name, ...more } as AccessEntry;
}

const texts = (...entries: AccessEntry[]) => logLines(entries, []).map((line) => line.text);

test("the newest line stands first", () => {
  const lines = logLines(
    [
      entry(1, null, null, { what: "started", version: "1" }),
      entry(2, PHONE, "Phone", { what: "saw_plate" }),
    ],
    [],
  );
  expect(lines.map((line) => line.atMs)).toEqual([2, 1]);
});

test("who looked is named, with how long", () => {
  expect(texts(entry(1, PHONE, "Phone", { what: "watched", seconds: 65, isOngoing: false }))).toEqual([
    "Phone watched live for 1 min 5 s",
  ]);
});

test("a deletion that names only the device gets the device's name from other entries", () => {
  const claimed = entry(1, PHONE, "Phone", { what: "claimed" });
  const deleted = entry(2, PHONE, null, { what: "deleted_clip", clip: "00", why: "owner" });
  expect(texts(claimed, deleted)[0]).toBe("Phone deleted a clip");
});

test("who paired and removed is a name, never a number", () => {
  const claimed = entry(1, PHONE, "Phone", { what: "claimed" });
  const revoked = entry(2, "bb".repeat(16), "Tablet", { what: "revoked", role: "viewer", by: PHONE });
  const stranger = entry(3, "bb".repeat(16), "Tablet", {
    what: "revoked",
    role: "viewer",
    by: "cc".repeat(16),
  });
  expect(texts(claimed, revoked, stranger).slice(0, 2)).toEqual([
    "A device removed Tablet",
    "Phone removed Tablet",
  ]);
});

test("a setting is called by its plain name", () => {
  expect(texts(entry(1, PHONE, "Phone", { what: "changed_settings", setting: "watching" }))).toEqual([
    "Phone changed a setting: watching on or off",
  ]);
});

test("why a clip went is said, and who keeps one", () => {
  const clip = "00";
  const [byAge, forRoom, letGo, kept] = texts(
    entry(1, PHONE, "Phone", { what: "kept_clip", clip, isKept: true }),
    entry(2, PHONE, "Phone", { what: "kept_clip", clip, isKept: false }),
    entry(3, null, null, { what: "deleted_clip", clip, why: "space" }),
    entry(4, null, null, { what: "deleted_clip", clip, why: "age" }),
  );
  expect(byAge).toBe("A clip was deleted: its time was over");
  expect(forRoom).toBe("A clip made room for new ones");
  expect(letGo).toBe("Phone keeps a clip no longer");
  expect(kept).toBe("Phone keeps a clip");
});
