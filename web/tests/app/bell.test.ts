import { expect, test } from "vitest";
import { ANSWER_WITHIN_MS, Bell, type BellWorld } from "../../src/app/bell/bell";
import { clockOf, minuteOf } from "../../src/app/settings/minutes";
import type { CameraEvent } from "../../src/core/messages";
import { Subject } from "../../src/core/observable";

class FakeWorld implements BellWorld {
  readonly told: string[] = [];
  canSound = true;
  timers: { ms: number; what: () => void; isOn: boolean }[] = [];

  sound(): boolean {
    this.told.push("sound");
    return this.canSound;
  }
  notice(): void {
    this.told.push("notice");
  }
  title(isRinging: boolean): void {
    this.told.push(isRinging ? "title" : "title back");
  }
  vibrate(): void {
    this.told.push("vibrate");
  }
  later(ms: number, what: () => void): () => void {
    const timer = { ms, what, isOn: true };
    this.timers.push(timer);
    return () => {
      timer.isOn = false;
    };
  }
  pass(ms: number): void {
    for (const timer of this.timers.filter((each) => each.isOn && each.ms <= ms)) timer.what();
  }
}

function begin(isLoud = true) {
  const events = new Subject<CameraEvent | null>(null);
  const world = new FakeWorld();
  const bell = new Bell(events, new Subject(isLoud), world);
  const ring = (at_ms = 1000) => events.set({ kind: "bell.rang", at_ms, clip: null });
  return { events, world, bell, ring };
}

test("a ring is shown, sounds, shakes and gives notice at once", () => {
  const { world, bell, ring } = begin();
  ring();
  expect(bell.ring.value).toEqual({ atMs: 1000, state: "ringing", wasHeard: true });
  expect(world.told).toEqual(["title", "notice", "vibrate", "sound"]);
});

test("other news does not ring", () => {
  const { events, world, bell } = begin();
  events.set({ kind: "motion.started", at_ms: 1, clip: null });
  expect(bell.ring.value).toBeNull();
  expect(world.told).toEqual([]);
});

test("a device that is to be silent shows it and makes no sound", () => {
  const { world, bell, ring } = begin(false);
  ring();
  expect(bell.ring.value?.state).toBe("ringing");
  expect(world.told).toEqual(["title", "notice"]);
});

test("where the browser lets no page sound, the page says so", () => {
  const { world, bell, ring } = begin();
  world.canSound = false;
  ring();
  expect(bell.ring.value?.wasHeard).toBe(false);
});

test("nobody answers: it stays as missed until it was seen", () => {
  const { world, bell, ring } = begin();
  ring(5000);
  world.pass(ANSWER_WITHIN_MS);
  expect(bell.ring.value).toMatchObject({ atMs: 5000, state: "missed" });
  bell.answer();
  expect(bell.ring.value).toBeNull();
});

test("a message that was left takes the ring's place, rings no more and stays until it was seen", () => {
  const { events, world, bell, ring } = begin();
  ring(1000);
  events.set({ kind: "message.left", at_ms: 30_000, clip: null });
  expect(bell.ring.value).toMatchObject({ atMs: 30_000, state: "left" });
  expect(world.told.at(-1)).toBe("title back");
  world.pass(ANSWER_WITHIN_MS);
  expect(bell.ring.value?.state).toBe("left");
  bell.answer();
  expect(bell.ring.value).toBeNull();
});

test("an answer ends it, and it is not missed later", () => {
  const { world, bell, ring } = begin();
  ring();
  bell.answer();
  world.pass(ANSWER_WITHIN_MS);
  expect(bell.ring.value).toBeNull();
  expect(world.told.at(-1)).toBe("title back");
});

test("a second ring takes the first one's place", () => {
  const { world, bell, ring } = begin();
  ring(1000);
  ring(5000);
  expect(bell.ring.value?.atMs).toBe(5000);
  expect(world.timers.filter((each) => each.isOn)).toHaveLength(1);
});

test.each([
  [0, "00:00"],
  [420, "07:00"],
  [1439, "23:59"],
])("minute %i of the day reads %s and back", (minute, clock) => {
  expect(clockOf(minute)).toBe(clock);
  expect(minuteOf(clock)).toBe(minute);
});

test.each(["", "24:00", "7:00", "12:60", "noon"])("%s is no time of day", (text) => {
  expect(minuteOf(text)).toBeNull();
});
