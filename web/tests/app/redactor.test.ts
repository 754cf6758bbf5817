import { describe, expect, it } from "vitest";
import { moveTo } from "../../src/app/rights/redactor";

/** Goes where it is told and says so only when a test does. */
class StillVideo extends EventTarget {
  currentTime = 0;
}

function moving() {
  const [video, stopping] = [new StillVideo(), new AbortController()];
  const moved = moveTo(video as unknown as HTMLVideoElement, 2, stopping.signal);
  return { video, stopping, moved };
}

describe("going to a moment of the clip", () => {
  it("waits for its picture", async () => {
    const { video, moved } = moving();
    video.dispatchEvent(new Event("seeked"));
    await moved;
    expect(video.currentTime).toBe(2);
  });

  it("ends with a cancel where the picture never comes", async () => {
    const { stopping, moved } = moving();
    stopping.abort(new Error("cancelled"));
    await expect(moved).rejects.toThrow("cancelled");
  });

  it("ends where the clip breaks", async () => {
    const { video, moved } = moving();
    video.dispatchEvent(new Event("error"));
    await expect(moved).rejects.toThrow("cannot be played");
  });

  it("is not begun after a cancel", async () => {
    const video = new StillVideo();
    const moved = moveTo(video as unknown as HTMLVideoElement, 2, AbortSignal.abort(new Error("cancelled")));
    await expect(moved).rejects.toThrow("cancelled");
    expect(video.currentTime).toBe(0);
  });
});
