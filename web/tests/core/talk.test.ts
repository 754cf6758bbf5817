import { describe, expect, it } from "vitest";
import type { Api } from "../../src/core/api";
import type { LiveState } from "../../src/core/live";
import { Subject } from "../../src/core/observable";
import { Talk } from "../../src/core/talk";

function setUp({ refuses = false, microphone = true } = {}) {
  const asked: string[] = [];
  const sent: unknown[] = [];
  const state = new Subject<LiveState>({ kind: "live" });
  const track = { kind: "audio", isStopped: false, stop: () => (track.isStopped = true) };
  const stream = { getTracks: () => [track], getAudioTracks: () => [track] } as unknown as MediaStream;
  const mouth = { replaceTrack: async (given: unknown) => void sent.push(given) } as unknown as RTCRtpSender;
  const api = {
    command: async (action: string) => {
      asked.push(action);
      if (refuses) throw new Error("somebody talks already");
      return {};
    },
  } as unknown as Api;
  const line = { state, viewer: "0123456789abcdef", mouth };
  const talk = new Talk(api, line, async () => {
    if (!microphone) throw new Error("no");
    return stream;
  });
  return { talk, asked, sent, state, track };
}

describe("a conversation", () => {
  it("sends the voice only while it is held, and never silence", async () => {
    const { talk, sent, track } = setUp();
    talk.speak(true);
    await talk.open();
    expect(sent).toEqual([]);
    talk.speak(true);
    talk.speak(true);
    talk.speak(false);
    expect(sent).toEqual([track, null]);
  });

  it("gives the microphone back and tells the camera when it is hung up", async () => {
    const { talk, asked, track } = setUp();
    await talk.open();
    talk.hangUp();
    expect(asked).toEqual(["talk.open", "talk.close"]);
    expect(track.isStopped).toBe(true);
    expect(talk.state.value.kind).toBe("idle");
  });

  it("is over when the connection breaks", async () => {
    const { talk, state, track } = setUp();
    await talk.open();
    talk.speak(true);
    state.set({ kind: "reconnecting", attempt: 1 });
    expect(talk.state.value.kind).toBe("idle");
    expect(track.isStopped).toBe(true);
  });

  it("leaves no microphone open when the camera refuses", async () => {
    const { talk, track } = setUp({ refuses: true });
    await expect(talk.open()).rejects.toThrow("somebody talks already");
    expect(track.isStopped).toBe(true);
    expect(talk.state.value.kind).toBe("idle");
  });

  it("can still listen where the browser gives no microphone", async () => {
    const { talk, sent } = setUp({ microphone: false });
    await talk.open();
    expect(talk.state.value).toEqual({ kind: "open", canSpeak: false, isSpeaking: false });
    talk.speak(true);
    expect(sent).toEqual([]);
  });

  it("that was hung up while it opened is closed again", async () => {
    const { talk, asked, track } = setUp();
    const opening = talk.open();
    talk.hangUp();
    await opening;
    expect(track.isStopped).toBe(true);
    expect(asked.filter((each) => each === "talk.open").length).toBe(
      asked.filter((each) => each === "talk.close").length,
    );
    expect(talk.state.value.kind).toBe("idle");
  });
});
