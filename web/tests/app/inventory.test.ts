import { expect, test } from "vitest";
import { pilesOf, whenOf } from "../../src/app/inventory/piles";
import type { Inventory, InventoryPile } from "../../src/core/messages";

const DAY_MS = 86_400_000;
const pile = (kind: string, oldest_ms: number | null = 0, newest_ms: number | null = 0): InventoryPile => ({
  kind,
  files: 1,
  bytes: 5,
  oldest_ms,
  newest_ms,
});
const found = (...kinds: string[]): Inventory => ({
  piles: kinds.map((kind) => pile(kind)),
  clips_ever: 1,
  unexpected_keys: [],
  strange: [],
  strange_count: 0,
  unread: [],
});

test("only what is sealed counts as locked; what is not known counts as readable, and stands last", () => {
  const { locked, readable } = pilesOf(
    found("new kind", "camera", "journal", "sequence", "clips", "thumbnails"),
  );
  expect(locked.map(({ kind }) => kind)).toEqual(["clips", "thumbnails", "journal"]);
  expect(readable.map(({ kind }) => kind)).toEqual(["sequence", "camera", "new kind"]);
});

test("the days of a pile are said from the oldest to the newest, one day once", () => {
  expect(whenOf(pile("clips", 0, 2 * DAY_MS), "UTC")).toBe("1 Jan 1970 to 3 Jan 1970");
  expect(whenOf(pile("clips", 0, 1000), "UTC")).toBe("1 Jan 1970");
  expect(whenOf(pile("clips", null, null), "UTC")).toBe("");
});
