import { describe, expect, it } from "vitest";
import { monthAfter, requestsOf } from "../../src/app/rights/requests";
import type { AccessEntry } from "../../src/core/cards";

const by = { device: "d", name: "Phone" };
const noted = (right: string, atMs: number): AccessEntry =>
  ({ key: right, atMs, ...by, what: "right_noted", right, kind: "access", about: right }) as AccessEntry;
const closed = (right: string): AccessEntry =>
  ({ key: `${right}!`, atMs: 9e12, ...by, what: "right_closed", right, how: "done" }) as AccessEntry;

describe("requests from people", () => {
  it("are due a calendar month later, at the end of a shorter month", () => {
    expect(new Date(monthAfter(new Date(2026, 0, 31, 10).getTime()))).toEqual(new Date(2026, 1, 28, 10));
    expect(new Date(monthAfter(new Date(2026, 3, 15, 10).getTime()))).toEqual(new Date(2026, 4, 15, 10));
    expect(new Date(monthAfter(new Date(2026, 11, 31, 10).getTime()))).toEqual(new Date(2027, 0, 31, 10));
  });

  it("stand with the most urgent open one first and those answered last", () => {
    const day = 86_400_000;
    const entries = [closed("b"), noted("c", 30 * day), noted("b", 20 * day), noted("a", 10 * day)];
    expect(requestsOf(entries).map(({ right, how }) => [right, how])).toEqual([
      ["a", null],
      ["c", null],
      ["b", "done"],
    ]);
  });
});
